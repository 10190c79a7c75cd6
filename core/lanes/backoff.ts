import type { Milliseconds } from "../time.ts";

const FIRST_MS = 250;
const LONGEST_MS = 60_000;

/** How long to wait after the nth failure in a row (from 1): doubling from 250 ms to a minute. */
export function backoffMs(failures: number): Milliseconds {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}
