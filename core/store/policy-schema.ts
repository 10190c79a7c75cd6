/** The tables of what is laid down for single rooms, and of what was delivered in short. */
import type { EventId } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { AccountId, BindingId, NativeId, Seq } from "../ids.ts";

/** One key that is set for a room. */
export interface RoomPolicyTable {
  binding: BindingId;
  name: string;
  value: string;
}

/** Somebody who does not want to be carried from any room of his platform. */
export interface OptOutTable {
  account: AccountId;
  native: string;
  at: Milliseconds;
}

/** An entry of the log that a room is given together with others, in the message that begins with the entry `digest_seq`. */
export interface DigestedTable {
  binding: BindingId;
  event_id: EventId;
  seq: Seq;
  digest_seq: Seq;
  /** What the room calls that message; null: not known. */
  native: NativeId | null;
  /** When it was made; null: it is not made yet. */
  at: Milliseconds | null;
}

export interface PolicyTables {
  room_policy: RoomPolicyTable;
  opt_out: OptOutTable;
  digested: DigestedTable;
}
