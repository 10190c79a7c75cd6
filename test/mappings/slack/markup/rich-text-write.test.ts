import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Mark, plainFlat } from "../../../../mappings/markup/flat.ts";
import type { Block, FlatText, Run } from "../../../../mappings/markup/flat.ts";
import { plainRuns, plainTextOf } from "../../../../mappings/markup/plain.ts";
import type { SlackBlock } from "../../../../mappings/slack/markup/blocks.ts";
import {
  LONGEST_MESSAGE,
  LONGEST_TEXT,
  MESSAGE_BUDGET,
  MOST_TEXT_BLOCKS,
} from "../../../../mappings/slack/markup/limits.ts";
import { readMrkdwn } from "../../../../mappings/slack/markup/mrkdwn-read.ts";
import { readRichText } from "../../../../mappings/slack/markup/rich-text-read.ts";
import { measure, writeRichText } from "../../../../mappings/slack/markup/rich-text-write.ts";
import { anyFlat, slackFlat } from "./arbitrary-slack.ts";
import { al, bo, elsewhere, general, picture, reader, robot, writer } from "./known-room.ts";

function text(characters: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: characters, marks, link };
}

function paragraph(runs: readonly Run[], quote = 0, list = 0): Block {
  return { kind: "paragraph", quote, list, runs };
}

function item(marker: "bullet" | number | boolean, runs: readonly Run[], list = 1, quote = 0): Block {
  return { kind: "item", quote, list, marker, runs };
}

function partsOf(blocks: readonly SlackBlock[]): readonly unknown[] {
  return blocks.flatMap((block): readonly unknown[] =>
    block.type === "rich_text" ? block.elements : [block.type],
  );
}

function section(...elements: readonly unknown[]): object {
  return { type: "rich_text_section", elements };
}

function plain(characters: string): object {
  return { type: "text", text: characters };
}

void describe("runs", () => {
  const cases: readonly (readonly [string, Run, object, string, string?])[] = [
    ["text", text("a < b"), plain("a < b"), "a &lt; b"],
    [
      "marks",
      text("a", 31),
      { ...plain("a"), style: { bold: true, italic: true, strike: true, underline: true, code: true } },
      "a",
    ],
    ["a spoiler is shown", text("a", Mark.spoiler), plain("a"), "a", "spoiler_shown"],
    [
      "a link",
      text("x", 1, "https://x.example"),
      { type: "link", url: "https://x.example", text: "x", style: { bold: true } },
      "x (https://x.example)",
    ],
    [
      "a URL",
      text("https://x.example", 0, "https://x.example"),
      { type: "link", url: "https://x.example" },
      "https://x.example",
    ],
    [
      "a link that is too long",
      text("x", 0, `https://x.example/${"a".repeat(3000)}`),
      plain("x"),
      "x",
      "link_refused",
    ],
    [
      "a user of Slack",
      { kind: "mention", user: al, name: "Alfred", marks: 0 },
      { type: "user", user_id: "U123" },
      "@Al",
    ],
    [
      "somebody else",
      { kind: "mention", user: bo, name: "Bob", marks: 0 },
      { ...plain("@Bo"), style: { bold: true } },
      "@Bo",
      "mention_silent",
    ],
    [
      "an app, which can't be mentioned",
      { kind: "mention", user: robot, name: "Robot", marks: 0 },
      { ...plain("@Robot"), style: { bold: true } },
      "@Robot",
      "mention_silent",
    ],
    [
      "a channel",
      { kind: "group", group: general, name: "x", marks: 0 },
      { type: "channel", channel_id: "C1" },
      "#general",
    ],
    [
      "a group elsewhere",
      { kind: "group", group: elsewhere, name: "x", marks: 0 },
      plain("#x"),
      "#x",
      "link_refused",
    ],
    [
      "everybody in the room",
      { kind: "broadcast", scope: "room", marks: 0 },
      { type: "broadcast", range: "channel" },
      "@channel",
    ],
    [
      "everybody who is here",
      { kind: "broadcast", scope: "here", marks: 0 },
      { type: "broadcast", range: "here" },
      "@here",
    ],
    [
      "a picture",
      { kind: "emoji", name: "party", source: picture, marks: 0 },
      { type: "emoji", name: "party" },
      ":party:",
    ],
    [
      "a picture elsewhere",
      { kind: "emoji", name: "blob", source: null, marks: 0 },
      plain(":blob:"),
      ":blob:",
      "emoji_named",
    ],
  ];
  for (const [name, run, element, fallback, loss] of cases) {
    void test(name, () => {
      const { value, losses } = writeRichText({ blocks: [paragraph([run])] }, writer(true));
      assert.deepEqual(value, {
        blocks: [{ type: "rich_text", elements: [section(element)] }],
        text: fallback,
      });
      assert.deepEqual(
        losses.map(({ code }) => code),
        loss === undefined ? [] : [loss],
      );
    });
  }
});

