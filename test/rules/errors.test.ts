import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { errorCodes } from "../../core/errors.ts";

const root = join(import.meta.dirname, "../..");
const codes = Object.keys(errorCodes);

void it("every error code is used", () => {
  const sources = ["bridges", "core", "deploy"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => join(folder, file))
      .filter((file) => file.endsWith(".ts") && file !== "core/errors.ts"),
  );
  const text = sources.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
  assert.deepEqual(
    // "internal" is made by asGatewayError, in the catalogue's own file.
    codes.filter((code) => code !== "internal" && !text.includes(`"${code}"`)),
    [],
  );
});

void it("every error code is documented, and none that is not there", () => {
  const listed = readFileSync(join(root, "docs/errors.md"), "utf8").matchAll(/^[|#\-* ]+`([a-z_]+)`/gm);
  const documented = [...listed].map(([, code = ""]) => code);
  assert.deepEqual(
    codes.filter((code) => !documented.includes(code)),
    [],
  );
  assert.deepEqual(
    documented.filter((code) => !codes.includes(code)),
    [],
  );
});
