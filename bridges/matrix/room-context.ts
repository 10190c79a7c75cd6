/** What a room shares with the others of its homeserver. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Carriers } from "./carriers.ts";
import type { History } from "./history.ts";
import type { OwnUsers } from "./names.ts";
import type { RoomDoor } from "./room-door.ts";
import type { RoomState } from "./room-state.ts";
import type { Turns } from "./turns.ts";

/** A room that goes on in another one. */
export interface ClosedRoom {
  readonly id: NativeRoom;
  readonly known: Pick<RoomState, "replacedVia"> | null;
  stop(): void;
  putOut(reason: string): void;
  /** Goes on after `stop`, once it is tried again. */
  tryAgain(reason: string): void;
}

export interface RoomContext {
  readonly own: OwnUsers;
  readonly history: Pick<History, "end" | "after" | "beginning">;
  readonly door: RoomDoor;
  readonly carriers: Carriers;
  readonly host: Pick<BridgeHost, "accept" | "ready" | "gateway">;
  readonly log: Logger;
  /** A room is read anew. */
  readonly reads: (room: NativeRoom) => void;
  /** Rooms are entered and read by turns: all at once, they would wait for one another until their calls are given up. */
  readonly turns: Pick<Turns, "take">;
  /** The room is closed: it goes on elsewhere. False: the gateway stays in it. Else it was followed, or is not live any more. */
  readonly replaced: (room: ClosedRoom, by: NativeRoom) => Promise<boolean>;
}
