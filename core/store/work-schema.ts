/** The tables of what is under way: taken in, to be delivered, on which lane, set aside. */
import type { Generated } from "kysely";
import type { EventId } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { LaneKey } from "../lanes/lane-key.ts";
import type {
  AccountId,
  ArchiveMark,
  BindingId,
  DeliveryKey,
  InboxNumber,
  NativeKey,
  PeerId,
} from "../ids.ts";

export interface OriginTable {
  account: AccountId;
  native_key: NativeKey;
  binding: BindingId;
  at: Milliseconds;
}

export interface InboxTable {
  n: Generated<InboxNumber>;
  binding: BindingId;
  native_key: NativeKey | null;
  raw: string;
  origin_at: Milliseconds;
  at: Milliseconds;
  attempts: number;
}

/**
 * One intended native call. `queued`: known not to have been made yet (a notice, something re-driven, a call that
 * the platform refused for now). `intended`: it may have been made. Negative `seq`: a notice, by its number.
 */
export interface DeliveryTable {
  binding: BindingId;
  seq: number;
  step: number;
  op: string;
  key: DeliveryKey;
  args_hash: string;
  state: "queued" | "intended";
  epoch: number;
  attempt: number;
  mark: ArchiveMark | null;
  at: Milliseconds;
}

/** Lines of the gateway itself to a room or a person in it, until they are delivered. */
export interface NoticeTable {
  n: Generated<number>;
  binding: BindingId;
  to_native: string | null;
  to_name: string | null;
  text: string;
  at: Milliseconds;
  /** The thread in which it is said; null: none. */
  thread: Uint8Array | null;
}

export interface LaneTable {
  key: LaneKey;
  kind: "in" | "out" | "account" | "sync";
  /** null for the lane of a peer. */
  account: AccountId | null;
  /** null for the lane of an account or a peer. */
  binding: BindingId | null;
  /** null for all but the lane of a peer. */
  peer: PeerId | null;
  epoch: number;
  holder: string | null;
  lease_until: Milliseconds;
  not_before: Milliseconds;
  failures: number;
  last_error: string | null;
  /** How often it was pulled forward; null: never. */
  pulls: number | null;
}

export interface SetAsideTable {
  id: Generated<number>;
  binding: BindingId;
  direction: "inbound" | "outbound";
  /** Inbound: the row as it was. Outbound: where the delivery stood. */
  native_key: NativeKey | null;
  raw: string | null;
  origin_at: Milliseconds | null;
  received_at: Milliseconds | null;
  seq: number | null;
  step: number | null;
  event_id: EventId | null;
  code: string;
  cause: string;
  attempts: number;
  at: Milliseconds;
}

/** A room of a store that was restored from a backup. */
export interface RestoredRoomTable {
  binding: BindingId;
  /** Not later than the backup: what was delivered and is not known stands in the room since then. */
  since: Milliseconds;
  /** When it was restored. */
  at: Milliseconds;
  /** The last row of the inbox of what was said there since the backup; 0: there was none; null: the room was not read yet. */
  read_to: InboxNumber | 0 | null;
}

export interface WorkTables {
  origin: OriginTable;
  inbox: InboxTable;
  delivery: DeliveryTable;
  notice: NoticeTable;
  lane: LaneTable;
  set_aside: SetAsideTable;
  restored_room: RestoredRoomTable;
}
