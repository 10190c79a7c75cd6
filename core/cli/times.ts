/** Lengths of time for people. */
import type { Milliseconds } from "../time.ts";

const STEPS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `5 s`, `12 min`, `3 h`, `2 d`, rounded down; less than a second is `0 s`. */
export function lengthText(length: Milliseconds): string {
  const [unit, size] = STEPS.find(([, size]) => length >= size) ?? ["s", 1_000];
  return `${Math.max(0, Math.floor(length / size))} ${unit}`;
}

/** `5 s ago`, or `-` where it never was. */
export function agoText(at: Milliseconds | null, now: Milliseconds): string {
  return at === null ? "-" : `${lengthText(now - at)} ago`;
}
