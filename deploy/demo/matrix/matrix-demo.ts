/** `npm run demo -- --matrix`: a room at a real homeserver and two MUCs, linked, and every kind of message in all directions. */
import { crossingFaults, renderCrossings } from "../crossing-table.ts";
import type { Ends } from "../ends.ts";
import { operatorsQuestions, xmppLogins } from "../invitation.ts";
import type { Shown } from "../rooms-demo.ts";
import { linkName, PASSWORD, VISITOR } from "../service.ts";
import { clock } from "../transcript.ts";
import { showCrossings } from "./crossings.ts";
import { MATRIX } from "./homeserver.ts";
import { installMatrix, type MatrixInstallation } from "./installation.ts";
import { aliasOf } from "./rooms.ts";

export async function showMatrix(ends: Ends, tell: (line: string) => void): Promise<Shown> {
  const installation = await installMatrix(ends, tell);
  const { rooms } = installation;
  tell("everybody does everything that there is to do, in each of the three rooms");
  const { crossings, faults } = await showCrossings(rooms);
  console.log(
    `\nroom ${aliasOf(rooms)} at Synapse, ${rooms.near.room} of the same gateway, and ${rooms.far.room} behind another one`,
  );
  console.log(renderCrossings(crossings));
  const all = [...crossingFaults(crossings), ...faults];
  if (all.length === 0)
    tell("the homeserver and both archives hold every one of them once, and nothing else");
  return { faults: all, invitation: invitation(installation) };
}

function invitation({ gateways, rooms }: MatrixInstallation): string {
  const { homeserver, room, near, far } = rooms;
  const { url } = homeserver.synapse;
  const login = {
    type: "m.login.password",
    identifier: { type: "m.id.user", user: VISITOR },
    password: PASSWORD,
  };
  return `It is ${clock(Date.now())}; all of this stays up until Ctrl-C. To take part with a Matrix client of your own
(without TLS: the homeserver listens on this machine only):

  homeserver  ${url}
  user        ${VISITOR}     password  ${PASSWORD}
  room        ${aliasOf(rooms)}

or without one, with the access token that the first line prints as TOKEN:

  curl ${url}/_matrix/client/v3/login -d '${JSON.stringify(login)}'
  curl -H 'Authorization: Bearer TOKEN' -X POST -d '{}' ${url}/_matrix/client/v3/join/${encodeURIComponent(aliasOf(rooms))}
  curl -H 'Authorization: Bearer TOKEN' '${url}/_matrix/client/v3/rooms/${room}/messages?dir=b'

${xmppLogins([near, far])}
${operatorsQuestions(gateways)}
What the gateway sees of the homeserver, from the registration to the rights in the room:

  ${gateways[0].commandLine("doctor", MATRIX)}

To take a MUC out of the link:

  ${gateways[1].commandLine("unlink", linkName(far))}`;
}
