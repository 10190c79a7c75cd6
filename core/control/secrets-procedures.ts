/** What can be asked over the control socket about credentials. */
import { z } from "zod";
import type { InstallLinkReport, RotatedReport, SecretReport } from "../secrets-operations.ts";
import { procedure } from "./procedure.ts";

const nothing = z.strictObject({});

const secretReport: z.ZodType<SecretReport> = z.object({
  account: z.string(),
  kind: z.string(),
  key: z.number(),
  known: z.boolean(),
});

const rotatedReport: z.ZodType<RotatedReport> = z.object({
  key: z.number(),
  secrets: z.number(),
  given: z.boolean(),
});

const installLinkReport: z.ZodType<InstallLinkReport> = z.object({
  account: z.string(),
  url: z.string(),
  until: z.number(),
});

export const secretsProcedures = {
  "secret-list": procedure({
    question: nothing,
    answer: z.array(secretReport).readonly(),
    run: ({ secrets }) => secrets.list(),
  }),
  "secret-rotate": procedure({
    question: nothing,
    answer: rotatedReport,
    run: ({ secrets }) => secrets.rotate(),
  }),
  "install-link": procedure({
    question: z.strictObject({ account: z.string().min(1).max(4096) }),
    answer: installLinkReport,
    run: ({ secrets }, { account }) => secrets.installLink(account),
  }),
};
