/** What a room shares with the others of its homeserver. */
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Carriers } from "./carriers.ts";
import type { History } from "./history.ts";
import type { OwnUsers } from "./names.ts";
import type { RoomDoor } from "./room-door.ts";
import type { RoomState } from "./room-state.ts";

/** A room that goes on in another one. */
export interface ClosedRoom {
  readonly id: NativeRoom;
  readonly known: Pick<RoomState, "replacedVia"> | null;
  stop(): void;
  putOut(reason: string): void;
}

export interface RoomContext {
  readonly own: OwnUsers;
  readonly history: Pick<History, "end" | "after" | "beginning">;
  readonly door: RoomDoor;
  readonly carriers: Carriers;
  readonly host: Pick<BridgeHost, "accept" | "ready" | "gateway">;
  readonly log: Logger;
  /** The room is closed: it goes on elsewhere. Resolves when it was followed, or can't be. */
  readonly replaced: (room: ClosedRoom, by: NativeRoom) => Promise<void>;
}
