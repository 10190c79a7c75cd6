import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { features, platforms } from "../../mappings/features.ts";
import { full, fallback, not, partial } from "../../mappings/features/level.ts";
import { proofs } from "../proven.ts";
import { root } from "./blocks.ts";
import { carried, featuresPage, isProven } from "./features-page.ts";

void describe("docs/features.md", () => {
  // With UPDATE_DOCS=1 in the environment the test writes the page instead of comparing it.
  void it("says what the feature table says", () => {
    const file = join(root, "docs/features.md");
    const current = featuresPage();
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(file, current);
    else assert.equal(readFileSync(file, "utf8"), current);
  });

  void it("has a line for each feature in each direction", () => {
    const first = featuresPage()
      .split("\n")
      .map((line) => line.split("|")[1]?.trim());
    for (const { title } of features)
      assert.equal(first.filter((cell) => cell === title).length, platforms.length, title);
  });

  void it("promises no more than the weaker side carries", () => {
    const lossy = partial("mark_lost");
    const other = fallback({ says: "a line of text" });
    assert.deepEqual(carried(full, full), { word: "full", says: [] });
    assert.deepEqual(carried(full, not), { word: "not", says: [] });
    assert.deepEqual(carried(not, full), { word: "not", says: [] });
    assert.equal(carried(lossy, full).word, "partial");
    assert.equal(carried(lossy, other).word, "fallback");
    assert.equal(carried(lossy, other).says.length, 2);
    assert.equal(carried(lossy, lossy).says.length, 1);
  });

  void it("calls proven only what a test that exists has shown", () => {
    for (const { file, test } of proofs) {
      const path = join(root, file);
      assert.ok(existsSync(path), file);
      assert.ok(readFileSync(path, "utf8").includes(`"${test}"`), `${file} has no test of the name ${test}`);
    }
    const text = features[0];
    assert.ok(text && isProven(text, { from: "xmpp", to: "xmpp" }, proofs));
    assert.ok(!isProven(text, { from: "xmpp", to: "xmpp" }, []));
    const keys = proofs.map(({ feature, from, to }) => `${feature} ${from} ${to}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  void it("proves nothing that the table calls impossible", () => {
    for (const { feature, from, to } of proofs) {
      const levels = features.find(({ key }) => key === feature)?.levels;
      assert.ok(levels);
      assert.notEqual(carried(levels[from].in, levels[to].out).word, "not");
    }
  });
});
