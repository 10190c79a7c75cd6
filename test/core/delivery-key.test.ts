/** What deliveries are asked for by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deliveryKey, digestKey, keysOfBefore, ofOneEvent } from "../../core/delivery-key.ts";
import type { BindingId } from "../../core/ids.ts";
import type { EventId, SaidKey } from "../../mappings/ids.ts";

const ROOM = 7 as BindingId;
const id = "1".repeat(64) as EventId;
const saidKey = "2".repeat(32) as SaidKey;
const [byId, bySaid] = [`${"1".repeat(32)}-7-0`, `${"2".repeat(32)}-7-0`];

void test("a delivery is named by what was said, where that is known, and by the event's id otherwise", () => {
  assert.equal(deliveryKey(ROOM, { id, saidKey }, 0), bySaid);
  assert.equal(deliveryKey(ROOM, { id: "3".repeat(64) as EventId, saidKey }, 0), bySaid, "read differently");
  assert.equal(deliveryKey(ROOM, { id, saidKey: null }, 0), byId);
  assert.deepEqual(keysOfBefore(ROOM, { id, saidKey }, 0), [bySaid, byId]);
  assert.deepEqual(keysOfBefore(ROOM, { id, saidKey: null }, 0), [byId]);
});

void test("steps of one event are known by their keys", () => {
  const first = deliveryKey(ROOM, { id, saidKey }, 0);
  assert.ok(ofOneEvent(first, deliveryKey(ROOM, { id, saidKey }, 12)));
  assert.ok(!ofOneEvent(first, deliveryKey(ROOM, { id, saidKey: null }, 0)));
  assert.ok(!ofOneEvent(first, deliveryKey(8 as BindingId, { id, saidKey }, 0)));
  assert.ok(!ofOneEvent(first, digestKey(ROOM, id)));
  assert.ok(!ofOneEvent("none", "none"));
});
