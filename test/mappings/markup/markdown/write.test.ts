import assert from "node:assert/strict";
import { test } from "node:test";
import { groupUri, parseProviderDomain, userUri } from "../../../../mappings/ids.ts";
import type { Block, Run } from "../../../../mappings/markup/flat.ts";
import { Mark, plainFlat } from "../../../../mappings/markup/flat.ts";
import { broadcastOf } from "../../../../mappings/markup/markdown/broadcast.ts";
import { readMarkdown } from "../../../../mappings/markup/markdown/read.ts";
import { normalise, writeMarkdown } from "../../../../mappings/markup/markdown/write.ts";

const domain = parseProviderDomain("mimi.example");
assert.ok(domain);
const text = (value: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text: value,
  marks,
  link,
});
const paragraph = (...runs: Run[]): Block => ({ kind: "paragraph", quote: 0, list: 0, runs });
const item = (marker: "bullet" | number | boolean, list: number, ...runs: Run[]): Block => ({
  kind: "item",
  marker,
  quote: 0,
  list,
  runs,
});
const { bold, italic, strike, code } = Mark;

/** What is written for plain words: escapes stand only where the words would be markup. */
const words: readonly (readonly [string, string])[] = [
  ["hello, world. It's 3-4 (or 5)!", "hello, world. It's 3-4 (or 5)!"],
  ["snake_case and 2 * 3 < 4 & so", "snake_case and 2 * 3 < 4 & so"],
  ["2*3*4 _x_ `y`", "2\\*3\\*4 \\_x\\_ \\`y\\`"],
  ["~5 or ~~6~~", "~5 or \\~\\~6\\~\\~"],
  ["<b>hi</b> <3", "&lt;b>hi&lt;/b> <3"],
  ["&amp; &copy AT&T", "&amp;amp; &copy AT&T"],
  ["[a](b) [c] [d][e]", "\\[a\\](b) [c] [d\\][e\\]"],
  [
    "# a\n#b\n- c\n-d\n+ e\n> f\n1. g\n2.5\n3)",
    "\\# a\\\n#b\\\n\\- c\\\n-d\\\n\\+ e\\\n\\> f\\\n1\\. g\\\n2.5\\\n3\\)",
  ],
  ["a\n---\nb\n===\nc\n=> d", "a\\\n\\---\\\nb\\\n\\===\\\nc\\\n=> d"],
  ["a | b\n--|--", "a | b\\\n\\--|--"],
  ["C:\\dir\\*\\", "C:\\dir\\\\\\*\\\\"],
  ["a\n\nb", "a\n\nb"],
];

for (const [said, written] of words) {
  void test(`words stay words: ${JSON.stringify(said)}`, () => {
    assert.deepEqual(writeMarkdown(plainFlat(said)), { value: written, losses: [] });
  });
}

