import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Mark } from "../../../../mappings/markup/flat.ts";
import type { Block, Run } from "../../../../mappings/markup/flat.ts";
import { MOST_ELEMENTS } from "../../../../mappings/slack/markup/limits.ts";
import { readRichText } from "../../../../mappings/slack/markup/rich-text-read.ts";
import { al, general, picture, reader } from "./known-room.ts";

function text(characters: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: characters, marks, link };
}

function paragraph(runs: readonly Run[], quote = 0, list = 0): Block {
  return { kind: "paragraph", quote, list, runs };
}

function section(...elements: readonly unknown[]): object {
  return { type: "rich_text_section", elements };
}

function richText(...elements: readonly unknown[]): readonly object[] {
  return [{ type: "rich_text", block_id: "x", elements }];
}

function plain(characters: string, style?: object): object {
  return { type: "text", text: characters, ...(style === undefined ? {} : { style }) };
}

void describe("elements", () => {
  const cases: readonly (readonly [object, readonly Run[], string?])[] = [
    [plain("a\nb"), [text("a\nb")]],
    [plain("<!channel> *a*"), [text("<!channel> *a*")]],
    [plain("a", { bold: true, italic: true, client_highlight: true }), [text("a", Mark.bold | Mark.italic)]],
    [plain("a", { strike: true, underline: true, code: true, bold: false }), [text("a", 4 | 8 | 16)]],
    [plain("a", { bold: "yes" }), [text("a")]],
    [{ type: "link", url: "https://x.example" }, [text("https://x.example", 0, "https://x.example")]],
    [
      { type: "link", url: "https://x.example", text: "x", style: { bold: true } },
      [text("x", 1, "https://x.example")],
    ],
    [{ type: "link", url: "http://x.example", text: "x.example" }, [text("x.example")]],
    [{ type: "link", url: "data:x", text: "x" }, [text("x")], "link_refused"],
    [
      { type: "user", user_id: "U123", style: { bold: true } },
      [{ kind: "mention", user: al, name: "Al", marks: 1 }],
    ],
    [{ type: "user", user_id: "U9" }, [text("@U9")], "mention_silent"],
    [{ type: "usergroup", usergroup_id: "S1" }, [text("@ops")], "mention_silent"],
    [{ type: "channel", channel_id: "C1" }, [{ kind: "group", group: general, name: "general", marks: 0 }]],
    [{ type: "channel", channel_id: "C9" }, [text("#C9")], "link_refused"],
    [{ type: "broadcast", range: "here" }, [{ kind: "broadcast", scope: "here", marks: 0 }]],
    [{ type: "broadcast", range: "nobody" }, [text("@nobody")]],
    [{ type: "emoji", name: "heart", unicode: "2764-fe0f" }, [text("❤️")]],
    [{ type: "emoji", name: "wave", unicode: "1f44b-1f3fd", skin_tone: 4 }, [text("👋🏽")]],
    [{ type: "emoji", name: "distorted_face", unicode: "1fae8" }, [text("🫨")]],
    [
      { type: "emoji", name: "too_new", unicode: "ffffff" },
      [{ kind: "emoji", name: "too_new", source: null, marks: 0 }],
    ],
    [{ type: "emoji", name: "party" }, [{ kind: "emoji", name: "party", source: picture, marks: 0 }]],
    [{ type: "date", timestamp: 1_755_517_523, format: "{date}", fallback: "Aug 18" }, [text("Aug 18")]],
    [
      { type: "date", timestamp: 1_755_517_523, url: "https://x.example" },
      [text("2025-08-18 11:45 UTC", 0, "https://x.example")],
    ],
    [{ type: "color", value: "#FF0000" }, [text("#FF0000")]],
    [{ type: "team", team_id: "T1" }, [text("@T1")]],
    [{ type: "canvas", text: "A canvas" }, [text("A canvas")], "content_unsupported"],
  ];
  for (const [element, runs, loss] of cases) {
    void test(JSON.stringify(element), () => {
      const read = readRichText(richText(section(element)), reader);
      assert.deepEqual(read.text.blocks, [paragraph(runs)]);
      assert.deepEqual(
        read.losses.map(({ code }) => code),
        loss === undefined ? [] : [loss],
      );
    });
  }
});

void describe("parts", () => {
  const cases: readonly (readonly [string, readonly unknown[], readonly Block[]])[] = [
    [
      "a blank line parts paragraphs",
      richText(section(plain("a\n"), plain("\nb", { bold: true }))),
      [paragraph([text("a")]), paragraph([text("b", 1)])],
    ],
    [
      "sections are paragraphs",
      richText(section(plain("a\n")), section(plain("b"))),
      [paragraph([text("a")]), paragraph([text("b")])],
    ],
    [
      "quotes",
      richText(
        { type: "rich_text_quote", elements: [plain("a")] },
        { type: "rich_text_quote", border: 1, elements: [plain("b")] },
      ),
      [paragraph([text("a")], 1), paragraph([text("b")], 2)],
    ],
    [
      "lists",
      richText(
        {
          type: "rich_text_list",
          style: "ordered",
          indent: 0,
          offset: 4,
          elements: [section(plain("five")), section(plain("six\n\nmore"))],
        },
        { type: "rich_text_list", style: "bullet", indent: 1, border: 1, elements: [section(plain("in"))] },
      ),
      [
        { kind: "item", quote: 0, list: 1, marker: 5, runs: [text("five")] },
        { kind: "item", quote: 0, list: 1, marker: 6, runs: [text("six")] },
        paragraph([text("more")], 0, 1),
        { kind: "item", quote: 1, list: 2, marker: "bullet", runs: [text("in")] },
      ],
    ],
    [
      "code with its language and links as text",
      richText({
        type: "rich_text_preformatted",
        language: "ts x",
        border: 1,
        elements: [plain("a\tb\n"), { type: "link", url: "https://x.example" }, plain("\n")],
      }),
      [{ kind: "code", quote: 1, list: 0, language: "ts", text: "a\tb\nhttps://x.example" }],
    ],
    ["nothing", richText(section(), { type: "rich_text_preformatted", elements: [] }), []],
    [
      "a part of a new kind has its words",
      richText({ type: "rich_text_new", elements: [plain("a")] }),
      [paragraph([text("a")])],
    ],
  ];
  for (const [name, blocks, expected] of cases) {
    void test(name, () => {
      assert.deepEqual(readRichText(blocks, reader).text.blocks, expected);
    });
  }
});

