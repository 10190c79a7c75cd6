import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { RoomPropertyName } from "../../../mappings/events.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { step } from "../../steps.ts";
import type { ArchiveMark, BindingId, DeliveryKey, NativeId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { noteMade } from "./digested.ts";
import { checkFence, type Fence } from "./fence.ts";

export interface Intent {
  readonly seq: number;
  readonly step: number;
  readonly op: string;
  readonly key: DeliveryKey;
  readonly argsHash: string;
  readonly mark: ArchiveMark | null;
  /** Since when it may have been made; left out: from now on. */
  readonly at?: Milliseconds;
}

export interface Settled {
  readonly seq: number;
  readonly step: number;
  readonly id: EventId | null;
  readonly native: NativeId | null;
  readonly aux: string | null;
  /** Which part of the event it is; null: nothing refers to it by its place. */
  readonly part: number | null;
  readonly attempts: number;
  readonly at: Milliseconds;
  /** What was set in the room, so that its echo is known for one. */
  readonly property: {
    readonly name: RoomPropertyName;
    readonly item: string;
    readonly value: string;
  } | null;
}

export interface ProgressInput {
  readonly fence: Fence;
  readonly binding: BindingId;
  readonly now: Milliseconds;
  readonly settled: readonly Settled[];
  /** Calls that certainly were not made and are to be made later. `tried`: it counts as a try. */
  readonly queued: readonly { readonly seq: number; readonly step: number; readonly tried: boolean }[];
  readonly intents: readonly Intent[];
  /** Where the next read of the log begins; null: unchanged. */
  readonly intendedSeq: Seq | null;
}

/** What a link's part is where nothing refers to it by its place. */
const NO_PART = -1;

const intend = statement<{
  binding: BindingId;
  seq: number;
  step: number;
  op: string;
  key: DeliveryKey;
  argsHash: string;
  epoch: number;
  mark: ArchiveMark | null;
  at: Milliseconds;
}>("progress.intend")((db, { p }) =>
  db
    .insertInto("delivery")
    .values({
      binding: p.binding,
      seq: p.seq,
      step: p.step,
      op: p.op,
      key: p.key,
      args_hash: p.argsHash,
      state: "intended",
      epoch: p.epoch,
      attempt: 1,
      mark: p.mark,
      at: p.at,
    })
    .onConflict((conflict) =>
      conflict.columns(["binding", "seq", "step"]).doUpdateSet((eb) => ({
        state: "intended",
        args_hash: p.argsHash,
        epoch: p.epoch,
        mark: p.mark,
        at: p.at,
        attempt: eb("delivery.attempt", "+", 1),
      })),
    ),
);
export const dropDelivery = statement<{ binding: BindingId; seq: number; step: number }>(
  "progress.dropDelivery",
)((db, { p }) =>
  db
    .deleteFrom("delivery")
    .where("binding", "=", p.binding)
    .where("seq", "=", p.seq)
    .where("step", "=", p.step)
    .returning("key"),
);
export const dropNotice = statement<{ binding: BindingId; n: number }>("progress.dropNotice")((db, { p }) =>
  db.deleteFrom("notice").where("binding", "=", p.binding).where("n", "=", p.n),
);
const requeue = statement<{ binding: BindingId; seq: number; step: number; untried: number }>(
  "progress.requeue",
)((db, { p }) =>
  db
    .updateTable("delivery")
    .set((eb) => ({ state: "queued", attempt: eb("attempt", "-", p.untried) }))
    .where("binding", "=", p.binding)
    .where("seq", "=", p.seq)
    .where("step", "=", p.step),
);
const addLink = statement<{
  binding: BindingId;
  native: NativeId;
  aux: string | null;
  id: EventId;
  part: number;
  attempts: number;
  at: Milliseconds;
}>("progress.addLink")((db, { p }) =>
  db
    .insertInto("link")
    .values({
      binding: p.binding,
      native: p.native,
      aux: p.aux,
      event_id: p.id,
      part: p.part,
      state: "live",
      attempts: p.attempts,
      at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const noteSet = statement<{
  binding: BindingId;
  name: RoomPropertyName;
  item: string;
  value: string;
  at: Milliseconds;
}>("progress.noteSet")((db, { p }) => {
  const held = { last_set: p.value, last_seen: p.value, seen_at: p.at };
  return db
    .insertInto("binding_property")
    .values({ binding: p.binding, name: p.name, item: p.item, ...held })
    .onConflict((conflict) =>
      conflict
        .columns(["binding", "name", "item"])
        .doUpdateSet(held)
        // A pin may have been changed by somebody before the answer was noted.
        .where((eb) =>
          eb.or([
            eb("binding_property.name", "!=", "pins"),
            eb("binding_property.seen_at", "is", null),
            eb("binding_property.seen_at", "<=", p.at),
          ]),
        ),
    );
});
/** A room that is left moves no more, and one that is paused stays where it is. */
export const moveIntended = statement<{ binding: BindingId; seq: Seq }>("progress.moveIntended")(
  (db, { p }) =>
    db
      .updateTable("binding")
      .set({ intended_seq: p.seq })
      .where("id", "=", p.binding)
      .where("state", "=", "live")
      .where("paused_at", "is", null)
      .returning("id"),
);
const isPaused = statement<{ binding: BindingId }>("progress.isPaused")((db, { p }) =>
  db
    .selectFrom("binding")
    .select("id")
    .where("id", "=", p.binding)
    .where("state", "=", "live")
    .where("paused_at", "is not", null),
);
export const moveDelivered = statement<{ binding: BindingId }>("progress.moveDelivered")((db, { p }) =>
  db
    .updateTable("binding")
    .set((eb) => ({
      delivered_seq: eb.fn.coalesce(
        eb
          .selectFrom("delivery")
          .select((open) => open(open.fn.min("delivery.seq"), "-", open.lit(1)).as("seq"))
          .whereRef("delivery.binding", "=", "binding.id")
          .where("delivery.seq", ">", 0) as never,
        eb.ref("intended_seq"),
      ),
    }))
    .where("id", "=", p.binding),
);

/**
 * One commit of an outbox lane: the receipts that came, and the intents of the calls that come next. A call is
 * made only after its intent is written, and its intent goes only together with its receipt. False: the room was paused
 * meanwhile, so the receipts are written, and nothing new of the log. Throws lane_lost where the room was unlinked.
 */
export function* progress(input: ProgressInput): Unit<boolean> {
  const { binding, now, intendedSeq } = input;
  yield* checkFence(input.fence);
  const goesOn =
    intendedSeq === null || (yield* first(moveIntended, { binding, seq: intendedSeq })) !== undefined;
  if (!goesOn && !(yield* first(isPaused, { binding })))
    throw new GatewayError("lane_lost", `binding ${binding} was unlinked while its lane was under way`);
  for (const done of input.settled) {
    if (!(yield* first(dropDelivery, { binding, seq: done.seq, step: done.step }))) continue;
    if (done.seq < 0) yield* first(dropNotice, { binding, n: -done.seq });
    if (done.native !== null && done.id !== null) {
      const { native, aux, id, attempts, at } = done;
      yield* first(addLink, { binding, native, aux, id, part: done.part ?? NO_PART, attempts, at });
    }
    // Of the log, and of no single entry: several were told in short.
    if (done.id === null && done.seq > 0)
      yield* first(noteMade, { binding, digestSeq: done.seq, native: done.native, at: done.at });
    if (done.property !== null) yield* first(noteSet, { binding, ...done.property, at: done.at });
  }
  for (const { seq, step: part, tried } of input.queued)
    yield* first(requeue, { binding, seq, step: part, untried: tried ? 0 : 1 });
  const intents = goesOn ? input.intents : [];
  for (const intent of intents)
    yield* first(intend, { binding, at: now, ...intent, epoch: input.fence.epoch });
  if (input.settled.length > 0 || intendedSeq !== null) yield* first(moveDelivered, { binding });
  if (intents.length > 0) step("intend.written");
  return goesOn;
}
