import type { Milliseconds } from "../../core/time.ts";
import type { Answer } from "../../deploy/clients/waits.ts";

const ASK_EVERY_MS = 10;

/**
 * Asks again and again until there is an answer, for what tells nobody when it changes (a store, another process).
 * Rejects with what was waited for when the time is over, or with the Error that is the answer.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<Answer<T>> | Answer<T>,
  within: Milliseconds = 30_000,
): Promise<Exclude<T, Error | undefined | null | false>> {
  const deadline = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer instanceof Error) throw answer;
    if (answer !== undefined && answer !== null && answer !== false)
      return answer as Exclude<T, Error | undefined | null | false>;
    if (performance.now() > deadline) throw new Error(`waited ${within} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
