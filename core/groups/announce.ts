/** Who is told of what a commit has brought: lanes of rooms, held requests of other gateways. */
import type { AccountId, BindingId, GroupId, PeerId } from "../ids.ts";
import { outLane } from "../lanes/lane-key.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Appended } from "../store/units/group-log.ts";

/** A room, and the account that serves it. */
export interface RoomToWake {
  readonly id: BindingId;
  readonly account: AccountId;
}

/** What other gateways may be waiting for. */
export interface Outside {
  /** The log of a group of ours grew. */
  grew(group: GroupId): void;
  /** Something waits for a peer to be fetched by it. */
  waits(peer: PeerId): void;
}

/** Never awaited, never throws: what is not heard is found by the sweep, or by the next look. */
export class Announcer {
  readonly #wake: Wake;
  /** null: there are no other gateways. */
  outside: Outside | null = null;

  constructor(wake: Wake) {
    this.#wake = wake;
  }

  /** `room`: where it was said. */
  appended(room: RoomToWake, { group, grew, others, told, submittedTo }: Appended): void {
    this.rooms(others);
    // What is for the author alone does not stand in the log.
    if (told) this.#wake(outLane(room.id), room.account, "queued");
    if (grew) this.outside?.grew(group);
    if (submittedTo !== null) this.outside?.waits(submittedTo);
  }

  rooms(rooms: readonly RoomToWake[]): void {
    for (const { id, account } of rooms) this.#wake(outLane(id), account, "more");
  }
}
