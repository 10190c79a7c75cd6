import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * What names a thing said in a room of this gateway, however its content is read: deliveries of it are asked for by that. What
 * was there before is named by its id, as its deliveries are. Whoever does not know of them asks for what a newer version has
 * delivered by another name than it bears, and delivers it twice.
 */
export const saidKeys: Migration = { version: 17, oldestReader: 17, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.column("event", "said_key", "text?");
  maker.column("submission", "said_key", "text?");
  return maker.steps;
}
