import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * Rooms that are paused, and the groups that copies have passed before they entered the log. Whoever does not know of them carries
 * on in such rooms, and names nothing of the way.
 */
export const pauses: Migration = { version: 14, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.column("binding", "paused_at", "int?");
  maker.column("binding", "paused_why", "text?");
  maker.column("binding", "resumed_at", "int?");
  maker.column("binding", "resumed_up_to", "int?");
  maker.column("binding", "resumed_drop", "int?");
  maker.column("event", "passed", "text?");
  maker.column("submission", "passed", "text?");
  return maker.steps;
}
