import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/servers.ts";
import { copySource } from "./source-copy.ts";

void describe("a copy of the source with a change", async () => {
  const root = temporaryFolder("source");
  for (const name of ["core", "bridges", "mappings", "node_modules"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "package.json"), "{}");
  writeFileSync(join(root, "core/a.ts"), "one two two");

  await it("has the change, and leaves the original as it is", () => {
    const copy = copySource(root, [{ file: "core/a.ts", from: "one", to: "three" }]);
    assert.equal(readFileSync(join(copy.root, "core/a.ts"), "utf8"), "three two two");
    assert.equal(readFileSync(join(root, "core/a.ts"), "utf8"), "one two two");
    copy.remove();
    assert.ok(!existsSync(copy.root));
    assert.ok(existsSync(join(root, "node_modules")));
  });

  await it("is refused where the text is not there exactly once", () => {
    assert.throws(() => copySource(root, [{ file: "core/a.ts", from: "two", to: "" }]), /has 2 times/);
    assert.throws(() => copySource(root, [{ file: "core/a.ts", from: "four", to: "" }]), /has 0 times/);
  });
});
