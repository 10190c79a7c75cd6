/** Ends what was begun, in reverse. */
import { asGatewayError } from "./errors.ts";
import type { Logger } from "./log.ts";

/** Takes the steps back, the last first. One that fails is logged, and the others are taken all the same. */
export async function undoAll(undo: (() => Promise<void>)[], log: Logger): Promise<void> {
  for (const step of undo.splice(0).toReversed()) {
    try {
      await step();
    } catch (thrown) {
      log.error({ err: asGatewayError(thrown) }, "a part of the gateway did not end in order");
    }
  }
}

/** The same promise for every call: the act is begun once. */
export function once<T>(act: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null;
  return () => (done ??= act());
}
