import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/** Invitations from and to other gateways, and knocks. Whoever does not know of them lets them lie, and hurts nothing. */
export const invitations: Migration = { version: 7, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table(
    "invitation",
    {
      n: "id",
      grp_uri: "text",
      wanted: "text",
      peer: "int",
      connection: "text?",
      inviter: "text",
      role: "int?",
      name: "text",
      expires: "int",
      at: "int",
    },
    [],
    [["grp_uri", "wanted"]],
  );
  maker.index("invitation_of_peer", "invitation", ["peer"]);
  maker.table(
    "invited",
    {
      grp: "int",
      wanted: "text",
      provider: "text",
      peer: "int",
      inviter: "text",
      role: "int?",
      name: "text",
      expires: "int",
      at: "int",
      brought: "int",
      told: "int",
      tried_at: "int",
    },
    ["grp", "wanted"],
  );
  maker.table(
    "knock",
    { n: "id", grp: "int", user_uri: "text", peer: "int", reason: "text", at: "int", state: "text" },
    [],
    [["grp", "user_uri"]],
  );
  return maker.steps;
}
