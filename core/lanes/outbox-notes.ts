/** What an outbox lane writes down of single deliveries. */
import { step } from "../steps.ts";
import type { OutboxBinding } from "../store/units/outbox.ts";
import type { ProgressInput, Settled } from "../store/units/progress.ts";
import type { LaneRun } from "./lane-run.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";

/** Rejects with lane_lost where another process has the lane. */
export async function note(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  change: Partial<Pick<ProgressInput, "settled" | "queued" | "intents">>,
): Promise<void> {
  const nothing = { settled: [], queued: [], intents: [], intendedSeq: null };
  const place = { fence: run.held.fence, binding: binding.id, now: options.now() };
  await options.store.write("progress", { ...nothing, ...place, ...change });
}

/** It is decided: what came of it, or that there is nothing left of it. */
export function settle(
  options: OutboxLaneOptions,
  run: LaneRun,
  binding: OutboxBinding,
  settled: Settled,
): Promise<void> {
  step("settle.begin");
  return note(options, run, binding, { settled: [settled] });
}
