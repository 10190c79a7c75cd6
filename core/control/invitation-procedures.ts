/** What can be asked over the control socket about invitations and knocks. */
import { z } from "zod";
import type {
  AnsweredReport,
  InvitationReport,
  InvitedReport,
  KnockedReport,
  KnockReport,
} from "../invitation-operations.ts";
import { procedure } from "./procedure.ts";
import { linkReport } from "./reports.ts";

const name = z.string().min(1).max(4096);
const room = z.strictObject({ account: name, room: name });
const nothing = z.strictObject({});
const number = z.strictObject({ id: z.int().nonnegative() });

const invitedReport: z.ZodType<InvitedReport> = z.object({
  group: z.string(),
  wanted: z.string(),
  base: z.string(),
  expires: z.number(),
  told: z.boolean(),
});
const invitationReport: z.ZodType<InvitationReport> = z.object({
  id: z.number(),
  group: z.string(),
  name: z.string().nullable(),
  wanted: z.string(),
  inviter: z.string(),
  role: z.number().nullable(),
  base: z.string(),
  at: z.number(),
  expires: z.number(),
});
const answeredReport: z.ZodType<AnsweredReport> = z.object({
  group: z.string(),
  wanted: z.string(),
  base: z.string(),
  answer: z.enum(["accepted", "declined"]),
  linked: linkReport.nullable(),
});
const knockedReport: z.ZodType<KnockedReport> = z.object({
  group: z.string(),
  user: z.string(),
  base: z.string(),
});
const knockReport: z.ZodType<KnockReport> = z.object({
  id: z.number(),
  group: z.string(),
  user: z.string(),
  base: z.string(),
  reason: z.string(),
  at: z.number(),
});

export const invitationProcedures = {
  "group-invite": procedure({
    question: z.strictObject({
      group: name,
      wanted: name,
      inviter: name.nullable(),
      role: z.int().nonnegative().nullable(),
    }),
    answer: invitedReport,
    run: ({ federation }, question) => federation.invitations.invite(question),
  }),
  "invitation-list": procedure({
    question: nothing,
    answer: z.array(invitationReport).readonly(),
    run: ({ federation }) => federation.invitations.list(),
  }),
  "invitation-accept": procedure({
    question: z.strictObject({ id: z.int().nonnegative(), room: room.nullable() }),
    answer: answeredReport,
    run: ({ federation }, { id, room }) => federation.invitations.accept(id, room),
  }),
  "invitation-decline": procedure({
    question: number,
    answer: answeredReport,
    run: ({ federation }, { id }) => federation.invitations.decline(id),
  }),
  "group-knock": procedure({
    question: z.strictObject({ group: name, user: name, reason: z.string().max(4096) }),
    answer: knockedReport,
    run: ({ federation }, question) => federation.invitations.knock(question),
  }),
  "knock-list": procedure({
    question: nothing,
    answer: z.array(knockReport).readonly(),
    run: ({ federation }) => federation.invitations.knocks(),
  }),
  "knock-admit": procedure({
    question: number,
    answer: invitedReport,
    run: ({ federation }, { id }) => federation.invitations.admit(id),
  }),
  "knock-drop": procedure({
    question: number,
    answer: knockReport,
    run: ({ federation }, { id }) => federation.invitations.dropKnock(id),
  }),
};
