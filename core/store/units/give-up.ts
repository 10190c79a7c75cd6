import type { Milliseconds } from "../../time.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, NativeId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { dropTold, toldInShort } from "./digested.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addNotice } from "./notices.ts";
import { dropDelivery, dropNotice, moveDelivered } from "./progress.ts";

export interface GiveUpInput {
  readonly fence: Fence;
  readonly binding: BindingId;
  readonly seq: number;
  readonly step: number;
  readonly event: EventId | null;
  readonly code: string;
  readonly cause: string;
  readonly attempts: number;
  readonly at: Milliseconds;
  readonly unclear: boolean;
  /** Whom to tell, in the room where the event came from. */
  readonly author: { readonly binding: BindingId; readonly native: string; readonly name: string } | null;
  readonly notice: string;
  /** The thread that the event is in; null or left out: none. */
  readonly thread?: Uint8Array | null;
}

const setAside = statement<{
  binding: BindingId;
  seq: number;
  step: number;
  event: EventId | null;
  code: string;
  cause: string;
  attempts: number;
  at: Milliseconds;
}>("give-up.setAside")((db, { p }) =>
  db.insertInto("set_aside").values({
    binding: p.binding,
    direction: "outbound",
    native_key: null,
    raw: null,
    origin_at: null,
    received_at: null,
    seq: p.seq,
    step: p.step,
    event_id: p.event,
    code: p.code,
    cause: p.cause,
    attempts: p.attempts,
    at: p.at,
  }),
);
const asideOf = statement<{ binding: BindingId; event: EventId }>("give-up.asideOf")((db, { p }) =>
  db
    .selectFrom("set_aside")
    .select("id")
    .where("binding", "=", p.binding)
    .where("event_id", "=", p.event)
    .where("direction", "=", "outbound")
    .limit(1),
);
const liveOrigin = statement<{ binding: BindingId }>("give-up.liveOrigin")((db, { p }) =>
  db.selectFrom("binding").select(["id", "account"]).where("id", "=", p.binding).where("state", "=", "live"),
);

/**
 * Takes a delivery off the lane for good: it is set aside with its cause, and the author told, once for all parts of an
 * event. Returns the origin's binding where a line for the author waits now.
 */
export function* giveUp(
  input: GiveUpInput,
): Unit<{ readonly id: BindingId; readonly account: AccountId } | null> {
  yield* checkFence(input.fence);
  if (!(yield* first(dropDelivery, input))) return null;
  const { binding, event } = input;
  const told = event !== null && (yield* first(asideOf, { binding, event })) !== undefined;
  // A notice that can't be delivered is not worth an operator's time: the room does not take us any more.
  if (input.seq < 0) yield* first(dropNotice, { binding: input.binding, n: -input.seq });
  else yield* setAsideAll(input);
  yield* first(moveDelivered, { binding: input.binding });
  if (input.unclear) yield* first(countUnclear, { binding: input.binding });
  const origin = input.author && (yield* first(liveOrigin, { binding: input.author.binding }));
  if (!input.author || !origin || told) return null;
  const { author: to, notice: text, at, thread = null } = input;
  yield* addNotice({ binding: origin.id, to, text, at, thread });
  return origin;
}

/** What was to be told in short is set aside one by one, and told one by one where an operator puts it back. */
function* setAsideAll(input: GiveUpInput): Unit<void> {
  const { binding, seq: digestSeq } = input;
  const entries = input.event === null ? yield* toldInShort({ binding, digestSeq }) : [];
  if (entries.length === 0) return void (yield* first(setAside, input));
  for (const { seq, id: event } of entries) yield* first(setAside, { ...input, seq, event });
  yield* first(dropTold, { binding, digestSeq });
}

const countUnclear = statement<{ binding: BindingId }>("give-up.countUnclear")((db, { p }) =>
  db
    .updateTable("binding")
    .set((eb) => ({ unclear_count: eb("unclear_count", "+", 1) }))
    .where("id", "=", p.binding),
);

const addDouble = statement<{ binding: BindingId; native: NativeId; event: EventId; at: Milliseconds }>(
  "give-up.addDouble",
)((db, { p }) =>
  db
    .insertInto("link")
    // No part of the message: nothing the gateway does to the message is done to it.
    .values({
      binding: p.binding,
      native: p.native,
      aux: null,
      event_id: p.event,
      part: -1,
      state: "live",
      attempts: 1,
      at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("native"),
);

/** Notes a second copy of an event in a room and counts it as unclear. False: it was known. */
export function* noteDouble(input: {
  fence: Fence | null;
  binding: BindingId;
  event: EventId;
  native: NativeId;
  at: Milliseconds;
}): Unit<boolean> {
  if (input.fence) yield* checkFence(input.fence);
  if (!(yield* first(addDouble, input))) return false;
  yield* first(countUnclear, { binding: input.binding });
  return true;
}

/** Counts a delivery whose outcome can't be known and that is repeated by policy. */
export function* noteUnclear(input: { fence: Fence; binding: BindingId }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(countUnclear, { binding: input.binding });
}
