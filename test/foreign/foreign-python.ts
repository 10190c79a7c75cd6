/** The python that has the clients of other makes. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

// deploy/setup/prepare.sh puts them there.
const ENVIRONMENT = join(import.meta.dirname, "../../node_modules/.cache/foreign-clients");
const MAY_BE_MISSING = "MIMI_WITHOUT_FOREIGN_CLIENTS";
const REMEDY = `run: sh deploy/setup/prepare.sh test; or set ${MAY_BE_MISSING}=1 to leave their tests out`;

/** While they are being installed there is a python, too. */
const isThere = (): boolean => existsSync(join(ENVIRONMENT, ".prepared"));

/** Why the tests are left out: they may be, and the clients are not there. False: they are run, and fail where those are missing. */
export function leftOut(env: NodeJS.ProcessEnv = process.env): string | false {
  const mayBe = (env[MAY_BE_MISSING] ?? "") !== "";
  return mayBe && !isThere() && `${MAY_BE_MISSING} is set, and slixmpp and matrix-nio are not installed`;
}

/** The program; an error that says what to do where there is none. */
export function foreignPython(): string {
  assert.ok(isThere(), `slixmpp and matrix-nio are not installed: ${REMEDY}`);
  return join(ENVIRONMENT, "bin/python");
}
