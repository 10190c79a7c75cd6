/** What can be asked over the control socket about the groups of this gateway. */
import { z } from "zod";
import { joinPolicies } from "../../mappings/room-policy/deed.ts";
import { type DeedReport, type PolicyReport, settableProperties } from "../moderation-operations.ts";
import { procedure } from "./procedure.ts";

const MOST_EVENTS = 1_000;

const name = z.string().min(1).max(4096);
const reason = z.string().max(4096);

const deed = z.discriminatedUnion("act", [
  z.strictObject({ act: z.enum(["kick", "ban", "unban"]), user: name, reason }),
  z.strictObject({ act: z.literal("mute"), user: name, forMs: z.int().positive().nullable() }),
  z.strictObject({ act: z.literal("unmute"), user: name }),
  z.strictObject({ act: z.literal("role"), user: name, role: z.int().nonnegative() }),
  z.strictObject({ act: z.literal("set"), name: z.enum(settableProperties), value: z.string().max(65_536) }),
  z.strictObject({
    act: z.literal("erase-events"),
    events: z.array(name).min(1).max(MOST_EVENTS).readonly(),
  }),
  z.strictObject({ act: z.literal("erase-user"), user: name }),
]);

const acts = [
  "kick",
  "ban",
  "unban",
  "mute",
  "unmute",
  "role",
  "set",
  "erase-events",
  "erase-user",
] as const satisfies readonly DeedReport["act"][];

const deedReport: z.ZodType<DeedReport> = z.object({
  uri: z.string(),
  act: z.enum(acts),
  seq: z.number().nullable(),
  event: z.string().nullable(),
});

const policyReport: z.ZodType<PolicyReport> = z.object({
  uri: z.string(),
  history: z.string(),
  join: z.enum(joinPolicies),
  retentionDays: z.number().nullable(),
});

export const moderationProcedures = {
  "group-moderate": procedure({
    question: z.strictObject({ uri: name, deed }),
    answer: deedReport,
    run: ({ moderation }, { uri, deed: asked }) => moderation.moderate(uri, asked),
  }),
  "group-policy": procedure({
    question: z.strictObject({ uri: name, history: name.nullable(), join: name.nullable() }),
    answer: policyReport,
    run: ({ moderation }, { uri, ...change }) => moderation.policy(uri, change),
  }),
};
