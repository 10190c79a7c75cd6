/**
 * Deliveries that are written down and not settled: after a crash, a lost answer, a throttle, or queued out of turn.
 * One after the other, and before anything new: first all that may have been made are asked for, then what was not
 * is made, in order.
 */
import { DeliveryError, type Receipt } from "../bridge/outbound.ts";
import { contextOfPoll, contextOfThread } from "../groups/room-context.ts";
import { step } from "../steps.ts";
import { DIGEST } from "../store/units/digested.ts";
import { RESTORE, restoredProperty } from "../store/units/restore.ts";
import { TALLY } from "../store/units/tallies.ts";
import { parseEventId } from "../../mappings/ids.ts";
import { logAfter, type OpenDelivery, type OutboxBinding, openDeliveries } from "../store/units/outbox.ts";
import { loadDigest } from "./digest-run.ts";
import { caughtUp, type LaneOutcome, type LaneRun, left } from "./lane-run.ts";
import { giveUp } from "./outbox-give-up.ts";
import { askedAgain, asDeliveryError, putOffFor, settlesFor, whyUnplanned } from "./outbox-fault.ts";
import { settleGone } from "./outbox-gone.ts";
import { intentOf, type OutboxItem, planEntry, planNotice, planQueued, settledOf } from "./outbox-item.ts";
import { note, settle } from "./outbox-notes.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { askRoom } from "./outbox-probe.ts";
import { readEntry, toldOf } from "./outbox-told.ts";

/** The operation of what was set aside and put back, until it is made. */
const RE_DRIVEN = "retry";

/** Decides every open delivery of a room. Caught up: there is none left. */
export async function recoverDeliveries(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
): Promise<LaneOutcome> {
  for (;;) {
    const open = await options.store.read(
      openDeliveries({ binding: binding.id, limit: options.limits.lanePage }),
    );
    if (open.length === 0) return caughtUp;
    let first = true;
    for (const delivery of open) {
      if (run.stopping || !(await run.held.hold())) return left;
      // What turned out to be absent above may come before this one: the rows are read again.
      if (!first && delivery.state === "queued" && open[0]?.state === "intended") break;
      first = false;
      const outcome = await decide(options, run, binding, delivery);
      if (outcome) return outcome;
    }
  }
}

/** null: decided, on to the next. */
async function decide(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  open: OpenDelivery,
): Promise<LaneOutcome | null> {
  const item = await load(options, binding, open).catch(whyUnplanned);
  if (item instanceof DeliveryError) return putOffFor(item, options.bridge.settleMs);
  if (item === null) return settleGone(options, run, binding, open);
  try {
    const receipt = open.state === "queued" ? null : await made(options, run, binding, open, item);
    if (receipt === "given-up") return null;
    if (receipt === "settling") return askedAgain(settlesFor(options, open));
    if (receipt === null && open.state === "intended") await absent(options, run, binding, open, item);
    else {
      const done = receipt ?? (await make(options, run, binding, item));
      await settle(options, run, binding, settledOf(item, done));
    }
    return null;
  } catch (thrown) {
    return failed(options, run, binding, item, asDeliveryError(thrown));
  }
}

/** What the platform says of a call that may have been made. null: it was not. */
async function made(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  open: OpenDelivery,
  item: OutboxItem,
): Promise<Receipt | "given-up" | "settling" | null> {
  step("probe.begin");
  const answer = await askRoom(options, binding, open, { ...item, event: item.entry });
  if (answer === "absent") return settlesFor(options, open) > 0 ? "settling" : null;
  if (answer !== "unknown") return answer;
  // An operator has put it back, and so has decided that it be made.
  if (open.op === RE_DRIVEN && open.attempt === 0) return null;
  const { unclear } = await options.policies.of(binding.id);
  if ((unclear ?? options.bridge.unclear) === "repeat") {
    await options.store.write("noteUnclear", { fence: run.held.fence, binding: binding.id });
    return null;
  }
  const error = new DeliveryError("delivery_unclear", "the room keeps nothing that could be asked", {
    certainty: "unknown",
    retry: "never",
  });
  await giveUp(options, run, binding, item, error, true);
  return "given-up";
}

async function make(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  item: OutboxItem,
): Promise<Receipt> {
  await note(options, run, binding, { intents: [intentOf(item, options.bridge.mark(binding.native))] });
  return options.bridge.perform(item.step, item.context);
}

/** What may have been made was not: its turn comes again, unless it has come too often. */
async function absent(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  open: OpenDelivery,
  item: OutboxItem,
): Promise<void> {
  if (open.attempt < options.limits.tries) return queue(options, run, binding, item, true);
  const detail = `the room has not taken it in ${open.attempt} tries, each without an answer`;
  const verdict = { certainty: "certain", retry: "never" } as const;
  const error = new DeliveryError("delivery_refused", detail, verdict);
  return giveUp(options, run, binding, item, error, false);
}

/** Notes that it certainly was not made; it is made when its turn comes, after everything that was before it. */
async function queue(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  item: OutboxItem,
  tried: boolean,
): Promise<void> {
  await note(options, run, binding, { queued: [{ seq: item.seq, step: item.part, tried }] });
}

async function failed(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  item: OutboxItem,
  error: DeliveryError,
): Promise<LaneOutcome | null> {
  if (error.code === "lane_lost") return left;
  const hopeless =
    error.retry === "never" || (error.retry === "backoff" && item.attempt >= options.limits.tries);
  if (error.certainty === "certain" && hopeless) {
    await giveUp(options, run, binding, item, error, false);
    return null;
  }
  if (error.certainty === "certain") await queue(options, run, binding, item, error.retry !== "after");
  return putOffFor(error, options.bridge.settleMs);
}

async function load(
  options: OutboxLaneOptions,
  binding: OutboxBinding,
  open: OpenDelivery,
): Promise<OutboxItem | null> {
  if (open.seq < 0) {
    const queued = await loadQueued(options, binding, open);
    return queued && { ...queued, attempt: open.attempt + 1 };
  }
  const policy = await options.policies.of(binding.id);
  if (open.op === DIGEST) {
    const digest = await loadDigest(options, binding, policy, open);
    return digest && { ...digest, attempt: open.attempt + 1 };
  }
  const [entry] = await options.store.read(logAfter({ group: binding.group, after: open.seq - 1, limit: 1 }));
  if (!entry || entry.seq !== open.seq) return null;
  const read = readEntry(options.memo, binding, entry, false);
  const told = await toldOf(options, binding, entry, read);
  const item = planEntry(options.bridge, binding, policy, entry, told).items[open.step];
  // Whatever it would be called now, the room knows it by what was written down.
  return item ? { ...item, context: { ...item.context, key: open.key }, attempt: open.attempt + 1 } : null;
}

async function loadQueued(
  { bridge, store, memo }: OutboxLaneOptions,
  binding: OutboxBinding,
  open: OpenDelivery,
): Promise<OutboxItem | null> {
  const poll = open.op === TALLY ? parseEventId(open.noticeToNative ?? "") : null;
  if (poll !== null) {
    const context = await contextOfPoll(store, memo, binding, poll);
    return planQueued(bridge, binding, open, { kind: "tally", poll }, context);
  }
  if (open.op !== RESTORE) {
    const context = await contextOfThread(store, memo, binding, open.noticeThread);
    return planNotice(bridge, binding, open, context);
  }
  const property = await store.read(restoredProperty(binding.group, open));
  return property && planQueued(bridge, binding, open, { kind: "property", speaker: null, ...property });
}
