import type { Milliseconds } from "../../time.ts";
import type { AccountId } from "../../ids.ts";
import type { LaneKey } from "../../lanes/lane-key.ts";
import type { ExpressionBuilder, NotNull } from "kysely";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { hasSyncWork } from "./sync-lanes.ts";

const lockLane = statement<{ lane: LaneKey }>("lanes.lockLane")((db, { p, now }) =>
  // The write takes the row's lock even where the lane turns out to be held: on PostgreSQL a claim and a letting-go
  // could pass each other otherwise.
  db
    .updateTable("lane")
    .set((eb) => ({ failures: eb.ref("failures") }))
    .where("key", "=", p.lane)
    .returning(["epoch", "lease_until", "not_before", "failures", "holder"])
    .returning(now.as("now")),
);

const takeLane = statement<{ lane: LaneKey; holder: string; ttl: Milliseconds }>("lanes.takeLane")(
  (db, { p, now }) =>
    db
      .updateTable("lane")
      .set((eb) => ({ epoch: eb("epoch", "+", 1), holder: p.holder, lease_until: eb(now, "+", p.ttl) }))
      .where("key", "=", p.lane)
      .returning("epoch"),
);

export type Claim =
  | { readonly claimed: true; readonly epoch: number; readonly failures: number }
  | { readonly claimed: false; readonly why: "held" | "put-off" | "unknown"; readonly holder: string | null };

/** Takes the lane under the next epoch, unless somebody's lease on it runs or it is put off. */
export function* claimLane(input: { lane: LaneKey; holder: string; ttl: Milliseconds }): Unit<Claim> {
  const lane = yield* first(lockLane, { lane: input.lane });
  if (!lane) return { claimed: false, why: "unknown", holder: null };
  if (lane.lease_until > lane.now) return { claimed: false, why: "held", holder: lane.holder };
  if (lane.not_before > lane.now) return { claimed: false, why: "put-off", holder: null };
  const { epoch } = yield* only(takeLane, input);
  return { claimed: true, epoch, failures: lane.failures };
}

const extendLease = statement<{ lane: LaneKey; epoch: number; ttl: Milliseconds }>("lanes.extendLease")(
  (db, { p, now }) =>
    db
      .updateTable("lane")
      .set((eb) => ({ lease_until: eb(now, "+", p.ttl) }))
      .where("key", "=", p.lane)
      .where("epoch", "=", p.epoch)
      .returning("epoch"),
);

/** True: the lease runs on for `ttl` from now. False: somebody else has the lane. */
export function* renewLane(input: { fence: Fence; ttl: Milliseconds }): Unit<boolean> {
  return (yield* first(extendLease, { ...input.fence, ttl: input.ttl })) !== undefined;
}

const dropLease = statement<Fence>("lanes.dropLease")((db, { p }) =>
  db
    .updateTable("lane")
    .set({ lease_until: 0, holder: null })
    .where("key", "=", p.lane)
    .where("epoch", "=", p.epoch),
);

/** Lets the lane go, whatever is left to do on it (hand-over at the end of a process). */
export function* releaseLane(fence: Fence): Unit<void> {
  yield* first(dropLease, fence);
}

const stillBehind = statement<{ lane: LaneKey }>("lanes.stillBehind")((db, { p }) =>
  db.selectFrom("lane").select("lane.key").where("lane.key", "=", p.lane).where(isBehind),
);

/**
 * What makes a lane's work: rows in the inbox; events to deliver, deliveries under way, or a leave-taking; groups shared
 * with a peer. In a room that is paused, only deliveries that are written down.
 */
function isBehind(eb: ExpressionBuilder<Tables, "lane">) {
  const inbox = eb
    .selectFrom("inbox")
    .innerJoin("binding", "binding.id", "inbox.binding")
    .select("inbox.n")
    .whereRef("inbox.binding", "=", "lane.binding")
    .where("binding.paused_at", "is", null);
  const delivery = eb
    .selectFrom("delivery")
    .select("delivery.seq")
    .whereRef("delivery.binding", "=", "lane.binding");
  const outbox = eb
    .selectFrom("binding")
    .select("binding.id")
    .whereRef("binding.id", "=", "lane.binding")
    .where((where) =>
      where.or([
        where("binding.state", "=", "leaving"),
        where.and([
          where("binding.state", "=", "live"),
          where("binding.paused_at", "is", null),
          where.exists(undelivered(where)),
        ]),
      ]),
    );
  return eb.or([
    eb.and([eb("lane.kind", "=", "in"), eb.exists(inbox)]),
    eb.and([eb("lane.kind", "=", "out"), eb.or([eb.exists(delivery), eb.exists(outbox)])]),
    eb.and([eb("lane.kind", "=", "sync"), hasSyncWork(eb)]),
  ]);
}

