/**
 * Deliveries of which nothing is left to be made: erased meanwhile, or of what the room can't show any more. What may have
 * been made before stands in the room, and is asked for, so that what takes it away finds it.
 */
import type { Receipt } from "../bridge/outbound.ts";
import { logAfter, type OpenDelivery, type OutboxBinding } from "../store/units/outbox.ts";
import type { LaneOutcome, LaneRun } from "./lane-run.ts";
import { askedAgain, asDeliveryError, putOffFor, settlesFor } from "./outbox-fault.ts";
import { settle } from "./outbox-notes.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { askRoom } from "./outbox-probe.ts";

/** null: decided, on to the next. */
export async function settleGone(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  open: OpenDelivery,
): Promise<LaneOutcome | null> {
  const { seq, step, attempt: attempts, at } = open;
  const gone = { seq, step, id: null, native: null, aux: null, part: null, attempts, at, property: null };
  const [entry] =
    open.state === "intended" && seq > 0
      ? await options.store.read(logAfter({ group: binding.group, after: seq - 1, limit: 1 }))
      : [];
  if (entry?.kind !== "message" || entry.seq !== seq) {
    await settle(options, run, binding, gone);
    return null;
  }
  let answer: Receipt | "absent" | "unknown";
  try {
    const asked = { op: open.op, part: step, speaker: null, args: {} };
    const origin = { group: binding.groupUri, event: entry.id };
    const context = { room: binding.native, key: open.key, origin };
    answer = await askRoom(options, binding, open, { step: asked, context, event: entry });
  } catch (thrown) {
    return putOffFor(asDeliveryError(thrown), options.bridge.settleMs);
  }
  const wait = answer === "absent" ? settlesFor(options, open) : 0;
  if (wait > 0) return askedAgain(wait);
  const { native, aux } = typeof answer === "string" ? gone : answer;
  await settle(options, run, binding, { ...gone, id: entry.id, native, aux, part: step });
  return null;
}
