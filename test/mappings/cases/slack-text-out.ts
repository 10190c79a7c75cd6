/** Text for Slack: the rows of the feature table that are about text. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { type Block, type FlatText, Mark, type Run } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";
import type { Outgoing } from "../../../mappings/mapping.ts";
import type { SlackCall } from "../../../mappings/slack/call.ts";
import { fromMimi } from "../../../mappings/slack/from-mimi.ts";
import { AL, BOB, GROUP, everything, id, outbound } from "../slack/context.ts";
import type { MappingCase } from "./case.ts";

const placed = { quote: 0, list: 0 } as const;

function text(characters: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: characters, marks, link };
}

function paragraph(...runs: readonly Run[]): Block {
  return { kind: "paragraph", ...placed, runs };
}

type Post = Extract<SlackCall, { method: "chat.postMessage" }>;

function post(flat: FlatText): { readonly post: Post["arguments"]; readonly codes: readonly string[] } {
  const event: Outgoing = {
    kind: "message",
    id: id("d"),
    author: { uri: BOB, name: "Bob" },
    message: textMessage(flat),
  };
  const { calls, losses } = fromMimi(event, everything, outbound());
  const [call] = calls;
  assert.ok(calls.length === 1 && call?.method === "chat.postMessage", JSON.stringify(calls));
  return { post: call.arguments, codes: losses.map(({ code }) => code) };
}

/** The parts of the one rich_text block. */
function parts(flat: FlatText): readonly unknown[] {
  const [block] = post(flat).post.blocks;
  assert.equal(block?.type, "rich_text");
  return block.elements;
}

function given(
  feature: FeatureKey,
  name: string,
  blocks: readonly Block[],
  check: (parts: readonly unknown[]) => void,
): MappingCase {
  return {
    feature,
    direction: "out",
    name,
    run: () => {
      check(parts({ blocks }));
    },
  };
}

function written(
  feature: FeatureKey,
  name: string,
  blocks: readonly Block[],
  expected: readonly object[],
): MappingCase {
  return given(feature, name, blocks, (found) => {
    assert.deepEqual(found, expected);
  });
}

const sectionOf = (...elements: readonly object[]) => [{ type: "rich_text_section", elements }];

export const slackTextOut: readonly MappingCase[] = [
  written(
    "text",
    "one section",
    [paragraph(text("a <b> & c"))],
    sectionOf({ type: "text", text: "a <b> & c" }),
  ),
  {
    feature: "text",
    direction: "out",
    name: "the fallback is escaped and Slack adds nothing",
    run: () => {
      const { post: written } = post({ blocks: [paragraph(text("a <!channel> & c"))] });
      assert.equal(written.text, "a &lt;!channel&gt; &amp; c");
      assert.equal(written.parse, "none");
      assert.equal(written.link_names, false);
    },
  },
  written(
    "marks",
    "every mark that Slack has",
    [
      paragraph(
        text("b", Mark.bold),
        text("i", Mark.italic),
        text("s", Mark.strike),
        text("u", Mark.underline),
        text("c", Mark.code),
      ),
    ],
    sectionOf(
      { type: "text", text: "b", style: { bold: true } },
      { type: "text", text: "i", style: { italic: true } },
      { type: "text", text: "s", style: { strike: true } },
      { type: "text", text: "u", style: { underline: true } },
      { type: "text", text: "c", style: { code: true } },
    ),
  ),
  written(
    "code-block",
    "keeps its language",
    [{ kind: "code", ...placed, language: "ts", text: "let a;" }],
    [{ type: "rich_text_preformatted", language: "ts", elements: [{ type: "text", text: "let a;" }] }],
  ),
  written(
    "quote",
    "one quote",
    [{ ...paragraph(text("said")), quote: 1 }],
    [{ type: "rich_text_quote", elements: [{ type: "text", text: "said" }] }],
  ),
  given(
    "lists",
    "an ordered list that starts at 3",
    [{ kind: "item", quote: 0, list: 1, marker: 3, runs: [text("c")] }],
    (found) => {
      const [list] = found;
      const elements = sectionOf({ type: "text", text: "c" });
      assert.deepEqual(list, { type: "rich_text_list", style: "ordered", indent: 0, offset: 2, elements });
    },
  ),
  written(
    "links",
    "with a text of its own",
    [paragraph(text("a", 0, "https://a.example/"))],
    sectionOf({ type: "link", url: "https://a.example/", text: "a" }),
  ),
  given("headings", "bold", [{ kind: "heading", ...placed, level: 2, runs: [text("Title")] }], (found) => {
    assert.match(JSON.stringify(found), /"text":"Title","style":\{"bold":true\}/);
  }),
  written(
    "line-breaks",
    "line feeds stay",
    [paragraph(text("a\nb"))],
    sectionOf({ type: "text", text: "a\nb" }),
  ),
  written(
    "mention",
    "somebody of the workspace",
    [paragraph({ kind: "mention", user: AL, name: "Al", marks: 0 }, text(" hi"))],
    sectionOf({ type: "user", user_id: "U123" }, { type: "text", text: " hi" }),
  ),
  {
    feature: "mention",
    direction: "out",
    name: "somebody else is named in bold",
    run: () => {
      const flat = { blocks: [paragraph({ kind: "mention", user: BOB, name: "Bob", marks: 0 } as const)] };
      assert.match(JSON.stringify(parts(flat)), /"text":"@Bob","style":\{"bold":true\}/);
      assert.deepEqual(post(flat).codes, ["mention_silent"]);
    },
  },
  {
    feature: "broadcast-mention",
    direction: "out",
    name: "everybody is not notified where the room forbids it",
    run: () => {
      const flat = { blocks: [paragraph({ kind: "broadcast", scope: "channel", marks: 0 } as const)] };
      assert.ok(JSON.stringify(parts(flat)).includes("@\u2060channel"));
      assert.deepEqual(post(flat).codes, ["broadcast_neutralised"]);
    },
  },
  written(
    "broadcast-mention",
    "a link to a channel",
    [paragraph({ kind: "group", group: GROUP, name: "eng", marks: 0 })],
    sectionOf({ type: "channel", channel_id: "C1" }),
  ),
  written(
    "custom-emoji",
    "one that the workspace has",
    [paragraph({ kind: "emoji", name: "party", source: null, marks: 0 })],
    sectionOf({ type: "emoji", name: "party" }),
  ),
  {
    feature: "custom-emoji",
    direction: "out",
    name: "another is named",
    run: () => {
      const flat = { blocks: [paragraph({ kind: "emoji", name: "blob", source: null, marks: 0 } as const)] };
      assert.ok(JSON.stringify(parts(flat)).includes(":blob:"));
      assert.deepEqual(post(flat).codes, ["emoji_named"]);
    },
  },
];
