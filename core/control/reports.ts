/** The reports of operations.ts as schemas, for a client that reads them from a gateway of whatever version. */
import { z } from "zod";
import { alarmCodes } from "../watch/alarm.ts";
import type {
  LinkReport,
  ResumeReport,
  SetAsideEntry,
  StatusReport,
  TraceReport,
  UnlinkReport,
} from "../operations.ts";

const health = z.discriminatedUnion("state", [
  z.object({ state: z.literal("up"), since: z.number() }),
  z.object({ state: z.enum(["connecting", "down"]), since: z.number(), reason: z.string().nullable() }),
]);

export const statusReport: z.ZodType<StatusReport> = z.object({
  version: z.string(),
  pid: z.number(),
  running: z.boolean(),
  base: z.string(),
  store: z.enum(["sqlite", "postgres"]),
  redis: z.enum(["private", "configured", "none"]),
  wake: z.enum(["direct", "queue"]),
  accounts: z.array(
    z.object({
      account: z.string(),
      bridge: z.string(),
      provider: z.string(),
      holder: z.string().nullable(),
      health: health.nullable(),
    }),
  ),
  bindings: z.array(
    z.object({
      account: z.string(),
      room: z.string(),
      group: z.string(),
      // Gateways of before say nothing of it: they make no rooms.
      kind: z.enum(["plumbed", "portal"]).default("plumbed"),
      state: z.enum(["live", "leaving", "ended"]),
      behind: z.number(),
      inbox: z.number(),
      lastInboundAt: z.number().nullable(),
      oldestUndeliveredAt: z.number().nullable(),
      lastError: z.string().nullable(),
      paused: z.object({ at: z.number(), why: z.string() }).nullable().default(null),
    }),
  ),
  // Gateways of before raise none.
  alarms: z
    .array(
      z.object({
        code: z.enum(alarmCodes),
        account: z.string(),
        room: z.string().nullable(),
        since: z.number(),
        raisedAt: z.number(),
        why: z.string(),
      }),
    )
    .default([]),
  setAside: z.number(),
  unclear: z.number(),
});

export const linkReport: z.ZodType<LinkReport> = z.object({
  group: z.string(),
  rooms: z.array(
    z.object({
      account: z.string(),
      room: z.string(),
      state: z.enum(["linked", "already"]),
      warnings: z.array(z.string()).exactOptional(),
    }),
  ),
});

export const unlinkReport: z.ZodType<UnlinkReport> = z.object({
  group: z.string(),
  account: z.string(),
  room: z.string(),
  erased: z.boolean(),
});

export const resumeReport: z.ZodType<ResumeReport> = z.object({
  group: z.string(),
  account: z.string(),
  room: z.string(),
  pausedAt: z.number(),
  why: z.string(),
  waiting: z.number(),
  dropping: z.boolean(),
});

export const traceReports: z.ZodType<readonly TraceReport[]> = z.array(
  z.object({
    event: z.string().nullable(),
    group: z.string(),
    kind: z.string(),
    sender: z.string().nullable(),
    hops: z.array(
      z.object({
        at: z.number(),
        step: z.enum([
          "said",
          "received",
          "ordered",
          "refused",
          "intended",
          "delivered",
          "unclear",
          "set-aside",
          "waiting",
        ]),
        account: z.string().nullable(),
        room: z.string().nullable(),
        native: z.string().nullable(),
        attempt: z.number().nullable(),
        detail: z.string().nullable(),
      }),
    ),
  }),
);

export const setAsideEntry: z.ZodType<SetAsideEntry> = z.object({
  id: z.number(),
  direction: z.enum(["inbound", "outbound"]),
  account: z.string(),
  room: z.string(),
  event: z.string().nullable(),
  code: z.string(),
  cause: z.string(),
  at: z.number(),
});
