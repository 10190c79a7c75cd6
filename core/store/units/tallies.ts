/**
 * Which rooms are still to be shown how a poll stands. It is shown out of turn and at intervals: whatever was voted meanwhile,
 * the last state comes through, also after a crash.
 */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId } from "../../ids.ts";
import type { ExpressionBuilder } from "kysely";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { queueLine } from "./notices.ts";

/** The operation of such a delivery; the poll stands where others name a person. */
export const TALLY = "tally";

/** How long a room shows one state of a poll at least. */
export const TALLY_EVERY_MS: Milliseconds = 5_000;

interface Place {
  readonly group: GroupId;
  readonly poll: EventId;
}

const liveRooms = statement<{ group: GroupId }>("tallies.liveRooms")((db, { p }) =>
  db.selectFrom("binding").select("id").where("grp", "=", p.group).where("state", "=", "live"),
);
const want = statement<{ binding: BindingId; poll: EventId }>("tallies.want")((db, { p }) =>
  db
    .insertInto("poll_shown")
    .values({ binding: p.binding, poll: p.poll, wanted: 1, shown_at: 0 })
    .onConflict((conflict) => conflict.columns(["binding", "poll"]).doUpdateSet({ wanted: 1 })),
);
/** A tally that is on its way to the room already may have been made too early: what is wanted since then waits for it. */
const underWay = (eb: ExpressionBuilder<Tables, "poll_shown">) =>
  eb
    .selectFrom("notice")
    .innerJoin("delivery", (join) =>
      join
        .onRef("delivery.binding", "=", "notice.binding")
        .on((on) => on(on("notice.n", "+", on.ref("delivery.seq")), "=", on.lit(0))),
    )
    .select("notice.n")
    .whereRef("notice.binding", "=", "poll_shown.binding")
    .whereRef("notice.to_native", "=", "poll_shown.poll")
    .where("delivery.op", "=", TALLY);
/** What is wanted in a room that is paused waits until that goes on. */
const paused = (eb: ExpressionBuilder<Tables, "poll_shown">) =>
  eb
    .selectFrom("binding")
    .select("binding.id")
    .whereRef("binding.id", "=", "poll_shown.binding")
    .where("binding.paused_at", "is not", null);
const due = statement<{ before: Milliseconds }>("tallies.due")((db, { p }) =>
  db
    .selectFrom("poll_shown")
    .select(["poll_shown.binding", "poll_shown.poll"])
    .where("wanted", "=", 1)
    .where("shown_at", "<=", p.before)
    .where((eb) => eb.not(eb.exists(underWay(eb))))
    .where((eb) => eb.not(eb.exists(paused(eb)))),
);
/** `has`: the room shows the poll. `waits`: it is still to get it. */
const standing = statement<{ binding: BindingId; poll: EventId }>("tallies.standing")((db, { p }) =>
  db
    .selectFrom("binding")
    .select((eb) => [
      eb
        .exists(
          eb
            .selectFrom("link")
            .select("link.event_id")
            .where("link.binding", "=", p.binding)
            .where("link.event_id", "=", p.poll)
            .where("link.state", "=", "live"),
        )
        .as("has"),
      eb
        .exists(
          eb
            .selectFrom("event")
            .select("event.seq")
            .where("event.id", "=", p.poll)
            .whereRef("event.grp", "=", "binding.grp")
            .whereRef("event.seq", ">", "binding.delivered_seq"),
        )
        .as("waits"),
    ])
    .where("binding.id", "=", p.binding)
    .where("binding.state", "=", "live"),
);
const takeUp = statement<{ binding: BindingId; poll: EventId; at: Milliseconds; before: Milliseconds }>(
  "tallies.takeUp",
)((db, { p }) =>
  db
    .updateTable("poll_shown")
    .set({ wanted: 0, shown_at: p.at })
    .where("binding", "=", p.binding)
    .where("poll", "=", p.poll)
    .where("wanted", "=", 1)
    .where("shown_at", "<=", p.before)
    .where((eb) => eb.not(eb.exists(underWay(eb))))
    .where((eb) => eb.not(eb.exists(paused(eb))))
    .returning("binding"),
);
const drop = statement<{ binding: BindingId; poll: EventId }>("tallies.drop")((db, { p }) =>
  db.deleteFrom("poll_shown").where("binding", "=", p.binding).where("poll", "=", p.poll),
);

// What stands as shown for so long may be shown at once: nothing need be kept of it.
const dropShown = statement<{ before: Milliseconds }>("tallies.dropShown")((db, { p }) =>
  db.deleteFrom("poll_shown").where("wanted", "=", 0).where("shown_at", "<=", p.before),
);

/** The poll stands otherwise: every room of the group is to be shown it, at once or when it is due. */
export function* wantTally({ group, poll, at }: Place & { readonly at: Milliseconds }): Unit<void> {
  for (const { id: binding } of yield* all(liveRooms, { group })) {
    yield* first(want, { binding, poll });
    yield* queueTally(binding, poll, at);
  }
}

/** Whether there is anything for `queueTallies`. */
export function* tallyIsDue({ now }: { readonly now: Milliseconds }): Unit<boolean> {
  return (yield* all(due, { before: now - TALLY_EVERY_MS })).length > 0;
}

/** Queues what is due, each out of turn on its room's lane. */
export function* queueTallies({ now: at }: { readonly now: Milliseconds }): Unit<void> {
  const before = at - TALLY_EVERY_MS;
  for (const { binding, poll } of yield* all(due, { before })) yield* queueTally(binding, poll, at);
  yield* first(dropShown, { before });
}

function* queueTally(binding: BindingId, poll: EventId, at: Milliseconds): Unit<void> {
  const room = yield* first(standing, { binding, poll });
  if (!room?.has) {
    if (!room?.waits) yield* first(drop, { binding, poll });
    return;
  }
  if (!(yield* first(takeUp, { binding, poll, at, before: at - TALLY_EVERY_MS }))) return;
  yield* queueLine({ binding, to: { native: poll, name: "" }, text: "", at }, TALLY);
}
