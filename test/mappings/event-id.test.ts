/** What events are known by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMember } from "../../mappings/event-content.ts";
import { eventId, SALT_OCTETS, saidKey, saltOf } from "../../mappings/event-id.ts";

const ANNA = "mimi://a.example/u/anna";
const BEN = "mimi://a.example/u/ben";
const GROUP = "mimi://a.example/r/tea";
const salt = Uint8Array.from({ length: SALT_OCTETS }, (_, i) => i);
const other = salt.toReversed();

void test("what names a thing said does not hang on what it says, and on all else that an id hangs on", () => {
  const key = saidKey("message", ANNA, GROUP, salt);
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.equal(saidKey("message", ANNA, GROUP, salt.slice()), key);
  const others = [
    saidKey("property", ANNA, GROUP, salt),
    saidKey("message", BEN, GROUP, salt),
    saidKey("message", "", GROUP, salt),
    saidKey("message", ANNA, "mimi://a.example/r/milk", salt),
    saidKey("message", ANNA, GROUP, other),
  ];
  assert.equal(new Set([key, ...others]).size, others.length + 1);
  assert.ok(!eventId("message", ANNA, GROUP, new Uint8Array(), salt).startsWith(key));
});

void test("the salt is read of every content, and of nothing else", () => {
  const content = encodeMember({ user: ANNA, change: "leave" }, salt);
  assert.deepEqual(Buffer.from(saltOf(content) ?? []), Buffer.from(salt));
  assert.equal(saltOf(content.subarray(0, SALT_OCTETS + 1)), null, "cut off");
  assert.equal(saltOf(Buffer.from("nothing of that form")), null);
  assert.equal(saltOf(new Uint8Array()), null);
});
