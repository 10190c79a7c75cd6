import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * Rooms of a store that was restored from a backup: what was said and delivered after the backup is asked for before it is made
 * again. Whoever does not know of them delivers it twice.
 */
export const restoredRooms: Migration = { version: 16, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("restored_room", { binding: "int", since: "int", at: "int", read_to: "int?" }, ["binding"]);
  return maker.steps;
}
