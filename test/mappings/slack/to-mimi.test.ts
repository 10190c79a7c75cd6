import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import type { SlackInbound } from "../../../mappings/slack/inbound.ts";
import { toMimi } from "../../../mappings/slack/to-mimi.ts";
import { LATER, TS, inbound } from "./context.ts";
import { bodyOf, only, read, said } from "./reading.ts";

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

void describe("what the gateway did itself means nothing", () => {
  const signs: readonly object[] = [
    { bot_id: "BGW" },
    { bot_profile: { app_id: "AGW" } },
    { app_id: "AGW" },
    { user: "UGW" },
    { metadata: { event_type: "mimigw", event_payload: {} } },
  ];
  for (const sign of signs)
    void test(`a post with ${JSON.stringify(sign)}`, () => {
      assert.deepEqual(read(said({ subtype: "bot_message", ...sign })), nothing);
      assert.deepEqual(read(changed(said({ ts: TS, text: "new", ...sign }))), nothing);
    });

  const others: readonly object[] = [
    {
      type: "reaction_added",
      user: "UGW",
      reaction: "+1",
      item: { type: "message", ts: TS },
      event_ts: LATER,
    },
    { type: "pin_added", user: "UGW", item: { type: "message", message: { ts: TS } } },
    { type: "member_joined_channel", user: "UGW", channel: "C1" },
    said({ subtype: "channel_topic", user: "UGW", topic: "x" }),
  ];
  for (const event of others)
    void test(JSON.stringify(event), () => {
      assert.deepEqual(read(event), nothing);
    });

  void test("a channel that it renamed", () => {
    const renamed = { type: "channel_rename", channel: { id: "C1", name: "big-plans" } };
    assert.deepEqual(read(renamed, { lastSet: () => "big-plans" }), nothing);
    assert.equal(only(read(renamed, { lastSet: () => "other" })).kind, "property");
  });
});

void describe("what an app posts", () => {
  const bot = { user: null, subtype: "bot_message", bot_id: "B9", text: "" };

  void test("attachments in their order, quoted", () => {
    const attachments = [
      { pretext: "Build", title: "main", title_link: "https://ci.example/1", text: "*ok*" },
      { fields: [{ title: "Branch", value: "dev" }] },
    ];
    const text = wordsOf(said({ ...bot, attachments }));
    assert.equal(text, "> Build\n>\n> main (https://ci.example/1)\n>\n> ok\n>\n> Branch\n>\n> dev");
  });

  void test("the fallback where an attachment shows nothing else", () => {
    assert.equal(wordsOf(said({ ...bot, attachments: [{ fallback: "red" }] })), "> red");
  });

  void test("the text where its blocks have none", () => {
    assert.equal(wordsOf(said({ ...bot, text: "see", blocks: [{ type: "call", call_id: "R1" }] })), "see");
  });

  void test("left out where the room wants no apps", () => {
    assert.deepEqual(codes(said({ ...bot, text: "x" }), { bots: false }), ["not_bridged"]);
  });

  void test("nothing to be seen is nothing", () => {
    assert.deepEqual(read(said({ text: " \u200d\ufe0f " })), nothing);
  });
});

void describe("a message that is shared", () => {
  const share = {
    is_share: true,
    is_msg_unfurl: true,
    author_name: "Al",
    channel_id: "C1",
    from_url: "https://t.slack.example/archives/C1/p1",
    text: "the plan",
  };

  void test("of a linked channel: author, permalink and text, quoted", () => {
    const text = wordsOf(said({ text: "look", attachments: [share] }));
    assert.equal(text, "look\n\n> Al https://t.slack.example/archives/C1/p1\n>\n> the plan");
  });

  void test("of another channel: its text stays where it is", () => {
    const event = said({ text: "look", attachments: [{ ...share, channel_id: "CSECRET" }] });
    assert.ok(!wordsOf(event).includes("the plan"));
    assert.deepEqual(codes(event), ["not_bridged"]);
  });
});

void describe("twins and noise", () => {
  const subtypes = [
    "channel_join",
    "channel_name",
    "message_replied",
    "bot_add",
    "pinned_item",
    "reminder_add",
  ];
  for (const subtype of subtypes)
    void test(`${subtype} is told by another event`, () => {
      assert.deepEqual(read(said({ subtype })), nothing);
    });

  void test("a purpose has no place", () => {
    assert.deepEqual(codes(said({ subtype: "channel_purpose", purpose: "x" })), ["property_unsupported"]);
  });
});

void describe("what is not of the documented shape", () => {
  const events: readonly unknown[] = [
    null,
    7,
    "message",
    [],
    {},
    { type: 1 },
    { type: "message" },
    { type: "message", ts: 1755517523.12345, user: "U1", text: "a timestamp as a number" },
    { type: "reaction_added", user: "U1" },
    { type: "channel_rename", channel: "C1" },
    { type: "block_actions", actions: [] },
  ];
  for (const event of events)
    void test(JSON.stringify(event), () => {
      const { events: none, losses } = toMimi(event, inbound());
      assert.deepEqual(none, []);
      assert.deepEqual(
        losses.map(({ code }) => code),
        ["event_unreadable"],
      );
    });
});

void test("escapes are taken back once", () => {
  assert.equal(wordsOf(said({ text: "&amp;lt;b&amp;gt; &lt;!channel&gt;" })), "&lt;b&gt; <!channel>");
});

void test("a reaction to a file is named as not carried", () => {
  const event = {
    type: "reaction_added",
    user: "U1",
    reaction: "+1",
    item: { type: "file" },
    event_ts: LATER,
  };
  assert.deepEqual(codes(event), ["not_bridged"]);
});

void test("an unreaction whose reaction is not known changes nothing", () => {
  const event = {
    type: "reaction_removed",
    user: "U1",
    reaction: "tada",
    item: { type: "message", ts: TS },
    event_ts: LATER,
  };
  assert.deepEqual(codes(event), ["target_unknown"]);
});
