import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** Pictures that are given to everybody under names of ours. Whoever does not know of them gives none. */
export const avatars: Migration = { version: 10, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("avatar", { token: "text", user_uri: "text", rev: "int", source: "text", at: "int" }, [
    "token",
  ]);
  return maker.steps;
}
