import type { Milliseconds } from "../../bridge.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { AccountId, BindingId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
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
const liveOrigin = statement<{ binding: BindingId }>("give-up.liveOrigin")((db, { p }) =>
  db.selectFrom("binding").select(["id", "account"]).where("id", "=", p.binding).where("state", "=", "live"),
);

/**
 * Takes a delivery off the lane for good: it is set aside with its cause, and the author told. Returns the origin's
 * binding where a line for the author waits now.
 */
export function* giveUp(
  input: GiveUpInput,
): Unit<{ readonly id: BindingId; readonly account: AccountId } | null> {
  yield* checkFence(input.fence);
  if (!(yield* first(dropDelivery, input))) return null;
  // A notice that can't be delivered is not worth an operator's time: the room does not take us any more.
  if (input.seq < 0) yield* first(dropNotice, { binding: input.binding, n: -input.seq });
  else yield* first(setAside, input);
  yield* first(moveDelivered, { binding: input.binding });
  if (input.unclear) yield* first(countUnclear, { binding: input.binding });
  const origin = input.author && (yield* first(liveOrigin, { binding: input.author.binding }));
  if (!input.author || !origin) return null;
  yield* addNotice({ binding: origin.id, to: input.author, text: input.notice, at: input.at });
  return origin;
}

const countUnclear = statement<{ binding: BindingId }>("give-up.countUnclear")((db, { p }) =>
  db
    .updateTable("binding")
    .set((eb) => ({ unclear_count: eb("unclear_count", "+", 1) }))
    .where("id", "=", p.binding),
);

/** Counts a delivery whose outcome can't be known and that is repeated by policy. */
export function* noteUnclear(input: { fence: Fence; binding: BindingId }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(countUnclear, { binding: input.binding });
}
