/** The forms of what an owner answers its guests (docs/mtp.md, Reading one group, Reading many groups, The snapshot). */
import { z } from "zod";
import { logEventForm } from "../federation/wire/wire-event.ts";

const cursor = z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/);
const natural = z.int().nonnegative();

export const pageForm = z.object({ events: z.array(logEventForm), cursor, head: natural, more: z.boolean() });
export type Page = z.output<typeof pageForm>;

const rows = z.array(z.record(z.string(), z.unknown()));

export const syncForm = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      events: z.array(logEventForm),
      cursor,
      head: natural,
      more: z.boolean(),
      state: cursor.optional(),
      markers: rows.optional(),
      profiles: rows.optional(),
      transients: rows.optional(),
    }),
  ),
  problems: z.array(z.object({ group: z.string(), code: z.string() })),
});

export const snapshotForm = z.object({
  group: z.string(),
  cursor,
  seq: natural,
  rev: natural,
  state: z.enum(["open", "closed"]),
  visible_from: natural,
  properties: z.array(
    z.object({
      name: z.string(),
      item: z.string(),
      value: z.string(),
      version: natural,
      by: z.string().optional(),
    }),
  ),
  roles: z.array(z.object({ index: natural })),
  policy: z.object({
    history: z.string().regex(/^(?:none|all|days:\d{1,4})$/),
    join: z.enum(["asserted", "invite", "knock"]),
    retention_days: natural,
  }),
  members: natural,
});

export const membersForm = z.object({
  members: z.array(
    z.object({
      user: z.string(),
      state: z.enum(["joined", "invited", "banned"]),
      role: natural,
      version: natural,
      name: z.string().optional(),
    }),
  ),
  next: cursor.optional(),
});

export const connectionsForm = z.object({
  connections: z.array(
    z.object({
      connection: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      scope: z.enum(["group", "gateway"]),
      state: z.enum(["waiting", "active", "ended"]),
      provider: z.string(),
      created: natural,
      group: z.string().optional(),
    }),
  ),
});

export const redeemedForm = z.object({
  connection: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  scope: z.enum(["group", "gateway"]),
  state: z.enum(["active", "waiting"]),
  expires: natural.optional(),
  group: z.string().optional(),
  role: natural.optional(),
  cursor: cursor.optional(),
  seq: natural.optional(),
  rev: natural.optional(),
});
