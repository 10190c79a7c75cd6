/** What can be asked over the control socket about how the accounts are. */
import { z } from "zod";
import type { DoctorReport } from "../doctor-operations.ts";
import { procedure } from "./procedure.ts";

const state = z.enum(["ok", "warning", "fault"]);

const findings = z.array(
  z.object({ check: z.string(), state, detail: z.string(), remedy: z.string().nullable() }),
);

const doctorReport: z.ZodType<DoctorReport> = z.object({
  state,
  // Gateways of before look at accounts alone.
  gateway: findings.default([]),
  accounts: z.array(z.object({ account: z.string(), bridge: z.string(), findings })),
});

export const doctorProcedures = {
  doctor: procedure({
    question: z.strictObject({ account: z.string().min(1).max(4096).nullable() }),
    answer: doctorReport,
    run: (operations, { account }) => operations.doctor(account),
  }),
};
