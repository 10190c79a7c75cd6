import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../../core/time.ts";

const LOOK_EVERY: Milliseconds = 20;

/** Asks until the answer is none of undefined, null and false. Rejects after `within`, naming `what`. */
export async function until<T>(
  what: string,
  within: Milliseconds,
  ask: () => T | Promise<T>,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false)
      return answer as Exclude<T, undefined | null | false>;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${within / 1000} s`);
    await pause(LOOK_EVERY);
  }
}
