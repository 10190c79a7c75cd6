import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** The messages that threads began with. Whoever does not know of them looks at younger messages only. */
export const threads: Migration = { version: 12, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("thread", { grp: "int", root: "text", at: "int" }, ["grp", "root"]);
  maker.index("thread_of_group", "thread", ["grp", "at"]);
  return maker.steps;
}
