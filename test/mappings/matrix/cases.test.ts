import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { matrixCases } from "../cases/matrix.ts";

for (const direction of ["in", "out"] as const)
  void describe(`Matrix, ${direction}`, () => {
    for (const one of matrixCases.filter((each) => each.direction === direction))
      void test(`${one.feature}: ${one.name}`, () => one.run());
  });

void test("no two cases of a feature and direction have the same name", () => {
  const names = matrixCases.map(({ feature, direction, name }) => `${feature} ${direction} ${name}`);
  assert.equal(new Set(names).size, names.length);
});
