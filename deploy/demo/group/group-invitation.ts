/** How to take part in those rooms of the group that are no MUCs. */
import type { SlackPeople } from "../../clients/slack-people.ts";
import { PASSWORD, VISITOR } from "../service.ts";
import type { LinkedRooms } from "./linked-rooms.ts";
import { aliasOf, type MatrixRoom } from "./matrix/matrix-room.ts";

export const groupInvitation = ({ channel, matrix }: LinkedRooms): string =>
  (channel ? slackInvitation(channel.people) : "") + (matrix ? matrixInvitation(matrix) : "");

function slackInvitation({ url, channel }: SlackPeople): string {
  const words = JSON.stringify({ act: "post", channel, user: "U0BOB", text: "hello" });
  return `
What the channel of the Slack simulator holds, and somebody's words in it:

  curl ${url}channels/${channel}
  curl ${url}act -d '${words}'
`;
}

function matrixInvitation(matrix: MatrixRoom): string {
  const { url } = matrix.homeserver.synapse;
  const login = {
    type: "m.login.password",
    identifier: { type: "m.id.user", user: VISITOR },
    password: PASSWORD,
  };
  return `
To take part with a Matrix client of your own
(without TLS: the homeserver listens on this machine only):

  homeserver  ${url}
  user        ${VISITOR}     password  ${PASSWORD}
  room        ${aliasOf(matrix)}

or without one, with the access token that the first line prints as TOKEN:

  curl ${url}/_matrix/client/v3/login -d '${JSON.stringify(login)}'
  curl -H 'Authorization: Bearer TOKEN' -X POST -d '{}' ${url}/_matrix/client/v3/join/${encodeURIComponent(aliasOf(matrix))}
  curl -H 'Authorization: Bearer TOKEN' '${url}/_matrix/client/v3/rooms/${matrix.room}/messages?dir=b'
`;
}
