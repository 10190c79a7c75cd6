import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** In which thread a line of the gateway's own is said. Whoever does not know of it says it in the room. */
export const noticeThread: Migration = { version: 13, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.column("notice", "thread", "blob?");
  return maker.steps;
}
