import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * Who may do what in a group, who is kept out of rooms, and which messages are deleted. A process that knows nothing of roles
 * must not append any more.
 */
export const roles: Migration = { version: 4, oldestReader: 4, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.column("member", "role", "int?");
  maker.column("member", "version", "int?");
  maker.column("member", "muted_until", "int?");
  maker.table("group_role", { grp: "int", idx: "int", json: "text" }, ["grp", "idx"]);
  maker.column("grp", "policed", "int?");
  maker.column("grp", "join_policy", "text?");
  maker.column("grp", "history_policy", "text?");
  maker.column("grp", "retention_days", "int?");
  maker.column("event", "deleted_seq", "int?");
  maker.table("block", { scope: "text", subject: "text", at: "int", actor: "text" }, ["scope", "subject"]);
  return maker.steps;
}
