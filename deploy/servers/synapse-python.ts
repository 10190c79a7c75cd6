/** Where the Synapse for the demo and the tests is: a python that has it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How to get one, for whoever has none. */
export const SYNAPSE_REMEDY =
  "run: sh deploy/setup/prepare.sh matrix; or set MIMI_SYNAPSE to the python of an environment that has Synapse";

const installed = fileURLToPath(new URL("../../node_modules/.cache/synapse/", import.meta.url));

/** The python that MIMI_SYNAPSE names, else the one that deploy/setup/prepare.sh installs; null: there is none. */
export function findSynapsePython(env: NodeJS.ProcessEnv = process.env): string | null {
  const given = env["MIMI_SYNAPSE"] ?? "";
  // While it is being installed there is a python, too.
  if (given === "" && !existsSync(join(installed, ".prepared"))) return null;
  const python = given === "" ? join(installed, "bin/python") : given;
  return existsSync(python) ? python : null;
}
