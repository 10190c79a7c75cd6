import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { edgeCases } from "./edge-cases.ts";

const root = join(import.meta.dirname, "../..");

/** Throws where the place does not exist. */
function holds(place: string, test: string): boolean {
  const path = join(root, place);
  const files = place.endsWith(".ts")
    ? [path]
    : readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(path, file));
  const ends = ['"', "`"].map((quote) => `${test}${quote}`);
  return files.some((file) => ends.some((end) => readFileSync(file, "utf8").includes(end)));
}

void describe("the edge cases", () => {
  void it("are the 28, each once, in order", () => {
    assert.deepEqual(
      edgeCases.map(({ number }) => number),
      Array.from({ length: 28 }, (_, at) => at + 1),
    );
    assert.equal(new Set(edgeCases.map(({ title }) => title)).size, 28);
  });

  for (const { number, title, tests, later } of edgeCases)
    void it(`${number}: ${title}`, () => {
      assert.ok(tests.length + later.length > 0, "nobody decides it");
      for (const [place, test] of tests) assert.ok(holds(place, test), `${place} has no test "${test}"`);
    });
});
