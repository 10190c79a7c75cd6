import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, Run } from "../../../../mappings/markup/flat.ts";
import { Mark } from "../../../../mappings/markup/flat.ts";
import { readMarkdown } from "../../../../mappings/markup/markdown/read.ts";

const text = (value: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text: value,
  marks,
  link,
});
const paragraph = (...runs: Run[]): Block => ({ kind: "paragraph", quote: 0, list: 0, runs });
const { bold, italic, strike, code } = Mark;

const cases: readonly (readonly [string, readonly Block[]])[] = [
  ["", []],
  ["hello", [paragraph(text("hello"))]],
  ["soft\nbreak", [paragraph(text("soft\nbreak"))]],
  ["hard\\\nbreak  \nagain", [paragraph(text("hard\nbreak\nagain"))]],
  ["a\n\nb", [paragraph(text("a")), paragraph(text("b"))]],
  [
    "***a** b* ~~c~~ ~d~",
    [paragraph(text("a", bold | italic), text(" b", italic), text(" "), text("c", strike), text(" ~d~"))],
  ],
  ["`` a`b ``", [paragraph(text("a`b", code))]],
  ["<b>a</b> <!-- c -->", [paragraph(text("<b>a</b> <!-- c -->"))]],
  ["http://a.example www.b.example", [paragraph(text("http://a.example www.b.example"))]],
  ["&lt;b> &#65;", [paragraph(text("<b> A"))]],
  [
    '[a **b**](http://c.example "t")',
    [paragraph(text("a ", 0, "http://c.example"), text("b", bold, "http://c.example"))],
  ],
  [
    "[a][x] [b]\n\n[x]: http://c.example\n[b]: <javascript:x>",
    [paragraph(text("a", 0, "http://c.example"), text(" b"))],
  ],
  [
    "![a](http://b.example/c.png) ![](http://b.example)",
    [
      paragraph(
        text("a", 0, "http://b.example/c.png"),
        text(" "),
        text("http://b.example", 0, "http://b.example"),
      ),
    ],
  ],
  [
    "![:p:](cid:1@local.invalid)",
    [paragraph({ kind: "emoji", name: "p", source: "cid:1@local.invalid", marks: 0 })],
  ],
  [
    "# a\n\nb\n=",
    [
      { kind: "heading", level: 1, quote: 0, list: 0, runs: [text("a")] },
      { kind: "heading", level: 1, quote: 0, list: 0, runs: [text("b")] },
    ],
  ],
  ["```ts x\na\n\n```", [{ kind: "code", language: "ts", text: "a\n", quote: 0, list: 0 }]],
  ["    a", [{ kind: "code", language: "", text: "a", quote: 0, list: 0 }]],
  [
    "> - a\n>\n>   b",
    [
      { kind: "item", marker: "bullet", quote: 1, list: 1, runs: [text("a")] },
      { kind: "paragraph", quote: 1, list: 1, runs: [text("b")] },
    ],
  ],
  ["- > a", [{ kind: "item", marker: "bullet", quote: 1, list: 1, runs: [text("a")] }]],
  [
    "7. a\n7. [ ] b\n   - c",
    [
      { kind: "item", marker: 7, quote: 0, list: 1, runs: [text("a")] },
      { kind: "item", marker: false, quote: 0, list: 1, runs: [text("b")] },
      { kind: "item", marker: "bullet", quote: 0, list: 2, runs: [text("c")] },
    ],
  ],
  [
    "|a|\n|-|\n|`b\\|c`|",
    [
      { kind: "row", header: true, quote: 0, list: 0, cells: [[text("a")]] },
      { kind: "row", header: false, quote: 0, list: 0, cells: [[text("b|c", code)]] },
    ],
  ],
  ["a\n\n***", [paragraph(text("a")), { kind: "rule", quote: 0, list: 0 }]],
  ["@room", [paragraph(text("@room"))]],
];

for (const [markdown, blocks] of cases) {
  void test(`read: ${JSON.stringify(markdown)}`, () => {
    assert.deepEqual(readMarkdown(markdown).text.blocks, blocks);
  });
}

const runs = (markdown: string): readonly unknown[] =>
  readMarkdown(markdown).text.blocks.flatMap((block) => ("runs" in block ? block.runs : []));

void test("links to users and groups are mentions, however they are labelled", () => {
  const user = { kind: "mention", user: "mimi://a.example/u/al", marks: 0 };
  assert.deepEqual(runs("[@Al B](mimi://a.example/u/al)"), [{ ...user, name: "Al B" }]);
  assert.deepEqual(runs("<mimi://a.example/u/al>"), [{ ...user, name: "al" }]);
  assert.deepEqual(runs("**[@`Al`](mimi://a.example/u/al)**"), [{ ...user, name: "Al", marks: bold }]);
  assert.deepEqual(runs("[#Lobby](mimi://a.example/r/lobby)"), [
    { kind: "group", group: "mimi://a.example/r/lobby", name: "Lobby", marks: 0 },
  ]);
  assert.deepEqual(runs("[x](mimi://a.example/other/al)"), [text("x")]);
});

void test("the first word @room is the broadcast that the extension names", () => {
  const read = readMarkdown("a@room `@room` me@room.example, @room: @room", { broadcast: "channel" }).text;
  assert.deepEqual(read.blocks, [
    paragraph(
      text("a@room "),
      text("@room", code),
      text(" me@room.example, "),
      { kind: "broadcast", scope: "channel", marks: 0 },
      text(": @room"),
    ),
  ]);
  const cell = readMarkdown("|@room|\n|-|", { broadcast: "here" }).text.blocks;
  assert.deepEqual(cell, [
    {
      kind: "row",
      header: true,
      quote: 0,
      list: 0,
      cells: [[{ kind: "broadcast", scope: "here", marks: 0 }]],
    },
  ]);
});

const codes = (markdown: string): readonly string[] => readMarkdown(markdown).losses.map(({ code }) => code);

void test("what is refused or dropped is named", () => {
  assert.deepEqual(codes("[a](javascript:x) ![b](http://c.example)"), ["link_refused", "image_dropped"]);
  assert.deepEqual(codes("**a** [b](http://c.example)"), []);
});
