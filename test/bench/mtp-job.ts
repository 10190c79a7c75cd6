/** What passes between the bench and its children where two gateways federate. Times are of the machine's monotonic clock. */
import { z } from "zod";

/** Milliseconds; the same clock in all processes of a machine. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;

export const gatewayJobForm = z.object({
  /** The gateway's data folder, with a store that was prepared. */
  data: z.string(),
  base: z.string(),
  port: z.number(),
  /** Where other gateways are. */
  peers: z.array(z.object({ base: z.string(), endpoint: z.string() })),
});
export type GatewayJob = z.output<typeof gatewayJobForm>;

/** What a gateway of the bench may be asked to do. */
export const orderForm = z.discriminatedUnion("order", [
  /** From now on notes when each event of this group is on disk. */
  z.object({ order: z.literal("watch"), group: z.string() }),
  /** Somebody says so many messages in a room, at this pace. */
  z.object({
    order: z.literal("say"),
    room: z.string(),
    first: z.number(),
    messages: z.number(),
    perSecond: z.number(),
  }),
  /** Answers when the watched group's log has got so far. */
  z.object({ order: z.literal("reach"), head: z.number() }),
  /** Answers when so many groups are listened to for requests that are held. */
  z.object({ order: z.literal("held"), groups: z.number() }),
  z.object({ order: z.literal("report") }),
  z.object({ order: z.literal("memory") }),
]);
export type Order = z.output<typeof orderForm>;

export const readyForm = z.object({ ready: z.number() });
export const watchingForm = z.object({ watching: z.number() });
/** When each message was on disk at home. */
export const saidForm = z.object({ said: z.array(z.number()) });
export const reachedForm = z.object({ reached: z.number() });
export const heldForm = z.object({ held: z.number() });
export const reportForm = z.object({
  /** By seq: when the event was on disk here. */
  committed: z.array(z.tuple([z.number(), z.number()])),
  /** By number: when the message was given to a room here. */
  delivered: z.array(z.tuple([z.number(), z.number()])),
  /** What other gateways asked here. */
  served: z.array(z.tuple([z.string(), z.number()])),
  /** What was asked of other gateways. */
  asked: z.array(z.tuple([z.string(), z.number()])),
  cpuMicroseconds: z.number(),
});
export type Report = z.output<typeof reportForm>;
/** Bytes, after everything that can be freed is freed. */
export const memoryForm = z.object({ rss: z.number(), heap: z.number() });

export const floorJobForm = z.object({ file: z.string(), pages: z.string() });
export const floorResultForm = z.object({ seconds: z.number() });

/** Gateways that hold one request each. */
export const crowdJobForm = z.object({
  endpoint: z.string(),
  peers: z.array(z.object({ base: z.string(), key: z.string(), groups: z.array(z.string()) })),
});
export type CrowdJob = z.output<typeof crowdJobForm>;
export const crowdOrderForm = z.object({ crowd: z.enum(["once", "hold"]) });
export const onceForm = z.object({ once: z.number() });
/** An event has come to a gateway of the crowd. */
export const wokenForm = z.object({ woken: z.string(), at: z.number() });
