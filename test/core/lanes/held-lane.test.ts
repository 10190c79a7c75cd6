import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { inLane } from "../../../core/lanes/lane-key.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { laneSample } from "./lane-sample.ts";

const folder = temporaryFolder("held-lane");
/** What it goes by has to be done well within it, on a busy machine too. */
const LEASE_MS = 3_000;

void test("two thirds of the lease are good without a question; after that it is renewed, unless it was taken over", async () => {
  const { store, a } = await laneSample(folder);
  const lane = inLane(a.id);
  const held = await HeldLane.claim(store, lane, LEASE_MS);
  assert.ok(held);
  assert.equal(await HeldLane.claim(store, lane, LEASE_MS), null, "held");
  const before = performance.now();
  assert.equal(await held.hold(), true);
  await eventually("more than two thirds to be over", () => performance.now() - before > LEASE_MS * 0.7);
  assert.equal(await held.hold(), true, "renewed");
  const renewed = performance.now();
  await eventually("the first lease to be over", () => performance.now() - before > LEASE_MS * 1.05);
  assert.ok(performance.now() - renewed < LEASE_MS * 0.9);
  assert.equal(await HeldLane.claim(store, lane, LEASE_MS), null, "the renewal counts in the store as well");
  const taker = await eventually("the lease to end", () => HeldLane.claim(store, lane, 60_000));
  assert.equal(await held.hold(), false);
  assert.equal(held.lost, true);
  assert.equal(await held.hold(), false);
  await held.release();
  assert.equal(await HeldLane.claim(store, lane, LEASE_MS), null, "a loser lets nothing go");
  await taker.release();
  assert.ok(await HeldLane.claim(store, lane, LEASE_MS));
  await store.close();
});

void test("renewals at the same time are one question", async () => {
  const { store, a } = await laneSample(folder);
  const held = await HeldLane.claim(store, inLane(a.id), 60_000);
  assert.ok(held);
  assert.equal(held.renew(), held.renew());
  assert.equal(await held.renew(), true);
  assert.equal(await held.releaseIfCaughtUp(), true);
  assert.equal(held.lost, true);
  await store.close();
});
