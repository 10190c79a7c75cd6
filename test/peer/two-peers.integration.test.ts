/** Two Python peers with each other, so that a failure with a gateway is not the peer's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runPython } from "./python.ts";

void test("two Python peers redeem, follow, submit, judge, stop at faults and go on", async () => {
  assert.match(await runPython("two_peers.py", 240), /^OK$/m);
});
