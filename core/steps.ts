/**
 * The named steps of a message's way, published on a diagnostics channel for whoever wants to watch from inside
 * the process (a tracer, a profiler, a test of faults). Without a subscriber a step costs one comparison.
 */
import { channel } from "node:diagnostics_channel";

export type StepName =
  | "accept.begin"
  | "accept.written"
  | "accept.done"
  | "append.begin"
  | "append.written"
  | "append.done"
  | "intend.begin"
  | "intend.written"
  | "intend.done"
  | "perform.sent"
  | "perform.reflected"
  | "settle.begin"
  | "probe.begin"
  | "catchup.page"
  | "follow.begin"
  | "follow.done"
  | "submit.begin"
  | "submit.done"
  | "judge.begin"
  | "judge.done"
  | "verdict.begin";

const steps = channel("mimi-gateway:step");

export function step(name: StepName): void {
  if (steps.hasSubscribers) steps.publish(name);
}
