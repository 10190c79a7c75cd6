import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** Alarms that stand, so that a restart or another process neither repeats nor forgets one. Whoever does not know of them raises none. */
export const alarms: Migration = { version: 15, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table(
    "alarm",
    {
      subject: "text",
      code: "text",
      account: "int",
      binding: "int?",
      since: "int",
      raised_at: "int",
      seen_at: "int",
      slot: "text",
      why: "text",
    },
    ["subject"],
  );
  return maker.steps;
}