/** The events themselves, not the head: where a peer's group has gone on without us there are none to deliver. */
const undelivered = (eb: ExpressionBuilder<Tables, "binding">) =>
  eb
    .selectFrom("event")
    .select("event.seq")
    .whereRef("event.grp", "=", "binding.grp")
    .whereRef("event.seq", ">", "binding.intended_seq");

/**
 * Lets the lane go only where it is caught up; false: there is more to do, read on. Whoever's wake-up was refused
 * meanwhile had committed before, so the holder sees it here.
 */
export function* releaseIfCaughtUp(fence: Fence): Unit<boolean> {
  yield* first(lockLane, { lane: fence.lane });
  yield* checkFence(fence);
  if (yield* first(stillBehind, { lane: fence.lane })) return false;
  yield* first(dropLease, fence);
  return true;
}

const queuedDelivery = (eb: ExpressionBuilder<Tables, "lane">) =>
  eb
    .selectFrom("delivery")
    .select("delivery.seq")
    .whereRef("delivery.binding", "=", "lane.binding")
    .where("delivery.state", "=", "queued");

const dueLanes = statement("lanes.dueLanes")((db, { now }) =>
  db
    .selectFrom("lane")
    .select((eb) => ["lane.key", "lane.account", eb.exists(queuedDelivery(eb)).as("queued")])
    .where("lane.kind", "in", ["in", "out"])
    .where("lane.account", "is not", null)
    .$narrowType<{ account: NotNull }>()
    .where("lane.not_before", "<=", now)
    .where("lane.lease_until", "<=", now)
    .where(isBehind),
);

/** Every lane of a room that is behind, free and not put off: what the sweep runs, whatever Redis forgot. */
export function* lanesBehind(): Unit<
  readonly { readonly key: LaneKey; readonly account: AccountId; readonly queued: boolean }[]
> {
  return (yield* all(dueLanes, {})).map((lane) => ({ ...lane, queued: Boolean(lane.queued) }));
}

const dropLeasesOf = statement<{ holder: string }>("lanes.dropLeasesOf")((db, { p }) =>
  db
    .updateTable("lane")
    .set({ lease_until: 0, holder: null })
    .where("holder", "=", p.holder)
    .returning("key"),
);

/**
 * Frees what a dead predecessor of this process held. Only for whoever holds the slot's name exclusively; the
 * epoch stops a predecessor that is not quite dead.
 */
export function* freeLeasesOf(holder: string): Unit<number> {
  return (yield* all(dropLeasesOf, { holder })).length;
}

const delayLane = statement<{
  lane: LaneKey;
  wait: Milliseconds;
  failures: number;
  error: string;
  pulls: number;
}>("lanes.delayLane")((db, { p, now }) =>
  db
    .updateTable("lane")
    .set((eb) => ({ not_before: eb(now, "+", p.wait), failures: p.failures, last_error: p.error }))
    .where("key", "=", p.lane)
    .where((eb) => eb(eb.fn.coalesce("pulls", eb.lit(0)), "=", p.pulls))
    .returning("key"),
);

/**
 * Puts a lane off: no process runs it before the time is over or somebody pulls it forward. `pulls`: as `readLane` gave them
 * before the run that failed; where it was pulled forward since then, the fault may be over, and nothing is put off: false.
 */
export function* putOffLane(input: {
  fence: Fence;
  lane: LaneKey;
  wait: Milliseconds;
  failures: number;
  error: string;
  pulls: number;
}): Unit<boolean> {
  yield* checkFence(input.fence);
  return (yield* first(delayLane, input)) !== undefined;
}

const clearDelay = statement<{ lane: LaneKey }>("lanes.clearDelay")((db, { p }) =>
  db
    .updateTable("lane")
    .set((eb) => ({
      not_before: 0,
      failures: 0,
      last_error: null,
      pulls: eb(eb.fn.coalesce("pulls", eb.lit(0)), "+", 1),
    }))
    .where("key", "=", p.lane),
);

/** Ends a putting-off: the fault is over, or an operator says so. */
export function* pullLaneForward(lane: LaneKey): Unit<void> {
  yield* first(clearDelay, { lane });
}

const laneState = statement<{ lane: LaneKey }>("lanes.laneState")((db, { p, now }) =>
  db
    .selectFrom("lane")
    .select((eb) => ["failures", "pulls", eb("not_before", "-", now).as("wait")])
    .where("key", "=", p.lane),
);

/** How often the lane has failed in a row and was pulled forward, and how long it is still put off (0 or less: not at all). */
export function* readLane(
  lane: LaneKey,
): Unit<{ readonly failures: number; readonly pulls: number; readonly wait: Milliseconds }> {
  const row = yield* first(laneState, { lane });
  return { failures: row?.failures ?? 0, pulls: row?.pulls ?? 0, wait: row?.wait ?? 0 };
}
