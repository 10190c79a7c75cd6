/** The tables of polls, as the statements see them; migration 11 makes them. */
import type { EventId } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { BindingId, GroupId, Seq, UserId } from "../ids.ts";

/** A user's vote as it stood in the log: from `seq` on, until `gone_seq`. `poll` is the first version of a message. */
export interface PollVoteTable {
  grp: GroupId;
  poll: EventId;
  event_id: EventId;
  user_id: UserId;
  /** The ids of the options as a list of JSON, in the order of choosing; unchecked. */
  options: string;
  seq: Seq;
  gone_seq: Seq | null;
}

/** What has ended a poll; of several the first counts. */
export interface PollEndTable {
  grp: GroupId;
  poll: EventId;
  event_id: EventId;
  seq: Seq;
}

/** When a room was last to be shown how a poll stands. `wanted` 1: it stands otherwise since then. */
export interface PollShownTable {
  binding: BindingId;
  poll: EventId;
  wanted: number;
  shown_at: Milliseconds;
}

export interface PollsTables {
  poll_vote: PollVoteTable;
  poll_end: PollEndTable;
  poll_shown: PollShownTable;
}
