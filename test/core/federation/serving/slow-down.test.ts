import assert from "node:assert/strict";
import { test } from "node:test";
import { SlowDown } from "../../../../core/federation/serving/slow-down.ts";
import type { PeerId } from "../../../../core/ids.ts";

const PEER = 1 as PeerId;
const OTHER = 2 as PeerId;

/** Whether a request may be looked at before anything else happens. */
async function passesAtOnce(slowDown: SlowDown, peer: PeerId): Promise<boolean> {
  let passed = false;
  const passing = slowDown.pass(peer).then(() => (passed = true));
  await Promise.resolve();
  await Promise.resolve();
  const atOnce = passed;
  await passing;
  return atOnce;
}

void test("a peer waits once it has used half of its burst, and no other does", async () => {
  const slowDown = new SlowDown({ peerBurst: 8, peerPerSecond: 100 }, () => 0);
  for (let request = 0; request < 4; request++) assert.equal(await passesAtOnce(slowDown, PEER), true);
  const begun = performance.now();
  assert.equal(await passesAtOnce(slowDown, PEER), false);
  assert.ok(performance.now() - begun > 38, "it comes to the other quarter of its requests at most");
  assert.equal(await passesAtOnce(slowDown, OTHER), true);
});

void test("who asks no more often than three quarters of the limit never waits", async () => {
  let now = 0;
  const slowDown = new SlowDown({ peerBurst: 2, peerPerSecond: 100 }, () => now);
  for (let request = 0; request < 200; request++) {
    assert.equal(await passesAtOnce(slowDown, PEER), true);
    now += 14;
  }
});

void test("who asks one thing after the other, however fast, comes to no more than the limit", async () => {
  let now = 0;
  const slowDown = new SlowDown({ peerBurst: 40, peerPerSecond: 400 }, () => now);
  let requests = 0;
  for (; now < 1_000; now++) {
    if (!(await passesAtOnce(slowDown, PEER))) now += 10;
    requests++;
  }
  assert.ok(requests > 300 && requests <= 420, `${requests} requests in a second`);
});
