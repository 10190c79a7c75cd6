import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../time.ts";

/** Resolves when the time is over, or the signal says that nobody waits any more. */
export async function pause(ms: Milliseconds, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}
