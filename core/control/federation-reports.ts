/** The reports of federation-operations.ts as schemas, see reports.ts. */
import { z } from "zod";
import type {
  BlockReport,
  CodeReport,
  ConnectionReport,
  EndedConnectionReport,
  GroupDetail,
  GroupEvent,
  GroupMember,
  GroupReport,
  MadeCodeReport,
  PeerReport,
  RedeemReport,
} from "../federation-operations.ts";
import { linkReport } from "./reports.ts";

const scope = z.enum(["gateway", "group"]);

export const peerReport: z.ZodType<PeerReport> = z.object({
  base: z.string(),
  endpoint: z.string(),
  state: z.enum(["known", "blocked"]),
  static: z.boolean(),
  trusted: z.boolean(),
  hosts: z.array(z.string()),
  keys: z.array(z.string()),
  features: z.array(z.string()),
  connections: z.number(),
  readAt: z.number(),
  lastError: z.string().nullable(),
});

export const blockReport: z.ZodType<BlockReport> = z.object({
  subject: z.string(),
  scope: z.string(),
  at: z.number(),
  actor: z.string(),
});

export const codeReport: z.ZodType<CodeReport> = z.object({
  id: z.number(),
  scope,
  group: z.string().nullable(),
  issuer: z.string(),
  state: z.enum(["good", "used-up", "expired", "revoked"]),
  usesLeft: z.number(),
  confirm: z.boolean(),
  expires: z.number(),
  createdAt: z.number(),
  usedBy: z.array(z.string()),
});

export const madeCodeReport: z.ZodType<MadeCodeReport> = z.object({
  id: z.number(),
  code: z.string(),
  scope,
  group: z.string().nullable(),
  uses: z.number(),
  confirm: z.boolean(),
  expires: z.number(),
});

export const redeemReport: z.ZodType<RedeemReport> = z.object({
  connection: z.string(),
  scope,
  base: z.string(),
  provider: z.string(),
  group: z.string().nullable(),
  linked: linkReport.nullable(),
});

const connection = {
  id: z.string(),
  base: z.string(),
  provider: z.string(),
  issuer: z.enum(["we", "they"]),
  scope,
  group: z.string().nullable(),
  state: z.enum(["waiting", "active", "ended"]),
  createdAt: z.number(),
  expires: z.number().nullable(),
  endedAt: z.number().nullable(),
};
export const connectionReport: z.ZodType<ConnectionReport> = z.object(connection);
export const endedConnectionReport: z.ZodType<EndedConnectionReport> = z.object({
  ...connection,
  told: z.boolean(),
});

const group = {
  uri: z.string(),
  owner: z.string().nullable(),
  name: z.string().nullable(),
  state: z.enum(["open", "closed"]),
  following: z.enum(["following", "stopped", "left"]).nullable(),
  cause: z.string().nullable(),
  head: z.number(),
  members: z.number(),
  rooms: z.number(),
  guests: z.number(),
};
export const groupReport: z.ZodType<GroupReport> = z.object(group);
export const groupDetail: z.ZodType<GroupDetail> = z.object({
  ...group,
  topic: z.string().nullable(),
  linked: z.array(z.object({ account: z.string(), room: z.string() })),
  readers: z.array(
    z.object({
      base: z.string(),
      from: z.number(),
      until: z.number().nullable(),
      connection: z.string().nullable(),
    }),
  ),
});

export const groupMember: z.ZodType<GroupMember> = z.object({
  uri: z.string(),
  name: z.string(),
  state: z.string(),
  role: z.number().nullable(),
  since: z.number(),
});

export const groupEvent: z.ZodType<GroupEvent> = z.object({
  seq: z.number(),
  id: z.string(),
  kind: z.string(),
  sender: z.string().nullable(),
  at: z.number(),
  text: z.string().nullable(),
});
