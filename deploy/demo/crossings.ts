/** Every feature from each of three linked rooms into the two others. */
import { NAMES, TITLES } from "./crossing-lines.ts";
import { fromRoom } from "./crossings-from-room.ts";
import { backFromSlack, fromSlack } from "./crossings-from-slack.ts";
import { Archives, heldByChannel } from "./held-rooms.ts";
import type { ThreeRooms } from "./three-rooms.ts";
import { type Crossing, ThreeStage } from "./three-stage.ts";

export interface Crossings {
  readonly crossings: readonly Crossing[];
  /** What is wrong with what the rooms hold in the end, a sentence each. */
  readonly faults: readonly string[];
}

/** Does it all, one after the other. */
export async function showCrossings(rooms: ThreeRooms): Promise<Crossings> {
  const archives = new Archives();
  const stage = await ThreeStage.set(
    (room) => (room === "channel" ? heldByChannel(rooms.channel, NAMES) : archives.held(rooms[room])),
    TITLES,
  );
  await fromSlack(stage, rooms);
  await fromRoom(stage, rooms, "near");
  await fromRoom(stage, rooms, "far");
  await backFromSlack(stage, rooms);
  const faults = await stage.faults();
  return { crossings: stage.crossings, faults: [...faults, ...(await told(rooms))] };
}

/** What people of the rooms were told apart: nothing, where all is well. */
async function told({ channel, near, far }: ThreeRooms): Promise<string[]> {
  const whispers = await channel.whispers();
  return [
    ...whispers.map(({ user, text }) => `${NAMES.get(user) ?? user} was told: ${text}`),
    ...[near, far].flatMap(({ people }) =>
      people.flatMap(({ name, user }) =>
        user.privateMessages.map(({ body: text }) => `${name} was told: ${text}`),
      ),
    ),
  ];
}
