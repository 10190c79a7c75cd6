import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "cborg";
import { ContentError } from "../../mappings/content/content-error.ts";
import { decodeProperty, encodeMember, encodeProperty } from "../../mappings/event-content.ts";
import { eventId } from "../../mappings/event-id.ts";
import { eventOctets } from "../../mappings/events.ts";

const salt = new Uint8Array(16).fill(1);

void test("a property comes back as it was", () => {
  for (const change of [
    { name: "topic", value: "" },
    { name: "name", value: "Löbby 👋" },
  ] as const)
    assert.deepEqual(decodeProperty(encodeProperty(change, salt)), change);
});

void test("what is no property is refused", () => {
  for (const bad of [
    encode([salt, "mood", "", "x"]),
    encode([salt, "topic", "", 1]),
    encode({}),
    new Uint8Array(),
  ])
    assert.throws(() => decodeProperty(bad), ContentError);
});

void test("each kind of event has ids of its own", () => {
  const content = encodeMember({ user: "mimi://a.example/u/b", change: "join" }, salt);
  const ids = (["message", "property", "member"] as const).map((kind) =>
    eventId(kind, "", "g", content, salt),
  );
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(
    ids.map((id) => Number.parseInt(id.slice(0, 2), 16)),
    [eventOctets.message, eventOctets.property, eventOctets.member],
  );
});

void test("sender and group are told apart by their lengths", () => {
  const content = new Uint8Array([1]);
  assert.notEqual(eventId("message", "ab", "c", content, salt), eventId("message", "a", "bc", content, salt));
});
