/** What can be asked over the control socket: `POST /v1/NAME`, each with the form of question and answer. */
import { z } from "zod";
import { doctorProcedures } from "./doctor-procedures.ts";
import { federationProcedures } from "./federation-procedures.ts";
import { invitationProcedures } from "./invitation-procedures.ts";
import { moderationProcedures } from "./moderation-procedures.ts";
import { policyProcedures } from "./policy-procedures.ts";
import { procedure } from "./procedure.ts";
import { secretsProcedures } from "./secrets-procedures.ts";
import {
  linkReport,
  resumeReport,
  setAsideEntry,
  statusReport,
  traceReports,
  unlinkReport,
} from "./reports.ts";

const name = z.string().min(1).max(4096);
const room = z.strictObject({ account: name, room: name });
const nothing = z.strictObject({});
const number = z.strictObject({ id: z.int().nonnegative() });

export const procedures = {
  status: procedure({
    question: nothing,
    answer: statusReport,
    run: (operations) => operations.status(),
  }),
  link: procedure({
    question: z.strictObject({ rooms: z.array(room).min(1).max(100), group: name.nullable() }),
    answer: linkReport,
    run: (operations, { rooms, group }) => operations.link(rooms, group),
  }),
  unlink: procedure({
    question: z.strictObject({ room, erase: z.boolean() }),
    answer: unlinkReport,
    run: (operations, { room, erase }) => operations.unlink(room, erase),
  }),
  resume: procedure({
    question: z.strictObject({ room, drop: z.boolean() }),
    answer: resumeReport,
    run: (operations, { room, drop }) => operations.resume(room, drop),
  }),
  trace: procedure({
    question: z.strictObject({ id: name }),
    answer: traceReports,
    run: (operations, { id }) => operations.trace(id),
  }),
  "set-aside-list": procedure({
    question: nothing,
    answer: z.array(setAsideEntry).readonly(),
    run: (operations) => operations.setAsideList(),
  }),
  "set-aside-retry": procedure({
    question: number,
    answer: setAsideEntry,
    run: (operations, { id }) => operations.setAsideRetry(id),
  }),
  "set-aside-discard": procedure({
    question: number,
    answer: setAsideEntry,
    run: (operations, { id }) => operations.setAsideDiscard(id),
  }),
  ...doctorProcedures,
  ...federationProcedures,
  ...invitationProcedures,
  ...moderationProcedures,
  ...policyProcedures,
  ...secretsProcedures,
};

export type ProcedureName = keyof typeof procedures;

/** A refusal on the wire: problem details of RFC 9457, with our code. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.output<typeof problem>;
export const PROBLEM_TYPE = "application/problem+json";

/** The answer of `GET /v1/health`. */
export const health = z.object({ version: z.string(), pid: z.number() });
