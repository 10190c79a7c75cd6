/** Every kind of message from each of three linked rooms into the two others. */
import { type Crossings } from "../crossings.ts";
import { Archives } from "../held-rooms.ts";
import { ThreeStage } from "../three-stage.ts";
import { AtMatrix } from "./at-matrix.ts";
import { MatrixRoomLook } from "./held-by-matrix.ts";
import { heldByMuc } from "./held-by-muc.ts";
import { InMuc } from "./in-muc.ts";
import { type RoomName, TITLES } from "./lines.ts";
import { relationsAtMatrix } from "./relations-at-matrix.ts";
import { relationsInMuc } from "./relations-in-muc.ts";
import type { LinkedThree } from "./rooms.ts";
import { momentsAtMatrix, renameAtMatrix, setTopicAtMatrix } from "./state-at-matrix.ts";
import { momentsInMuc, renameMuc, setMucTopic } from "./state-in-muc.ts";
import { textsAtMatrix } from "./texts-at-matrix.ts";
import { textsInMuc } from "./texts-in-muc.ts";
import { endPoll, thingsAtMatrix } from "./things-at-matrix.ts";
import { thingsInMuc, voteInMuc } from "./things-in-muc.ts";

/** What the rooms are called before anybody renames one. */
const NAMES: Readonly<Record<RoomName, string>> = { matrix: "Quay", near: "harbour", far: "island" };

/** Does it all, one after the other. */
export async function showCrossings(rooms: LinkedThree): Promise<Crossings> {
  const { homeserver, room, near, far } = rooms;
  const archives = new Archives();
  const look = new MatrixRoomLook(homeserver.people[1], room, homeserver.bot);
  const stage = await ThreeStage.set<RoomName>(
    (name) => (name === "matrix" ? look.held() : heldByMuc(rooms[name], archives)),
    TITLES,
  );
  const matrix = new AtMatrix(stage, look, rooms);
  const harbour = new InMuc(stage, "near", near);
  const island = new InMuc(stage, "far", far);
  for (const room of [matrix, harbour, island]) await room.greet();
  for (const act of [textsAtMatrix, relationsAtMatrix, thingsAtMatrix, momentsAtMatrix]) await act(matrix);
  for (const muc of [harbour, island])
    for (const act of [textsInMuc, relationsInMuc, thingsInMuc, momentsInMuc]) await act(muc);
  await voteInMuc(harbour, 0);
  await voteInMuc(island, 1);
  await endPoll(matrix, "1. Tea — 1 vote ⏎ 2. Coffee — 2 votes");
  await setTopicAtMatrix(matrix, "Tea", "");
  await setMucTopic(harbour, "Coffee", "Tea");
  await setMucTopic(island, "Cake", "Coffee");
  await renameAtMatrix(matrix, "The Quay", (room) => NAMES[room]);
  await renameMuc(harbour, "The Harbour", "The Quay");
  await renameMuc(island, "The Island", "The Harbour");
  return { crossings: stage.crossings, faults: [...(await stage.faults()), ...told(rooms)] };
}

/** What people were told apart: nothing, where all is well. */
function told({ homeserver, near, far }: LinkedThree): string[] {
  const invited = homeserver.people.filter(({ sync }) => sync.invited.size > 0);
  return [
    ...invited.map(({ id }) => `${id} was told something in a room of his own`),
    ...[near, far].flatMap(({ people }) =>
      people.flatMap(({ name, user }) => user.privateMessages.map(({ body }) => `${name} was told: ${body}`)),
    ),
  ];
}
