import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FlatText, plainFlat } from "../../../mappings/markup/flat.ts";
import type { Outgoing } from "../../../mappings/mapping.ts";
import { textMessage } from "../../../mappings/message.ts";
import type { SlackCall } from "../../../mappings/slack/call.ts";
import { fromMimi } from "../../../mappings/slack/from-mimi.ts";
import {
  AL,
  BOB,
  ROOT,
  THREAD,
  TS,
  VERSION,
  body,
  everything,
  id,
  outbound,
  said,
  shown,
} from "./context.ts";
import { first, write } from "./writing.ts";

type Post = Extract<SlackCall, { method: "chat.postMessage" }>;

function posts(event: Outgoing): readonly Post[] {
  return fromMimi(event, everything, outbound()).calls.map((call) => {
    assert.ok(call.method === "chat.postMessage", call.method);
    return call;
  });
}

function textOf(call: SlackCall | undefined): string {
  assert.ok(call && "text" in call.arguments, JSON.stringify(call));
  return call.arguments.text;
}

function words(count: number): string {
  return Array.from({ length: count }, (_, at) => `word${String(at)}`).join(" ");
}

void test("the reply of the golden examples", () => {
  const runs = [
    { kind: "text", text: "Right on ", marks: 0, link: null },
    { kind: "mention", user: AL, name: "Al", marks: 0 },
    { kind: "text", text: " 👍", marks: 0, link: null },
  ] as const;
  const text: FlatText = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] };
  const event: Outgoing = {
    kind: "message",
    id: id("e"),
    author: { uri: BOB, name: "Bob" },
    message: { ...textMessage(text), thread: THREAD, replyTo: ROOT },
  };
  const elements = [
    { type: "text", text: "Right on " },
    { type: "user", user_id: "U123" },
    { type: "text", text: " 👍" },
  ];
  assert.deepEqual(fromMimi(event, everything, outbound()), {
    calls: [
      {
        method: "chat.postMessage",
        arguments: {
          channel: "C1",
          thread_ts: TS,
          username: "Bob (Matrix)",
          icon_url: "https://gw.example/a/9f3c.png",
          text: "Right on @Al 👍",
          blocks: [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }],
          parse: "none",
          link_names: false,
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: "mimigw", event_payload: { id: id("e"), part: 0 } },
        },
        part: 0,
        threadOf: null,
      },
    ],
    losses: [],
  });
});

void describe("a long text", () => {
  void test("in three parts, in order, without numbers", () => {
    const made = posts(said(words(1000)));
    assert.equal(made.length, 3);
    assert.deepEqual(
      made.map((call) => call.arguments.metadata?.event_payload.part),
      [0, 1, 2],
    );
    assert.equal(made.map((call) => call.arguments.text).join(" "), words(1000));
  });

  void test("in more than three, numbered", () => {
    const made = posts(said(words(2000)));
    assert.ok(made.length > 3);
    for (const [at, call] of made.entries())
      assert.ok(
        textOf(call).endsWith(` (${String(at + 1)}/${String(made.length)})`),
        textOf(call).slice(-20),
      );
  });

  void test("of characters that are sent longer than they are", () => {
    for (const call of posts(said("<&>".repeat(1000)))) assert.ok(textOf(call).length <= 4000);
  });

  void test("too long for messages: the first part and a file", () => {
    const text = words(12_000);
    const { calls, losses } = fromMimi(said(text), everything, outbound());
    const [head, file] = calls;
    assert.equal(calls.length, 2);
    assert.ok(text.startsWith(textOf(head)));
    assert.ok(file?.method === "files.completeUploadExternal");
    assert.deepEqual(file.arguments.files, [
      { content: text, filename: "message.txt", title: "message.txt", alt_txt: "" },
    ]);
    assert.deepEqual(
      losses.map(({ code }) => code),
      ["text_cut"],
    );
  });
});

void test("a thread is named by its first message, never by an answer", () => {
  const answer = shown({ threadRoot: { native: "1.000000", aux: null } });
  const context = { thread: () => ({ root: answer, latest: answer }) };
  assert.equal(first(said("x", { thread: THREAD }), context).arguments["thread_ts"], "1.000000");
});

void test("a quotation shows 120 characters and no direction of the name's", () => {
  const target = shown({ excerpt: "a".repeat(150), author: { name: "\u202eAl", native: null } });
  const { arguments: written } = first(said("x", { replyTo: VERSION }), { message: () => target });
  const blocks = JSON.stringify(written["blocks"]);
  assert.ok(blocks.includes(`: ${"a".repeat(119)}…`));
  assert.ok(blocks.includes("\u2068Al\u2069"));
});

void test("what shows nothing is not posted", () => {
  assert.deepEqual(write(said(" \u200d\ufe0f ")), { calls: [], codes: ["characters_removed"] });
});

void test("a deletion of what is not known, or of nothing", () => {
  const event = body({ kind: "deletion", by: null }, { replaces: id("9") });
  assert.deepEqual(write(event), { calls: [], codes: ["target_unknown"] });
});

void test("a hidden picture stands in the thread below a mask", () => {
  const media = { kind: "media", files: [], caption: plainFlat("it"), sticker: false, spoiler: "" } as const;
  const { calls } = fromMimi(body(media), everything, outbound());
  assert.equal(textOf(calls[0]), "⚠ Spoiler: ▒▒▒");
  assert.ok(calls[1]?.method === "chat.postMessage" && calls[1].threadOf === 0);
});

void test("a poll of options that no button can carry is text", () => {
  const options = Array.from({ length: 50 }, (_, at) => ({ id: String(at), text: `o${String(at)}` }));
  const event = body({ kind: "poll", question: "Q", options, most: 1, disclosed: true });
  assert.match(String(first(event).arguments["text"]), /^📊 Q\n\n1\. o0/u);
  assert.deepEqual(write(event).codes, ["poll_as_text"]);
});

void test("the end of a poll by somebody who may not end it shows nothing", () => {
  const event = body({ kind: "poll-end", text: "Mine wins" }, { replyTo: ROOT });
  const poll = { question: "Q", options: [], most: 1, disclosed: true, ended: false };
  assert.deepEqual(write(event, { poll: () => poll }), { calls: [], codes: ["not_bridged"] });
});

void test("the end of a poll that is not known is told", () => {
  const event = body({ kind: "poll-end", text: "Tea wins" }, { replyTo: ROOT });
  assert.equal(first(event).method, "chat.postMessage");
  assert.match(String(first(event).arguments["text"]), /Tea wins$/);
});
