/** What something said in a room is known by, however often and in whichever form it is heard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { EventWriter, type Identity } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import type { AccountId, InboxNumber, NativeId, NativeKey, NativeRoom } from "../../../core/ids.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import type { InboxBinding } from "../../../core/store/units/inbox.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";

const writer = new EventWriter(new Uint8Array(32), new MessageMemo());
const room = {
  account: 1 as AccountId,
  native: "a" as NativeRoom,
  groupUri: "mimi://one.test/r/tea",
  domain: "one.test",
} as InboxBinding;

const anna = { native: "anna", name: "Anna" };
const text = (said: string): Translated => ({
  kind: "message",
  sender: anna,
  message: textMessage(plainFlat(said)),
  native: "n" as NativeId,
  aux: null,
});

function written(translated: Translated, change: Partial<Identity> = {}): NewEvent {
  const said: Identity = { n: 7 as InboxNumber, nativeKey: "key" as NativeKey, raw: "raw", ...change };
  const [event] = writer.translation(room, said, [translated], { eventBytes: 10_000 }).events;
  assert.ok(event?.saidKey);
  return event;
}

void test("what the room gives a key is known again, whatever it says by then and wherever it waits", () => {
  const [first, again] = [
    written(text("as it was")),
    written(text("edited"), { n: 9 as InboxNumber, raw: "edited" }),
  ];
  assert.notEqual(again.id, first.id);
  assert.equal(again.saidKey, first.saidKey);
  assert.notEqual(written(text("as it was"), { nativeKey: "another" as NativeKey }).saidKey, first.saidKey);
});

void test("without a key of its room it is not taken for what had its place in the inbox before", () => {
  const bare = { nativeKey: null };
  const first = written(text("one"), { ...bare, raw: "one" });
  assert.equal(
    written(text("one"), { ...bare, raw: "one" }).id,
    first.id,
    "the same each time that it is tried",
  );
  const other = written(text("other"), { ...bare, raw: "other" });
  assert.notEqual(other.saidKey, first.saidKey);
});

void test("each event of one thing said, and events of every kind, have a key of their own", () => {
  const topic: Translated = { kind: "property", sender: null, name: "topic", value: "Milk" };
  const gone: Translated = { kind: "leave", sender: anna, reason: "" };
  const said = { n: 7 as InboxNumber, nativeKey: "key" as NativeKey, raw: "" };
  const all = [text("one"), text("one"), topic, { ...topic, sender: anna }, gone];
  const { events } = writer.translation(room, said, all, { eventBytes: 10_000 });
  assert.equal(new Set(events.map(({ saidKey }) => saidKey)).size, all.length);
});
