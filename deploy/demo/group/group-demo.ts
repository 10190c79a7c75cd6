/** One group on all platforms and across two gateways: every kind of message from each room into all others. */
import { crossingFaults, renderCrossings } from "./crossing-table.ts";
import { showCrossings } from "./crossings.ts";
import type { LinkedRooms } from "./linked-rooms.ts";
import { aliasOf } from "./matrix/matrix-room.ts";

/** Does everything and prints it; what is wrong, a sentence each. */
export async function showGroup(rooms: LinkedRooms, tell: (line: string) => void): Promise<string[]> {
  const { channel, matrix, near, far } = rooms;
  tell("everybody does everything that there is to do, in each of the linked rooms");
  const { crossings, faults } = await showCrossings(rooms);
  const names = [
    ...(channel ? ["channel #lab of the Slack simulator"] : []),
    ...(matrix ? [`room ${aliasOf(matrix)} at Synapse`] : []),
    `${near.room} of the same gateway`,
    `${far.room} behind another one`,
  ];
  console.log(`\n${names.join(", ")}\n${renderCrossings(crossings)}`);
  const all = [...crossingFaults(crossings), ...faults];
  if (all.length === 0) tell("every platform holds every one of them once, and nothing else");
  return all;
}
