import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Block, type FlatText, plainFlat } from "../../../mappings/markup/flat.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { textMessage } from "../../../mappings/message.ts";
import { fromMimi } from "../../../mappings/slack/from-mimi.ts";
import { toMimi } from "../../../mappings/slack/to-mimi.ts";
import { TS, everything, inbound, outbound, outgoing } from "./context.ts";
import { write } from "./writing.ts";

const types = [
  "message",
  "reaction_added",
  "pin_added",
  "member_joined_channel",
  "user_change",
  "block_actions",
];
const keys = [
  "type",
  "subtype",
  "ts",
  "text",
  "blocks",
  "attachments",
  "files",
  "message",
  "user",
  "item",
  "bot_id",
];

/** JSON in which the names that the mapping reads are frequent. */
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      "",
      TS,
      "message_changed",
      "me_message",
      "rich_text",
      "rich_text_section",
    ),
    fc.string(),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...keys, "elements", "ts"), fc.string()), tie("json"), {
      maxKeys: 6,
    }),
  ),
}));

void test("reading never throws", () => {
  const fields = fc.dictionary(fc.constantFrom(...keys), json, { maxKeys: 8 });
  const event = fc
    .tuple(fc.constantFrom(...types), fields)
    .map(([type, rest]) => ({ ts: TS, ...rest, type }));
  fc.assert(
    fc.property(fc.oneof(json, event), (value) => {
      const { events, losses } = toMimi(value, inbound());
      assert.ok(Array.isArray(events) && Array.isArray(losses));
    }),
    { seed: 4, numRuns: 1500 },
  );
});

void test("reading never throws on what is nested without end", () => {
  let nested: unknown = "x";
  for (let depth = 0; depth < 100_000; depth += 1) nested = { type: "rich_text", elements: [nested] };
  const message = { type: "message", user: "U1", ts: TS, text: "plain", blocks: [nested] };
  const changed = { type: "message", subtype: "message_changed", message, previous_message: null };
  assert.ok(toMimi(message, inbound()).events.length <= 1);
  assert.ok(toMimi(changed, inbound({ revision: () => ({ edited: null, content: "" }) })).events.length <= 1);
});

function textOf(event: unknown): FlatText {
  const [mapped] = toMimi(event, inbound()).events;
  assert.ok(mapped?.kind === "message" && mapped.message.body.kind === "text", JSON.stringify(event));
  return mapped.message.body.text;
}

const marks = fc.constantFrom({}, { bold: true }, { italic: true }, { strike: true }, { code: true });
const element = fc.record({
  type: fc.constant("text"),
  text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
  style: marks,
});
const section = fc.record({
  type: fc.constantFrom("rich_text_section", "rich_text_quote", "rich_text_preformatted"),
  elements: fc.array(element, { minLength: 1, maxLength: 4 }),
});
const list = fc.record({
  type: fc.constant("rich_text_list"),
  style: fc.constantFrom("bullet", "ordered"),
  indent: fc.nat({ max: 3 }),
  elements: fc.array(
    section.map((one) => ({ ...one, type: "rich_text_section" })),
    { minLength: 1, maxLength: 3 },
  ),
});
const richText = fc.array(fc.oneof(section, list), { minLength: 1, maxLength: 5 });

/** What people read, without how lines are laid out. */
const seen = (text: FlatText) => plainTextOf(text).replaceAll(/\s+/gu, " ").trim();

void test("words written on Slack come back to Slack", () => {
  fc.assert(
    fc.property(richText, (elements) => {
      const event = {
        type: "message",
        user: "U123",
        ts: TS,
        text: "",
        blocks: [{ type: "rich_text", elements }],
      };
      const [mapped] = toMimi(event, inbound()).events;
      fc.pre(mapped?.kind === "message" && mapped.message.body.kind === "text");
      const before = textOf(event);
      const written = write(outgoing(mapped.message));
      const [post, ...more] = written.calls;
      assert.ok(post && more.length === 0);
      const { blocks, text } = post.arguments;
      const after = textOf({ type: "message", user: "U123", ts: TS, text, blocks });
      assert.equal(seen(after), seen(before));
    }),
    { seed: 4, numRuns: 300 },
  );
});

const words = fc
  .array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 900 })
  .map((all) => all.join(" "));
const code = words.map((text): Block => ({ kind: "code", quote: 0, list: 0, language: "", text }));
const paragraphs = fc.array(
  fc.oneof(
    words.map((text) => plainFlat(text).blocks),
    code.map((block) => [block]),
  ),
  {
    maxLength: 4,
  },
);

void test("what is posted is within Slack's limits and holds no token of the author's making", () => {
  fc.assert(
    fc.property(paragraphs, (all) => {
      const text: FlatText = { blocks: all.flat() };
      const { calls } = fromMimi(outgoing(textMessage(text)), everything, outbound());
      assert.ok(calls.length <= 9);
      for (const call of calls) {
        if (call.method !== "chat.postMessage") continue;
        assert.ok(call.arguments.text.length <= 4000);
        assert.ok(call.arguments.blocks.length > 0 && call.arguments.blocks.length <= 50);
        assert.ok(!call.arguments.text.includes("<"));
      }
    }),
    { seed: 4, numRuns: 60 },
  );
});
