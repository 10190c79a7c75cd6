/** Alarms: each is told once when it is raised and once when it is over, in the rooms that are named for that. */
import {
  type AlarmCode,
  type AlarmFacts,
  type AlarmSubject,
  endedLines,
  raisedLines,
} from "../../watch/alarm.ts";
import type { AccountId, BindingId, NativeRoom } from "../../ids.ts";
import type { Milliseconds } from "../../time.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addNotice } from "./notices.ts";

export interface NewAlarm extends AlarmFacts {
  readonly subject: AlarmSubject;
  readonly accountId: AccountId;
  /** null: it is about the account. */
  readonly binding: BindingId | null;
}

export interface StandingAlarm extends NewAlarm {
  readonly bridge: string;
  readonly room: NativeRoom | null;
  readonly raisedAt: Milliseconds;
  readonly seenAt: Milliseconds;
  readonly slot: string;
}

/** A room that is told of alarms. */
export interface AlarmRoom {
  readonly binding: BindingId;
  readonly account: AccountId;
}

const standing = statement("alarms.standing")((db) =>
  db
    .selectFrom("alarm")
    .innerJoin("account", "account.id", "alarm.account")
    .leftJoin("binding", "binding.id", "alarm.binding")
    .select([
      "alarm.subject",
      "alarm.code",
      "account.native as account",
      "account.bridge",
      "binding.native as room",
      "alarm.account as accountId",
      "alarm.binding",
      "alarm.since",
      "alarm.raised_at as raisedAt",
      "alarm.seen_at as seenAt",
      "alarm.slot",
      "alarm.why",
    ])
    .orderBy("alarm.raised_at")
    .orderBy("alarm.subject"),
);
const insert = statement<{
  subject: AlarmSubject;
  code: AlarmCode;
  account: AccountId;
  binding: BindingId | null;
  since: Milliseconds;
  at: Milliseconds;
  slot: string;
  why: string;
}>("alarms.insert")((db, { p }) =>
  db
    .insertInto("alarm")
    .values({
      subject: p.subject,
      code: p.code,
      account: p.account,
      binding: p.binding,
      since: p.since,
      raised_at: p.at,
      seen_at: p.at,
      slot: p.slot,
      why: p.why,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("subject"),
);
const noteSeen = statement<{ subject: AlarmSubject; at: Milliseconds; slot: string }>("alarms.noteSeen")(
  (db, { p }) =>
    db.updateTable("alarm").set({ seen_at: p.at, slot: p.slot }).where("subject", "=", p.subject),
);
const end = statement<{ subject: AlarmSubject; slot: string; before: Milliseconds }>("alarms.end")(
  (db, { p }) =>
    db
      .deleteFrom("alarm")
      .where("subject", "=", p.subject)
      .where((eb) => eb.or([eb("slot", "=", p.slot), eb("seen_at", "<", p.before)]))
      .returning("subject"),
);
const dropAlarm = statement<{ binding: BindingId }>("alarms.drop")((db, { p }) =>
  db.deleteFrom("alarm").where("binding", "=", p.binding),
);
const live = statement<{ binding: BindingId }>("alarms.live")((db, { p }) =>
  db.selectFrom("binding").select("id").where("id", "=", p.binding).where("state", "=", "live"),
);

/** The oldest first. */
export function* standingAlarms(): Unit<readonly StandingAlarm[]> {
  return yield* all(standing, {});
}

/**
 * Raises those that do not stand yet, and tells the rooms of them: of an account's, all but its own. What stands already is
 * noted as seen by this process. Gives what was raised now.
 */
export function* raiseAlarms(input: {
  readonly at: Milliseconds;
  readonly slot: string;
  readonly alarms: readonly NewAlarm[];
  readonly rooms: readonly AlarmRoom[];
}): Unit<readonly AlarmSubject[]> {
  const { at, slot, rooms } = input;
  const raised: NewAlarm[] = [];
  for (const alarm of input.alarms) {
    const { subject, code, accountId: account, binding, since, why } = alarm;
    const row = { subject, code, account, binding, since, at, slot, why };
    if (yield* first(insert, row)) raised.push(alarm);
    else yield* first(noteSeen, { subject, at, slot });
  }
  for (const room of rooms) {
    const told = raised.filter(({ accountId, binding }) =>
      binding === null ? accountId !== room.account : binding !== room.binding,
    );
    yield* tell(room, raisedLines(told, at), at);
  }
  return raised.map(({ subject }) => subject);
}

/**
 * Ends those that this process has seen last, or nobody since `before`, and tells all the rooms of it: those of an account that
 * was silent learn so what they missed. Gives what was ended.
 */
export function* endAlarms(input: {
  readonly at: Milliseconds;
  readonly slot: string;
  readonly before: Milliseconds;
  readonly alarms: readonly StandingAlarm[];
  readonly rooms: readonly AlarmRoom[];
}): Unit<readonly AlarmSubject[]> {
  const { at, slot, before, rooms } = input;
  const ended: StandingAlarm[] = [];
  for (const alarm of input.alarms)
    if (yield* first(end, { subject: alarm.subject, slot, before })) ended.push(alarm);
  for (const room of rooms) yield* tell(room, endedLines(ended, at), at);
  return ended.map(({ subject }) => subject);
}

/** A room is linked no more: nobody waits for the end of its alarm. */
export function* dropAlarmOf(binding: BindingId): Unit<void> {
  yield* first(dropAlarm, { binding });
}

function* tell({ binding }: AlarmRoom, lines: readonly string[], at: Milliseconds): Unit<void> {
  if (lines.length === 0 || !(yield* first(live, { binding }))) return;
  for (const text of lines) yield* addNotice({ binding, to: null, text, at });
}