void test("a message with a mention and an emoji", () => {
  const mention: Run = { kind: "mention", user: al, name: "Al", marks: 0 };
  const { value, losses } = writeRichText(
    { blocks: [paragraph([text("Right on "), mention, text(" 👍")])] },
    writer(false),
  );
  assert.deepEqual(value, {
    text: "Right on @Al 👍",
    blocks: [
      {
        type: "rich_text",
        elements: [section(plain("Right on "), { type: "user", user_id: "U123" }, plain(" 👍"))],
      },
    ],
  });
  assert.deepEqual(losses, []);
});

void test("nobody is notified where broadcasts are not allowed", () => {
  const flat = { blocks: [paragraph([{ kind: "broadcast", scope: "room", marks: 0 } as const])] };
  const { value, losses } = writeRichText(flat, writer(false));
  assert.deepEqual(partsOf(value.blocks), [section(plain("@\u{2060}channel"))]);
  assert.equal(value.text, "@\u{2060}channel");
  assert.deepEqual(losses, [{ code: "broadcast_neutralised", detail: "" }]);
});

void describe("blocks", () => {
  const code = { kind: "code", quote: 0, list: 0, language: "ts", text: "a\n```" } as const;
  const list = { type: "rich_text_list", style: "bullet", indent: 0 };
  const cases: readonly (readonly [string, readonly Block[], readonly unknown[], readonly string[]])[] = [
    [
      "paragraphs are one section",
      [paragraph([text("a")]), paragraph([text("b", 1)])],
      [section(plain("a\n\n"), { ...plain("b"), style: { bold: true } })],
      [],
    ],
    [
      "a heading is bold",
      [{ kind: "heading", quote: 0, list: 0, level: 2, runs: [text("a", 2)] }],
      [section({ ...plain("a"), style: { bold: true, italic: true } })],
      ["heading"],
    ],
    [
      "quotes, one in another",
      [
        paragraph([text("a")], 1),
        paragraph([text("b")], 1),
        paragraph([text("c")], 2),
        paragraph([text("d")], 3),
      ],
      [
        { type: "rich_text_quote", elements: [plain("a\n\nb")] },
        { type: "rich_text_quote", border: 1, elements: [plain("c\n\nd")] },
      ],
      ["quote"],
    ],
    [
      "a list goes on behind the list in it",
      [item(3, [text("a")]), item("bullet", [text("b")], 2), item(4, [text("c")]), item(5, [text("d")])],
      [
        { type: "rich_text_list", style: "ordered", indent: 0, offset: 2, elements: [section(plain("a"))] },
        { ...list, indent: 1, elements: [section(plain("b"))] },
        {
          type: "rich_text_list",
          style: "ordered",
          indent: 0,
          offset: 3,
          elements: [section(plain("c")), section(plain("d"))],
        },
      ],
      [],
    ],
    [
      "more paragraphs of an item",
      [item("bullet", [text("a")]), paragraph([text("b")], 0, 1)],
      [{ ...list, elements: [section(plain("a\n\nb"))] }],
      [],
    ],
    [
      "tasks",
      [item(true, [text("a")]), item(false, [text("b")])],
      [{ ...list, elements: [section(plain("☑ a")), section(plain("☐ b"))] }],
      ["task"],
    ],
    [
      "a list in a quote",
      [item("bullet", [text("a")], 1, 1)],
      [{ ...list, border: 1, elements: [section(plain("a"))] }],
      [],
    ],
    [
      "a list deeper than Slack's",
      [item("bullet", [text("a")], 12)],
      [{ ...list, indent: 8, elements: [section(plain("a"))] }],
      ["list"],
    ],
    [
      "a list from 0",
      [item(0, [text("a")])],
      [{ type: "rich_text_list", style: "ordered", indent: 0, elements: [section(plain("a"))] }],
      ["number"],
    ],
    [
      "a quote in an item",
      [item("bullet", [text("a")]), paragraph([text("b")], 1, 1)],
      [
        { ...list, elements: [section(plain("a"))] },
        { type: "rich_text_quote", elements: [plain("b")] },
      ],
      ["in a list"],
    ],
    ["code", [code], [{ type: "rich_text_preformatted", language: "ts", elements: [plain("a\n```")] }], []],
    [
      "code in a quote in an item",
      [{ ...code, quote: 1, list: 1 }],
      [{ type: "rich_text_preformatted", border: 1, language: "ts", elements: [plain("a\n```")] }],
      ["in a list"],
    ],
    [
      "a table",
      [
        { kind: "row", quote: 0, list: 0, header: true, cells: [[text("h")], [text("long", 1)]] },
        { kind: "row", quote: 0, list: 0, header: false, cells: [[text("wide\ncell")], [text("1")]] },
      ],
      [
        {
          type: "rich_text_preformatted",
          elements: [plain("h         | long\n----------+-----\nwide cell | 1")],
        },
      ],
      ["table"],
    ],
    [
      "a rule",
      [paragraph([text("a")]), { kind: "rule", quote: 0, list: 0 }, paragraph([text("b")])],
      [section(plain("a")), "divider", section(plain("b"))],
      [],
    ],
    [
      "a rule in a quote",
      [{ kind: "rule", quote: 1, list: 0 }],
      [{ type: "rich_text_quote", elements: [plain("———")] }],
      ["rule"],
    ],
    ["nothing", [], [], []],
  ];
  for (const [name, blocks, parts, flattened] of cases) {
    void test(name, () => {
      const { value, losses } = writeRichText({ blocks }, writer(true));
      assert.deepEqual(partsOf(value.blocks), parts);
      assert.deepEqual(
        losses,
        flattened.map((detail) => ({ code: "block_flattened", detail })),
      );
    });
  }
});

