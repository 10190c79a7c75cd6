/** The table of alarms that stand. */
import type { AlarmCode, AlarmSubject } from "../watch/alarm.ts";
import type { AccountId, BindingId } from "../ids.ts";
import type { Milliseconds } from "../time.ts";

/** Something that somebody should look at, from when it was told until it is over. */
export interface AlarmTable {
  subject: AlarmSubject;
  code: AlarmCode;
  account: AccountId;
  /** null: it is about the account. */
  binding: BindingId | null;
  /** When it was last well. */
  since: Milliseconds;
  raised_at: Milliseconds;
  /** When it was last found to be so, and by the process of which slot. */
  seen_at: Milliseconds;
  slot: string;
  why: string;
}

export interface AlarmsTables {
  alarm: AlarmTable;
}