void describe("blocks that programs post", () => {
  const cases: readonly (readonly [string, unknown, readonly Block[], string?])[] = [
    [
      "section",
      {
        type: "section",
        text: { type: "mrkdwn", text: "*a* &lt;" },
        fields: [{ type: "plain_text", text: "*b*" }],
      },
      [paragraph([text("a", 1), text(" <")]), paragraph([text("*b*")])],
    ],
    [
      "header",
      { type: "header", text: { type: "plain_text", text: "Title" } },
      [{ kind: "heading", quote: 0, list: 0, level: 1, runs: [text("Title")] }],
    ],
    [
      "context",
      {
        type: "context",
        elements: [
          { type: "image", image_url: "https://x.example/i", alt_text: "icon" },
          { type: "mrkdwn", text: "_by_ <@U123>" },
        ],
      },
      [
        paragraph([
          text("icon "),
          text("by", 2),
          text(" "),
          { kind: "mention", user: al, name: "Al", marks: 0 },
        ]),
      ],
      "image_dropped",
    ],
    [
      "image",
      { type: "image", image_url: "https://x.example/i", alt_text: "a cat" },
      [paragraph([text("a cat", 0, "https://x.example/i")])],
      "image_dropped",
    ],
    ["markdown", { type: "markdown", text: "**a**" }, [paragraph([text("a", 1)])]],
    [
      "table",
      {
        type: "table",
        rows: [
          [
            { type: "raw_text", text: "h" },
            { type: "rich_text", elements: [section(plain("b", { bold: true }))] },
          ],
          [{ type: "raw_text", text: "1" }],
        ],
      },
      [
        { kind: "row", quote: 0, list: 0, header: true, cells: [[text("h")], [text("b", 1)]] },
        { kind: "row", quote: 0, list: 0, header: false, cells: [[text("1")]] },
      ],
    ],
    ["actions", { type: "actions", elements: [] }, [], "content_unsupported"],
    ["a block without a type", { text: "a" }, [], "event_unreadable"],
  ];
  for (const [name, block, expected, loss] of cases) {
    void test(name, () => {
      const read = readRichText([block], reader);
      assert.deepEqual(read.text.blocks, expected);
      assert.deepEqual(
        read.losses.map(({ code }) => code),
        loss === undefined ? [] : [loss],
      );
    });
  }
});

void test("a divider is a rule between texts", () => {
  const blocks = [...richText(section(plain("a"))), { type: "divider" }, ...richText(section(plain("b")))];
  const kinds = readRichText(blocks, reader).text.blocks.map(({ kind }) => kind);
  assert.deepEqual(kinds, ["paragraph", "rule", "paragraph"]);
});

void test("what is no list of blocks has no text", () => {
  for (const blocks of [undefined, null, "a", 1, {}]) {
    assert.deepEqual(readRichText(blocks, reader), {
      text: { blocks: [] },
      losses: [{ code: "event_unreadable", detail: "blocks" }],
    });
  }
});

void test("elements beyond the limit are plain text", () => {
  const elements = Array.from({ length: MOST_ELEMENTS + 2 }, () => plain("a", { bold: true }));
  const read = readRichText(richText(section(...elements)), reader);
  assert.deepEqual(read.text.blocks, [paragraph([text("a".repeat(MOST_ELEMENTS), 1), text("aa")])]);
  assert.deepEqual(read.losses, [{ code: "markup_unread", detail: "elements" }]);
});

void test("no JSON makes it throw", () => {
  const type = fc.constantFrom(
    "rich_text",
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
    "text",
    "link",
    "emoji",
    "date",
    "user",
    "section",
    "context",
    "header",
    "table",
    "markdown",
    "mrkdwn",
    "plain_text",
    "image",
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.record(
        {
          type,
          text: tie("node"),
          elements: tie("nodes"),
          rows: fc.array(tie("nodes"), { maxLength: 2 }),
          url: fc.string(),
          unicode: fc.string(),
          indent: fc.integer(),
          offset: fc.double(),
          border: fc.integer(),
          style: fc.jsonValue(),
        },
        { requiredKeys: ["type"] },
      ),
    ),
    nodes: fc.array(tie("node"), { maxLength: 4 }),
  }));
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), (blocks) => {
      const read = readRichText(blocks, reader);
      for (const block of read.text.blocks) assert.ok(block.quote <= 2 && block.list <= 9);
    }),
    { seed: 43, numRuns: 1000 },
  );
});
