import type { Milliseconds } from "../../bridge.ts";
import { statement } from "../statement.ts";

/** Who did what to what: every act of an operator leaves a row. */
export const addAudit = statement<{
  at: Milliseconds;
  actor: string;
  act: string;
  subject: string;
  detail: string;
}>("audit.addAudit")((db, { p }) =>
  db
    .insertInto("audit")
    .values({ at: p.at, actor: p.actor, act: p.act, subject: p.subject, detail: p.detail }),
);
