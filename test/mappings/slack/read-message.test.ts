import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { SlackInbound } from "../../../mappings/slack/inbound.ts";
import { storedRevision } from "../../../mappings/slack/revision.ts";
import { LATER, TS, known } from "./context.ts";
import { bodyOf, messageOf, only, read, said } from "./reading.ts";

const nothing = { events: [], losses: [] };

function wordsOf(event: object, changes: Partial<SlackInbound> = {}): string {
  return plainTextOf(bodyOf("text", event, changes).text);
}

function changed(message: object, previous: object | null = null): object {
  return { type: "message", subtype: "message_changed", hidden: true, message, previous_message: previous };
}

function codes(event: object, changes: Partial<SlackInbound> = {}): readonly string[] {
  return read(event, changes).losses.map(({ code }) => code);
}

function deleted(previous: object): object {
  return { type: "message", subtype: "message_deleted", deleted_ts: TS, previous_message: previous };
}

void describe("a change of a message that is no edit", () => {
  const plain = { type: "message", user: "U123", ts: TS, text: "see https://a.example/" };
  const stored = { revision: () => storedRevision(plain)?.revision ?? null };
  const unfurled = { ...plain, attachments: [{ from_url: "https://a.example/", title: "A", text: "b" }] };

  void test("a preview was added", () => {
    assert.deepEqual(read(changed(unfurled), stored), nothing);
  });

  void test("a preview was added to a message that was not stored", () => {
    assert.deepEqual(read(changed(unfurled, plain)), nothing);
  });

  void test("a preview was added to an edited message", () => {
    const edited = { ...plain, edited: { user: "U123", ts: "1755517524.000000" } };
    const before = { revision: () => storedRevision(edited)?.revision ?? null };
    assert.deepEqual(read(changed({ ...unfurled, edited: edited.edited }), before), nothing);
  });

  void test("an answer stands in the channel as well", () => {
    assert.deepEqual(
      read(changed({ ...plain, subtype: "thread_broadcast", thread_ts: "1.000000" }), stored),
      nothing,
    );
  });

  void test("a huddle went on", () => {
    assert.deepEqual(read(changed({ ...plain, subtype: "huddle_thread", text: "longer" }), stored), nothing);
  });
});

void describe("a change of a message that is an edit", () => {
  const plain = { type: "message", user: "U123", ts: TS, text: "a" };
  const stored = { revision: () => storedRevision(plain)?.revision ?? null };

  void test("edited later, though it reads the same", () => {
    const again = { ...plain, edited: { user: "U123", ts: LATER } };
    assert.equal(only(read(changed(again), stored)).kind, "message");
  });

  void test("an app changed its attachment only", () => {
    const posted = { ...plain, bot_id: "B9", text: "", attachments: [{ text: "running" }] };
    const after = { ...posted, attachments: [{ text: "passed" }] };
    const before = { revision: () => storedRevision(posted)?.revision ?? null };
    assert.equal(wordsOf(changed(after), before), "> passed");
    assert.deepEqual(read(changed(posted), before), nothing);
  });

  void test("a file was taken away", () => {
    const file = { id: "F1", name: "a", url_private: "https://f.example/a" };
    const posted = { ...plain, files: [file] };
    const after = { ...plain, files: [{ ...file, mode: "tombstone" }] };
    const before = { revision: () => storedRevision(posted)?.revision ?? null };
    assert.equal(bodyOf("text", changed(after), before).text.blocks.length, 1);
  });

  void test("an edit of a message that is not known is taken as a new one", () => {
    const other = { ...plain, ts: LATER, text: "b" };
    assert.deepEqual(codes(changed(other, { ...other, text: "a" })), ["target_unknown"]);
    const event = only(read(changed(other, { ...other, text: "a" })));
    assert.ok(event.kind === "message" && event.native === LATER && event.message.replaces === null);
  });
});

void describe("a deleted message", () => {
  const tombstone = { type: "message", subtype: "tombstone", user: "USLACKBOT", ts: TS, text: "deleted" };
  void test("the first of a thread leaves a tombstone", () => {
    const event = only(read(changed(tombstone)));
    assert.ok(event.kind === "message");
    assert.equal(event.sender.native, "U123");
    assert.deepEqual(event.message.body, { kind: "deletion", by: null });
  });

  void test("what is left of it goes later, and nothing happens", () => {
    assert.deepEqual(read(deleted(tombstone)), nothing);
  });

  void test("the gateway's own deletion comes back, and nothing happens", () => {
    assert.deepEqual(read(deleted(said({ ts: TS, bot_id: "BGW" })), { deleting: () => true }), nothing);
  });

  void test("a person deleted what the gateway had posted", () => {
    const event = deleted(said({ ts: TS, bot_id: "BGW" }));
    const message = messageOf(event, { message: () => known({ author: null }) });
    assert.ok(message.body.kind === "deletion" && message.body.by !== null);
  });

  void test("one that is not known", () => {
    assert.deepEqual(codes(deleted({}), { message: () => null }), ["target_unknown"]);
  });
});
