/** What passes between the bench and its children that stand in for a homeserver, take its transactions, or send to it. */
import { z } from "zod";

export const standInJobForm = z.object({
  port: z.number(),
  serverName: z.string(),
  /** Localpart of the application service's own user. */
  bot: z.string(),
  hsToken: z.string(),
  /** Where the application service takes transactions; null: nothing is pushed to one. */
  service: z.string().nullable(),
});
export type StandInJob = z.output<typeof standInJobForm>;

export const standInOrderForm = z.discriminatedUnion("order", [
  /** Has people say so many messages in so many rooms by turns, pushed in transactions of so many to that address. */
  z.object({
    order: z.literal("say"),
    messages: z.number(),
    rooms: z.number(),
    each: z.number(),
    /** How many speak by turns in each of them. */
    people: z.number().default(5),
    service: z.string(),
  }),
  /** Leaves what is sent to rooms unanswered until `release`. */
  z.object({ order: z.literal("hold") }),
  /** Answers it, and counts what is sent from then on, what was held included, until so many are there. */
  z.object({ order: z.literal("release"), messages: z.number() }),
]);
export type StandInOrder = z.output<typeof standInOrderForm>;

/** Everything that was to be said is taken: each transaction has its 200. */
export const saidForm = z.object({ said: z.object({ seconds: z.number() }) });

/** What was sent to rooms by numbers, since the stand-in was there. */
export const sentForm = z.object({
  sent: z.object({
    /** Since the release, until the last. */
    seconds: z.number(),
    /** Messages that came since the release. */
    messages: z.number(),
    /** Of all that ever came: out of order, or again under another transaction id. */
    faults: z.number(),
  }),
});

export const senderJobForm = z.object({
  /** By bare HTTP, or by the library as the bridge calls it. */
  by: z.enum(["http", "library"]),
  url: z.string(),
  token: z.string(),
  rooms: z.number(),
  messages: z.number(),
  /** In whose name. */
  as: z.string(),
});
export type SenderJob = z.output<typeof senderJobForm>;

export const sentByForm = z.object({ seconds: z.number(), cpuMicroseconds: z.number() });

export const receiverJobForm = z.object({ port: z.number(), token: z.string() });
export type ReceiverJob = z.output<typeof receiverJobForm>;

/** Rooms of the stand-in in which people speak, and those that they are linked with. */
export const roomFrom = (number: number, serverName: string): string => `!from${number}:${serverName}`;
export const roomTo = (number: number, serverName: string): string => `!to${number}:${serverName}`;

const FILLER = "Shall we meet at the bridge at noon, or is that too early for the two of you? I bring tea.";

/** The text of a message of a line, of the same length and form as those of the other parts. */
export const textOf = (line: string, number: number): string => `${line}:${number} ${FILLER}`;