const blocks: readonly (readonly [string, readonly Block[], string])[] = [
  [
    "marks",
    [paragraph(text("a", bold), text(" "), text("b", italic), text(" "), text("c", strike))],
    "**a** _b_ ~~c~~",
  ],
  ["nested marks", [paragraph(text("a ", bold), text("b", bold | italic), text(" c", bold))], "**a _b_ c**"],
  [
    "overlapping marks",
    [paragraph(text("a", bold), text("b", bold | strike), text("c", strike))],
    "**a~~b~~**~~c~~",
  ],
  ["white space within marks", [paragraph(text("x"), text(" a ", bold), text("y"))], "x **a** y"],
  [
    "a marked part of a word",
    [paragraph(text("un"), text("believ", italic), text("able"))],
    "un*believ*able",
  ],
  [
    "a mark between punctuation and a letter",
    [paragraph(text("a"), text("(b)", bold), text("c"))],
    "&#x61;**(b)**&#x63;",
  ],
  ["code with backticks", [paragraph(text("a`b", code), text(" "), text("`", code))], "``a`b`` `` ` ``"],
  [
    "links",
    [
      paragraph(
        text("a b", 0, "http://a.example/(x)"),
        text(" "),
        text("http://b.example", 0, "http://b.example"),
      ),
    ],
    "[a b](http://a.example/\\(x\\)) <http://b.example>",
  ],
  [
    "a marked link",
    [paragraph(text("a ", bold), text("b", bold, "http://b.example"))],
    "**a [b](http://b.example)**",
  ],
  [
    "an exclamation mark before a link",
    [paragraph(text("a!"), text("b", 0, "http://b.example"))],
    "a\\![b](http://b.example)",
  ],
  [
    "a mention",
    [paragraph({ kind: "mention", user: userUri(domain, "al"), name: "Al_x", marks: 0 })],
    "[@Al_x](mimi://mimi.example/u/al)",
  ],
  [
    "a group",
    [paragraph({ kind: "group", group: groupUri(domain, "r"), name: "", marks: 0 })],
    "[#r](mimi://mimi.example/r/r)",
  ],
  [
    "an emoji",
    [paragraph({ kind: "emoji", name: "party_parrot", source: "cid:1@local.invalid", marks: 0 })],
    "![:party_parrot:](cid:1@local.invalid)",
  ],
  ["a heading", [{ kind: "heading", level: 2, quote: 0, list: 0, runs: [text("a\nb #")] }], "## a b \\#"],
  [
    "a quote in a quote",
    [{ ...paragraph(text("a")), quote: 1 }, { ...paragraph(text("b\nc")), quote: 2 }, paragraph(text("d"))],
    "> a\n>\n> > b\\\n> > c\n\nd",
  ],
  [
    "lists",
    [item("bullet", 1, text("a")), item(1, 2, text("b")), item(2, 2, text("c\nd")), item(true, 1, text("e"))],
    "- a\n  1. b\n  2. c\\\n     d\n- [x] e",
  ],
  ["numbers that jump", [item(3, 1, text("a")), item(7, 1, text("b"))], "3. a\n\n7) b"],
  [
    "blocks in an item",
    [item("bullet", 1, text("a")), { kind: "code", language: "ts", text: "b\n\nc", quote: 0, list: 1 }],
    "- a\n\n  ```ts\n  b\n\n  c\n  ```",
  ],
  [
    "an item that begins with code",
    [item("bullet", 1), { kind: "code", language: "", text: "b", quote: 0, list: 1 }],
    "- ```\n  b\n  ```",
  ],
  [
    "code with fences",
    [{ kind: "code", language: "c++", text: "```", quote: 0, list: 0 }],
    "````c++\n```\n````",
  ],
  [
    "a table",
    [
      { kind: "row", header: true, quote: 0, list: 0, cells: [[text("a|b")], []] },
      { kind: "row", header: false, quote: 0, list: 0, cells: [[text("c|d", code)]] },
    ],
    "| a\\|b |  |\n| --- | --- |\n| `c\\|d` |  |",
  ],
  ["a rule", [paragraph(text("a")), { kind: "rule", quote: 0, list: 0 }], "a\n\n---"],
];

for (const [name, said, written] of blocks) {
  void test(`written: ${name}`, () => {
    const value = writeMarkdown({ blocks: said });
    assert.deepEqual(value, { value: written, losses: [] });
    assert.deepEqual(readMarkdown(written).text, normalise({ blocks: said }));
  });
}

void test("what Markdown can't say is a loss, once each", () => {
  const marks = Mark.underline | Mark.spoiler;
  const flat = {
    blocks: [
      paragraph(text("a", marks), text("b", marks | bold), text("c", 0, "javascript:x"), {
        kind: "emoji",
        name: "p",
        source: null,
        marks: 0,
      }),
    ],
  };
  const { value, losses } = writeMarkdown(flat);
  assert.equal(value, "a**b**c:p:");
  assert.deepEqual(
    losses.map(({ code }) => code),
    ["mark_lost", "mark_lost", "link_refused", "emoji_named"],
  );
});

const everybody = (scope: "here" | "channel"): Run => ({ kind: "broadcast", scope, marks: bold });

void test("the first broadcast comes back where the extension names it, others are words", () => {
  const flat = { blocks: [paragraph(text("hi "), everybody("here"), text(" and "), everybody("channel"))] };
  const { value } = writeMarkdown(flat);
  assert.equal(value, "hi **@room** and **@room**");
  const normal = normalise(flat);
  assert.equal(broadcastOf(normal), "here");
  assert.deepEqual(readMarkdown(value, { broadcast: "here" }).text, normal);
  assert.equal(broadcastOf(readMarkdown(value).text), null);
});