/** The words of a text in order; the URLs behind labels only in tables, which have no links on Slack. */
function wordsOf(flat: FlatText): string {
  const lines = flat.blocks.map((block) => {
    if (block.kind === "rule") return "";
    if (block.kind === "code") return block.text;
    if (block.kind === "row") return block.cells.map(plainRuns).join(" ");
    return plainRuns(block.runs.map((run) => (run.kind === "text" ? { ...run, link: null } : run)));
  });
  return lettersOf(lines.join(" "));
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^A-Za-z👍]/gu, "");
}

void test("what Slack can say is read as it was written, without a loss", () => {
  fc.assert(
    fc.property(slackFlat, (flat) => {
      const written = writeRichText(flat, writer(true));
      assert.deepEqual(written.losses, []);
      const read = readRichText(structuredClone(written.value.blocks), reader);
      assert.deepEqual(read, { text: flat, losses: [] });
    }),
    { seed: 44, numRuns: 700 },
  );
});

void test("every text keeps its words, and what was read from Slack stays as it is", () => {
  fc.assert(
    fc.property(anyFlat, fc.boolean(), (flat, broadcasts) => {
      const written = writeRichText(flat, writer(broadcasts));
      const read = readRichText(written.value.blocks, reader);
      assert.deepEqual(read.losses, []);
      assert.equal(wordsOf(read.text), wordsOf(flat));
      const again = writeRichText(read.text, writer(true));
      assert.deepEqual(again.losses, []);
      assert.deepEqual(readRichText(again.value.blocks, reader).text, read.text);
    }),
    { seed: 45, numRuns: 500 },
  );
});

void test("the fallback has no token of its own and the words of the text", () => {
  fc.assert(
    fc.property(anyFlat, (flat) => {
      const { value } = writeRichText(flat, writer(true));
      assert.doesNotMatch(value.text, /[<>]|&(?!(?:amp|lt|gt);)/);
      const read = readMrkdwn(value.text, reader);
      assert.deepEqual(read.losses, []);
      assert.equal(lettersOf(plainTextOf(read.text)), lettersOf(plainTextOf(flat)));
    }),
    { seed: 46, numRuns: 500 },
  );
});

void test("no element is empty", () => {
  fc.assert(
    fc.property(anyFlat, (flat) => {
      assert.doesNotMatch(JSON.stringify(writeRichText(flat, writer(true)).value.blocks), /"text":""/);
    }),
    { seed: 47, numRuns: 300 },
  );
});

void describe("limits", () => {
  void test("a longer text is cut at a character", () => {
    const { value, losses } = writeRichText(plainFlat("😀".repeat(LONGEST_MESSAGE)), writer(true));
    assert.ok(value.text.length <= LONGEST_MESSAGE * 2);
    assert.ok(value.text.isWellFormed());
    assert.deepEqual(losses, [{ code: "text_cut", detail: "" }]);
  });

  void test("the fallback is never longer than Slack takes", () => {
    const { value } = writeRichText(plainFlat("&".repeat(LONGEST_MESSAGE - 10)), writer(true));
    assert.equal(value.text, "&amp;".repeat(LONGEST_TEXT / "&amp;".length));
  });

  void test("there are never more blocks than Slack takes", () => {
    const blocks = Array.from({ length: 300 }, (_, index): readonly Block[] => [
      paragraph([text(String(index))]),
      { kind: "rule", quote: 0, list: 0 },
    ]);
    const { value } = writeRichText({ blocks: blocks.flat() }, writer(true));
    assert.equal(value.blocks.length, MOST_TEXT_BLOCKS - 1);
  });

  void test("tables do not grow beyond a message", () => {
    const cells = Array.from({ length: 4000 }, () => []);
    const row = { kind: "row", quote: 0, list: 0, header: true } as const;
    const wide = Array.from({ length: 4000 }, () => [text("x".repeat(40))]);
    const { value } = writeRichText(
      {
        blocks: [
          { ...row, cells: wide },
          { ...row, cells },
        ],
      },
      writer(true),
    );
    assert.ok(JSON.stringify(value.blocks).length < LONGEST_MESSAGE + 200);
  });

  void test("a text is measured in code points", () => {
    assert.equal(measure(plainFlat("a😀b")), 3);
    assert.equal(measure({ blocks: [item("bullet", [text("a")])] }), "- a".length);
    assert.ok(MESSAGE_BUDGET < LONGEST_MESSAGE);
  });
});
