import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** Files that other gateways get from this one. Whoever does not know of them gives none, and hurts nothing. */
export const media: Migration = { version: 6, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table(
    "media",
    {
      id: "text",
      grp: "int",
      event_id: "text?",
      account: "int?",
      source: "text?",
      peer: "int?",
      digest: "text?",
      type: "text",
      size: "int?",
      state: "text",
      created_at: "int",
    },
    ["id"],
  );
  maker.index("media_of_event", "media", ["grp", "event_id"]);
  return maker.steps;
}
