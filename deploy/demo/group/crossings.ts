/** Every kind of message from each of the linked rooms into all others. */
import { Archives } from "../held-rooms.ts";
import { everything } from "./everything.ts";
import { type Crossing, GroupStage } from "./group-stage.ts";
import { type LinkedRooms, roomsOf } from "./linked-rooms.ts";
import { AtMatrix } from "./matrix/at-matrix.ts";
import { MatrixRoomLook } from "./matrix/held-by-matrix.ts";
import { heldByMuc } from "./muc/held-by-muc.ts";
import { InMuc } from "./muc/in-muc.ts";
import { AtSlack } from "./slack/at-slack.ts";
import { heldByChannel } from "./slack/held-by-channel.ts";
import { SLACK_NAMES } from "./slack/workspace.ts";

export interface Crossings {
  readonly crossings: readonly Crossing[];
  /** What is wrong with what the rooms hold in the end, a sentence each. */
  readonly faults: readonly string[];
}

/** Does it all, one after the other. */
export async function showCrossings(rooms: LinkedRooms): Promise<Crossings> {
  const { channel, matrix, near, far } = rooms;
  const archives = new Archives();
  const look = matrix && new MatrixRoomLook(matrix.homeserver.people[1], matrix.room, matrix.homeserver.bot);
  const stage = await GroupStage.set(roomsOf(rooms), async (room) => {
    if (room === "channel" && channel) return heldByChannel(channel.people, SLACK_NAMES);
    if (room === "matrix" && look) return look.held();
    return heldByMuc(room === "near" ? near : far, archives);
  });
  await everything({
    slack: channel && new AtSlack(stage, channel),
    matrix: matrix && look && new AtMatrix(stage, look, matrix),
    mucs: [new InMuc(stage, "near", near), new InMuc(stage, "far", far)],
  });
  return { crossings: stage.crossings, faults: [...(await stage.faults()), ...(await told(rooms))] };
}

/** What people were told apart: nothing, where all is well. */
async function told({ channel, matrix, near, far }: LinkedRooms): Promise<string[]> {
  const whispers = (await channel?.people.whispers()) ?? [];
  const invited = matrix?.homeserver.people.filter(({ sync }) => sync.invited.size > 0) ?? [];
  return [
    ...whispers.map(({ user, text }) => `${SLACK_NAMES.get(user) ?? user} was told: ${text}`),
    ...invited.map(({ id }) => `${id} was told something in a room of his own`),
    ...[near, far].flatMap(({ people }) =>
      people.flatMap(({ name, user }) => user.privateMessages.map(({ body }) => `${name} was told: ${body}`)),
    ),
  ];
}
