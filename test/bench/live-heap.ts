/**
 * Loaded with `--import` into a gateway that is to tell how much of its memory is in use: what the system counts has garbage
 * in it that nobody has had a reason to collect yet. Asked by a message of the parent process.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";
import { z } from "zod";

export const heapQuestion = { ask: "live heap" } as const;
const questionForm = z.object({ ask: z.literal(heapQuestion.ask) });
/** Octets, of the main thread. */
export const heapForm = z.object({ liveHeap: z.number() });

if (isMainThread && process.send) {
  process.on("message", (message) => {
    if (!questionForm.safeParse(message).success) return;
    setFlagsFromString("--expose_gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    process.send?.({ liveHeap: process.memoryUsage().heapUsed } satisfies z.output<typeof heapForm>);
  });
  // Listening must not keep the process alive.
  process.channel?.unref();
}
