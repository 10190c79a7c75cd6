/** The tables of what only the newest counts of, as the statements see them; migration 5 makes them. */
import type { EventId } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { GroupId, PeerId, Seq, UserId } from "../ids.ts";

/** Raised under the group's lock by each change of a value, so that whoever has read up to a number has missed nothing. */
export interface ValuesHeadTable {
  grp: GroupId;
  n: number;
}

/** Up to where the values of a group were taken from a peer: the peer's own cursor. */
export interface ValuesReadTable {
  grp: GroupId;
  peer: PeerId;
  state: string;
}

/** Whose profile a group has seen, and in which revision; what it says stands with the user. */
export interface ProfileInGroupTable {
  grp: GroupId;
  user_id: UserId;
  rev: number;
  /** The group's number of this change. */
  n: number;
}

/** `read`: he has seen it; `delivered`: his client has it. */
export type MarkerKind = "read" | "delivered";

/** Up to where a user has got in a group. */
export interface MarkerTable {
  grp: GroupId;
  user_id: UserId;
  kind: MarkerKind;
  event_id: EventId;
  seq: Seq;
  at: Milliseconds;
  n: number;
}

export interface LatestValuesTables {
  values_head: ValuesHeadTable;
  values_read: ValuesReadTable;
  profile_in_group: ProfileInGroupTable;
  marker: MarkerTable;
}
