import assert from "node:assert/strict";
import { test } from "node:test";
import { PastScans, SETTLED_MS } from "../../../core/bridge/past-scans.ts";

void test("one look answers for all that was made long before it, and for nothing else", async () => {
  const clock = { now: 100_000_000 };
  const scans = new PastScans<number>(() => clock.now);
  let looks = 0;
  const since = (at: number, place = "here") => scans.since(place, at, () => Promise.resolve(++looks));
  const past = clock.now - SETTLED_MS;
  assert.deepEqual([await since(past), await since(past), await since(past)], [1, 1, 1]);
  assert.equal(await since(past, "there"), 2, "another place");
  assert.equal(await since(past - 1), 3, "the look does not reach back so far");
  assert.equal(await since(past), 3);
  assert.deepEqual([await since(past + 1), await since(past + 1)], [4, 5], "it may come into the room yet");
  clock.now += 1;
  assert.deepEqual([await since(past + 1), await since(past + 1)], [6, 6]);
  assert.deepEqual([scans.isPast(past + 1), scans.isPast(past + 2)], [true, false]);
});

void test("a look that fails answers nothing", async () => {
  const scans = new PastScans<number>(() => SETTLED_MS);
  await assert.rejects(scans.since("here", 0, () => Promise.reject(new Error("away"))));
  assert.equal(await scans.since("here", 0, () => Promise.resolve(1)), 1);
});
