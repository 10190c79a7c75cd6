import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * What is laid down for single rooms, and what was delivered in short. Whoever does not know of the latter would deliver
 * the first of several messages for all of them.
 */
export const policies: Migration = { version: 8, oldestReader: 8, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("room_policy", { binding: "int", name: "text", value: "text" }, ["binding", "name"]);
  maker.table("opt_out", { account: "int", native: "text", at: "int" }, ["account", "native"]);
  maker.table(
    "digested",
    { binding: "int", event_id: "text", seq: "int", digest_seq: "int", native: "text?", at: "int?" },
    ["binding", "event_id"],
  );
  maker.index("digested_in", "digested", ["binding", "digest_seq"]);
  maker.column("binding", "lag_told_at", "int?");
  return maker.steps;
}
