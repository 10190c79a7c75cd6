import type { Milliseconds } from "../../time.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, NativeRoom } from "../../ids.ts";
import type { Tables } from "../schema.ts";
import type { ExpressionBuilder } from "kysely";
import { statement } from "../statement.ts";
import { all, only, type Unit } from "../unit.ts";
import { type StandingAlarm, standingAlarms } from "./alarms.ts";

export interface AccountReport {
  readonly id: AccountId;
  readonly account: string;
  readonly bridge: string;
  readonly provider: string;
  readonly holder: string | null;
}

const accounts = statement("status.accounts")((db, { now }) =>
  db
    .selectFrom("account")
    .innerJoin("provider", "provider.id", "account.provider")
    .innerJoin("lane", (join) =>
      join.onRef("lane.account", "=", "account.id").on("lane.kind", "=", "account"),
    )
    .select((eb) => [
      "account.id",
      "account.native as account",
      "account.bridge",
      "provider.domain as provider",
      eb.case().when("lane.lease_until", ">", now).then(eb.ref("lane.holder")).else(null).end().as("holder"),
    ])
    .orderBy("account.id"),
);

export interface BindingReport {
  readonly id: BindingId;
  readonly account: string;
  readonly room: NativeRoom;
  readonly group: GroupUri;
  readonly kind: "plumbed" | "portal";
  readonly state: "live" | "leaving" | "ended";
  readonly behind: number;
  readonly inbox: number;
  readonly lastInboundAt: Milliseconds | null;
  readonly oldestUndeliveredAt: Milliseconds | null;
  readonly lastError: string | null;
  /** Since when nothing is carried from or to it, and why; null: it is not paused. */
  readonly pausedAt: Milliseconds | null;
  readonly pausedWhy: string | null;
  readonly unclear: number;
}

const inboxOf = (eb: ExpressionBuilder<Tables, "binding">) =>
  eb
    .selectFrom("inbox")
    .select((inbox) => inbox.fn.countAll<number>().as("rows"))
    .whereRef("inbox.binding", "=", "binding.id");

const bindings = statement("status.bindings")((db, { now }) =>
  db
    .selectFrom("binding")
    .innerJoin("account", "account.id", "binding.account")
    .innerJoin("grp", "grp.id", "binding.grp")
    .select((eb) => [
      "binding.id",
      "account.native as account",
      "binding.native as room",
      "grp.uri as group",
      "binding.kind",
      "binding.state",
      eb("grp.head", "-", eb.ref("binding.delivered_seq")).as("behind"),
      inboxOf(eb).as("inbox"),
      "binding.last_inbound_at as lastInboundAt",
      eb
        .selectFrom("event")
        .select((event) => event.fn.min("event.accepted_at").as("at"))
        .whereRef("event.grp", "=", "binding.grp")
        .whereRef("event.seq", ">", "binding.delivered_seq")
        .as("oldestUndeliveredAt"),
      eb
        .selectFrom("lane")
        .select((lane) => lane.fn.max("lane.last_error").as("error"))
        .whereRef("lane.binding", "=", "binding.id")
        .where("lane.not_before", ">", now)
        .as("lastError"),
      "binding.paused_at as pausedAt",
      "binding.paused_why as pausedWhy",
      "binding.unclear_count as unclear",
    ])
    .where("binding.state", "!=", "ended")
    .orderBy("binding.id"),
);

const setAsideCount = statement("status.setAsideCount")((db) =>
  db.selectFrom("set_aside").select((eb) => eb.fn.countAll<number>().as("rows")),
);
const unclearCount = statement("status.unclearCount")((db) =>
  db
    .selectFrom("binding")
    // PostgreSQL's sum of integers is a numeric.
    .select((eb) =>
      eb.cast<number>(eb.fn.coalesce(eb.fn.sum("unclear_count"), eb.lit(0)), "bigint").as("rows"),
    ),
);

/** Everything that `status` shows and SQL knows. */
export function* statusReport(): Unit<{
  readonly accounts: readonly AccountReport[];
  readonly bindings: readonly BindingReport[];
  readonly alarms: readonly StandingAlarm[];
  readonly setAside: number;
  readonly unclear: number;
}> {
  return {
    accounts: yield* all(accounts, {}),
    bindings: (yield* all(bindings, {})).map((row) => ({ ...row, inbox: row.inbox ?? 0 })),
    alarms: yield* standingAlarms(),
    setAside: (yield* only(setAsideCount, {})).rows,
    unclear: (yield* only(unclearCount, {})).rows,
  };
}
