import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** What accounts keep encrypted. Whoever does not know of it has accounts whose credentials are all in the configuration. */
export const secrets: Migration = { version: 9, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table("secret", { account: "int", kind: "text", ciphertext: "blob", key_version: "int" }, [
    "account",
    "kind",
  ]);
  return maker.steps;
}
