import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../../core/lanes/backoff.ts";

void test("waits double from a quarter of a second to a minute, and stay there", () => {
  assert.deepEqual([1, 2, 3, 4].map(backoffMs), [250, 500, 1_000, 2_000]);
  for (let failures = 1; failures < 60; failures++) assert.ok(backoffMs(failures) <= backoffMs(failures + 1));
  assert.equal(backoffMs(9), 60_000);
  assert.equal(backoffMs(1_000_000), 60_000);
});
