import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountId, BindingId, PeerId } from "../../../core/ids.ts";
import { accountLane, inLane, outLane, parseLane, syncLane } from "../../../core/lanes/lane-key.ts";

void test("a key is taken apart as it was made", () => {
  assert.deepEqual(parseLane(inLane(12 as BindingId)), { kind: "in", binding: 12 });
  assert.deepEqual(parseLane(outLane(12 as BindingId)), { kind: "out", binding: 12 });
  assert.deepEqual(parseLane(accountLane(3 as AccountId)), { kind: "account", account: 3 });
  assert.deepEqual(parseLane(syncLane(5 as PeerId)), { kind: "sync", peer: 5 });
});

void test("what anybody may have written into Redis is no key", () => {
  for (const text of [
    "",
    "in:",
    "in:0",
    "in:-1",
    "in:1.5",
    "in:1 ",
    " in:1",
    "up:1",
    "sync:",
    "sync:0",
    "in:1\n",
    `in:${"9".repeat(16)}`,
  ])
    assert.throws(() => parseLane(text), RangeError, JSON.stringify(text));
});
