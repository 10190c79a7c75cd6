/** What people write on Slack, read: the rows of the feature table that are about text. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { type Block, Mark, type Run } from "../../../mappings/markup/flat.ts";
import { toMimi } from "../../../mappings/slack/to-mimi.ts";
import { AL, GROUP, TS, inbound } from "../slack/context.ts";
import type { MappingCase } from "./case.ts";

const placed = { quote: 0, list: 0 } as const;

function text(characters: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: characters, marks, link };
}

function paragraph(...runs: readonly Run[]): Block {
  return { kind: "paragraph", ...placed, runs };
}

function readBlocks(event: object): readonly Block[] {
  const { events } = toMimi({ type: "message", user: "U123", ts: TS, ...event }, inbound());
  const [first] = events;
  assert.ok(first?.kind === "message" && first.message.body.kind === "text", JSON.stringify(events));
  return first.message.body.text.blocks;
}

function rich(...elements: readonly object[]): object {
  return { text: "fallback", blocks: [{ type: "rich_text", elements }] };
}

function section(...elements: readonly object[]): object {
  return rich({ type: "rich_text_section", elements });
}

function given(feature: FeatureKey, name: string, event: object, ...blocks: readonly Block[]): MappingCase {
  return {
    feature,
    direction: "in",
    name,
    run: () => {
      assert.deepEqual(readBlocks(event), blocks);
    },
  };
}

const words = (characters: string) => ({ type: "text", text: characters });

export const slackTextIn: readonly MappingCase[] = [
  given("text", "without blocks", { text: "a &lt;b&gt; &amp;amp; c" }, paragraph(text("a <b> &amp; c"))),
  given("text", "blocks before text", section(words("from blocks")), paragraph(text("from blocks"))),
  given(
    "marks",
    "every style of rich_text",
    section(
      { type: "text", text: "b", style: { bold: true } },
      { type: "text", text: "i", style: { italic: true } },
      { type: "text", text: "s", style: { strike: true } },
      { type: "text", text: "u", style: { underline: true } },
      { type: "text", text: "c", style: { code: true } },
    ),
    paragraph(
      text("b", Mark.bold),
      text("i", Mark.italic),
      text("s", Mark.strike),
      text("u", Mark.underline),
      text("c", Mark.code),
    ),
  ),
  given(
    "marks",
    "mrkdwn where there are no blocks",
    { text: "*b* _i_" },
    paragraph(text("b", Mark.bold), text(" "), text("i", Mark.italic)),
  ),
  given(
    "code-block",
    "preformatted with a language",
    rich({ type: "rich_text_preformatted", language: "ts", elements: [words("let a = 1;")] }),
    { kind: "code", ...placed, language: "ts", text: "let a = 1;" },
  ),
  given("quote", "rich_text_quote", rich({ type: "rich_text_quote", elements: [words("said")] }), {
    ...paragraph(text("said")),
    quote: 1,
  }),
  given(
    "lists",
    "an ordered list that starts at 3",
    rich({
      type: "rich_text_list",
      style: "ordered",
      offset: 2,
      elements: [{ type: "rich_text_section", elements: [words("c")] }],
    }),
    { kind: "item", quote: 0, list: 1, marker: 3, runs: [text("c")] },
  ),
  given(
    "links",
    "with a text of its own",
    section({ type: "link", url: "https://a.example/", text: "a" }),
    paragraph(text("a", 0, "https://a.example/")),
  ),
  given(
    "links",
    "a scheme that is not allowed",
    section({ type: "link", url: "javascript:alert(1)", text: "a" }),
    paragraph(text("a")),
  ),
  {
    feature: "headings",
    direction: "in",
    name: "a header block of an app",
    run: () => {
      const blocks = readBlocks({
        blocks: [{ type: "header", text: { type: "plain_text", text: "Title" } }],
      });
      assert.deepEqual(
        blocks.map((block) =>
          "runs" in block ? block.runs.map((run) => ("text" in run ? run.text : "")) : [],
        ),
        [["Title"]],
      );
      assert.equal(blocks[0]?.kind, "heading");
    },
  },
  given("line-breaks", "a line feed is a break", section(words("a\nb")), paragraph(text("a\nb"))),
  given(
    "mention",
    "a user element",
    section({ type: "user", user_id: "U123" }),
    paragraph({ kind: "mention", user: AL, name: "Al", marks: 0 }),
  ),
  given(
    "mention",
    "a token of mrkdwn",
    { text: "<@U123> hi" },
    paragraph({ kind: "mention", user: AL, name: "Al", marks: 0 }, text(" hi")),
  ),
  given(
    "broadcast-mention",
    "here",
    section({ type: "broadcast", range: "here" }),
    paragraph({ kind: "broadcast", scope: "here", marks: 0 }),
  ),
  given(
    "broadcast-mention",
    "a link to a channel",
    section({ type: "channel", channel_id: "C1" }),
    paragraph({ kind: "group", group: GROUP, name: "eng", marks: 0 }),
  ),
  given(
    "custom-emoji",
    "one of the workspace",
    section({ type: "emoji", name: "party" }),
    paragraph({ kind: "emoji", name: "party", source: "https://emoji.example/party.png", marks: 0 }),
  ),
  given(
    "custom-emoji",
    "a standard one is a character",
    section({ type: "emoji", name: "smile", unicode: "1f604" }),
    paragraph(text("😄")),
  ),
];
