import type { Milliseconds } from "../../time.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

interface AuditEntry {
  readonly at: Milliseconds;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly detail: string;
}

/** Who did what to what: every act of an operator leaves a row. */
export const addAudit = statement<AuditEntry>("audit.addAudit")((db, { p }) =>
  db
    .insertInto("audit")
    .values({ at: p.at, actor: p.actor, act: p.act, subject: p.subject, detail: p.detail }),
);

/** The same for what is written down elsewhere than in a unit. */
export function* noteAudit(entry: AuditEntry): Unit<void> {
  yield* first(addAudit, entry);
}
