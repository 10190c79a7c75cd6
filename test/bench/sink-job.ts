/** What passes between the bench and its child with the sink. */
import { z } from "zod";

/**
 * What one transaction of the writer held: messages accepted into a room's inbox, appended from it, or accepted straight
 * into the log.
 */
export const transactionForm = z.array(
  z.object({ kind: z.enum(["accept", "append", "direct"]), binding: z.number(), messages: z.number() }),
);
export type Transaction = z.output<typeof transactionForm>;

export const sinkJobForm = z.object({
  /** The gateway's data folder. */
  data: z.string(),
  wake: z.enum(["direct", "queue"]),
  /** Rooms in which something is said. */
  rooms: z.number(),
  /** Whether each of them is linked with a room of its own that is told; else it goes no further than the log. */
  deliver: z.boolean(),
  /** Calls that the sink lets be under way in one room. */
  window: z.number(),
  messages: z.number(),
  /** Messages that may be on their way at once: until delivered, or until accepted where none is. */
  inFlight: z.number(),
});
export type SinkJob = z.output<typeof sinkJobForm>;

export const sinkResultForm = z.object({
  seconds: z.number(),
  cpuMicroseconds: z.number(),
  commits: z.number(),
  rows: z.number(),
  mostMegabytes: z.number(),
  transactions: z.array(transactionForm),
  contentBytes: z.number(),
});
export type SinkResult = z.output<typeof sinkResultForm>;

export const floorJobForm = z.object({
  /** A store that a gateway has made, with the bindings that the transactions name. */
  file: z.string(),
  transactions: z.array(transactionForm),
  contentBytes: z.number(),
});
export type FloorJob = z.output<typeof floorJobForm>;

export const floorResultForm = z.object({ seconds: z.number() });

const FILLER = " Shall we meet at the bridge at noon, or is that too early for the two of you? I bring tea.";

/** What is said: the number, so that loss and order can be seen, and about a hundred characters. */
export const textOf = (number: number): string => `${number}${FILLER}`;
/** NaN for a text that is none of ours. */
export const numberOf = (text: string): number => (text.endsWith(FILLER) ? parseInt(text, 10) : Number.NaN);
