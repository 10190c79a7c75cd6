import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { UserUri } from "../../../mappings/ids.ts";
import { type Block, type FlatText, Mark, plainFlat, type Run } from "../../../mappings/markup/flat.ts";
import { MAX_TEXT_PARTS, planEdit, splitFlat } from "../../../mappings/markup/split.ts";

const place = { quote: 0, list: 0 };
const run = (text: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text,
  marks,
  link,
});
const paragraph = (...runs: Run[]): Block => ({ kind: "paragraph", ...place, runs });
const mention: Run = { kind: "mention", user: "mimi://a.example/u/b" as UserUri, name: "Anna", marks: 0 };
const code = (text: string): Block => ({ kind: "code", ...place, language: "ts", text });

const runSize = (one: Run): number => (one.kind === "text" ? Array.from(one.text).length : one.kind.length);
const runsOf = (block: Block): readonly Run[] =>
  block.kind === "row" ? block.cells.flat() : "runs" in block ? block.runs : [];
const blockSize = (block: Block): number =>
  2 + (block.kind === "code" ? block.text.length : runsOf(block).reduce((sum, one) => sum + runSize(one), 0));
const size = (text: FlatText): number => text.blocks.reduce((sum, block) => sum + blockSize(block), 0);

function split(text: FlatText, limit: number): readonly FlatText[] {
  const found = splitFlat(text, { size, limit });
  assert.equal(found.kind, "parts");
  return found.kind === "parts" ? found.parts : [];
}

const words = (text: FlatText): string =>
  text.blocks
    .map((block) =>
      block.kind === "code"
        ? block.text
        : runsOf(block)
            .map((one) => (one.kind === "text" ? one.text : `<${one.kind}>`))
            .join(""),
    )
    .join("¶");

void test("a text that fits is one part, the same object", () => {
  const text = plainFlat("hello");
  assert.deepEqual(split(text, 7), [text]);
  assert.equal(split(text, 7)[0], text);
  assert.deepEqual(split(plainFlat(""), 0), [{ blocks: [] }]);
});

void test("cuts stand between blocks, then at the end of a line, a word, a character", () => {
  const texts: readonly (readonly [string, FlatText, number, readonly string[]])[] = [
    [
      "blocks",
      { blocks: ["aaaa", "bb cc", "dddd"].map((text) => paragraph(run(text))) },
      14,
      ["aaaa¶bb cc", "dddd"],
    ],
    ["lines", plainFlat("one two\nthree four"), 14, ["one two", "three four"]],
    ["words", plainFlat("one two three"), 10, ["one two", "three"]],
    ["characters", plainFlat("abcdefghij"), 6, ["abcd", "efgh", "ij"]],
    [
      "a word that would leave less than a quarter",
      plainFlat("a bcdefghijklmnop"),
      12,
      ["a bcdefghi", "jklmnop"],
    ],
    ["the feed at the very end", plainFlat("abcdefg\n"), 9, ["abcdefg"]],
    ["a line that just fits", plainFlat("abcd\nefgh"), 6, ["abcd", "efgh"]],
  ];
  for (const [what, text, limit, expected] of texts)
    assert.deepEqual(split(text, limit).map(words), expected, what);
});

void test("characters of several code points stay whole", () => {
  for (const character of ["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u0301", "1️⃣", "𝒳"]) {
    const parts = split(plainFlat(character.repeat(12)), 2 + Array.from(character).length * 2 + 1);
    for (const part of parts)
      assert.equal(words(part).replaceAll(character, ""), "", JSON.stringify(words(part)));
    assert.equal(parts.map(words).join("").length, character.length * 12);
  }
});

void test("a space with an accent is a character, not the end of a word", () => {
  for (const accent of ["\u0301", "\u200d", "\ufe0f", "🏽"])
    assert.deepEqual(
      split(plainFlat(`abcd ${accent}efgh`), 9)
        .map(words)[0]
        ?.startsWith("abcd "),
      true,
      accent,
    );
});

void test("a character across two runs stays whole", () => {
  const text = { blocks: [paragraph(run("abc👩"), run("\u200d👧", Mark.bold), run("def"))] };
  assert.deepEqual(split(text, 7).map(words), ["abc", "👩\u200d👧de", "f"]);
});

void test("links and mentions stay whole", () => {
  const link = "https://example.com/";
  const linked = {
    blocks: [paragraph(run("see "), run("the long", Mark.bold, link), run(" page", 0, link), run(" ok"))],
  };
  assert.deepEqual(split(linked, 15).map(words), ["see", "the long page", "ok"]);
  const named = { blocks: [paragraph(run("abcdef"), mention, run("gh"))] };
  assert.deepEqual(split(named, 12).map(words), ["abcdef", "<mention>gh"]);
});

void test("what is larger than a message is cut where it is a link or a character, and else stands alone", () => {
  const link = "https://example.com/";
  const long = split({ blocks: [paragraph(run("abcdefghij", 0, link))] }, 7);
  assert.deepEqual(long.map(words), ["abcde", "fghij"]);
  assert.ok(
    long
      .flatMap((part) => part.blocks.flatMap(runsOf))
      .every((one) => one.kind === "text" && one.link === link),
  );
  const marks = split(plainFlat(`a${"\u0301".repeat(9)}`), 7);
  assert.deepEqual(
    marks.map((part) => words(part).length),
    [5, 5],
  );
  const named = split({ blocks: [paragraph(mention, run("abc"))] }, 5);
  assert.deepEqual(named.map(words), ["<mention>", "abc"]);
  assert.deepEqual(split(plainFlat("𝒳𝒳"), 1).map(words), ["𝒳", "𝒳"]);
});

void test("a block goes on as what it was, an item of a list as a paragraph in it", () => {
  const quoted = split(
    { blocks: [{ kind: "paragraph", quote: 2, list: 1, runs: [run("abcdefgh", Mark.bold)] }] },
    7,
  );
  assert.deepEqual(
    quoted.flatMap((part) => part.blocks),
    ["abcde", "fgh"].map((text) => ({ kind: "paragraph", quote: 2, list: 1, runs: [run(text, Mark.bold)] })),
  );
  assert.deepEqual(
    split({ blocks: [code("let a;\nlet b;\n\nlet c;")] }, 16).flatMap((part) => part.blocks),
    [code("let a;\nlet b;\n"), code("let c;")],
  );
  const item: Block = { kind: "item", quote: 0, list: 2, marker: 3, runs: [run("abcdefgh")] };
  assert.deepEqual(
    split({ blocks: [item] }, 7).flatMap((part) => part.blocks),
    [
      { ...item, runs: [run("abcde")] },
      { kind: "paragraph", quote: 0, list: 2, runs: [run("fgh")] },
    ],
  );
});

void test("a row is cut only where it is larger than a message, and keeps its cells", () => {
  const row = (...cells: string[]): Block => ({
    kind: "row",
    ...place,
    header: false,
    cells: cells.map((text) => (text === "" ? [] : [run(text)])),
  });
  const text = { blocks: [paragraph(run("ab")), row("cd e", "fg h")] };
  assert.deepEqual(split(text, 10).map(words), ["ab", "cd efg h"]);
  assert.deepEqual(
    split({ blocks: [row("abcde", "fghij")] }, 9).flatMap((part) => part.blocks),
    [row("abcde", "fg"), row("", "hij")],
  );
});

void test("more parts than a conversation bears become a file", () => {
  const text = plainFlat("abcd ".repeat(MAX_TEXT_PARTS + 1).trim());
  const found = splitFlat(text, { size, limit: 6 });
  assert.deepEqual(found, { kind: "file", head: plainFlat("abcd"), text });
  const most = plainFlat("abcd ".repeat(MAX_TEXT_PARTS).trim());
  assert.equal(split(most, 6).length, MAX_TEXT_PARTS);
});

const anyText = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("word", " ", " ", "\n", "é", "👩‍👧", "🇩🇪🇫🇷", "x".repeat(9)) },
    fc.string({ unit: "binary", maxLength: 5 }),
  ),
  { maxLength: 12 },
);
const anyRun: fc.Arbitrary<Run> = fc.oneof(
  fc
    .tuple(
      anyText,
      fc.constantFrom(0, 1, 3),
      fc.constantFrom(null, null, null, "https://a.example/", "https://b.example/"),
    )
    .map(([texts, marks, link]) => run(texts.join(""), marks, link)),
  fc.constant(mention),
);
const runs = fc.array(anyRun, { maxLength: 5 });
const placed = fc.record({ quote: fc.nat(2), list: fc.nat(2) }, { noNullPrototype: true });
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.tuple(placed, runs).map(([at, inner]): Block => ({ kind: "paragraph", ...at, runs: inner })),
  fc.tuple(placed, runs).map(([at, inner]): Block => ({ kind: "heading", level: 2, ...at, runs: inner })),
  fc
    .tuple(placed, runs)
    .map(([at, inner]): Block => ({ kind: "item", marker: "bullet", ...at, runs: inner })),
  fc
    .tuple(placed, anyText)
    .map(([at, texts]): Block => ({ kind: "code", language: "c", ...at, text: texts.join("") })),
  fc
    .tuple(placed, fc.array(runs, { minLength: 1, maxLength: 3 }))
    .map(([at, cells]): Block => ({ kind: "row", header: false, ...at, cells })),
  placed.map((at): Block => ({ kind: "rule", ...at })),
);
const anyFlat = fc.array(anyBlock, { maxLength: 6 }).map((blocks): FlatText => ({ blocks }));

/** Every unit with all that is said of it, without what may be left out at a cut. */
function units(text: FlatText): readonly string[] {
  return text.blocks.flatMap((block) => {
    const at = `${block.quote}/${block.list}`;
    if (block.kind === "rule") return [`${at} rule`];
    if (block.kind === "code") return Array.from(visible(block.text), (one) => `${at} code ${one}`);
    const kind = block.kind === "item" ? "paragraph" : block.kind;
    const cells = block.kind === "row" ? block.cells : [block.runs];
    return cells.flatMap((cell, column) =>
      cell.flatMap((one) =>
        one.kind === "text"
          ? Array.from(
              visible(one.text),
              (character) => `${at} ${kind} ${column} ${character} ${one.marks} ${one.link}`,
            )
          : [`${at} ${kind} ${column} ${one.kind}`],
      ),
    );
  });
}
const visible = (text: string): string => text.replaceAll(/[ \n]/g, "");
const countGaps = (text: FlatText): number => words(text).split(/[ \n]/).length - 1;

void test("the parts are the text, each within the limit", () => {
  fc.assert(
    fc.property(anyFlat, fc.integer({ min: 12, max: 120 }), (text, limit) => {
      const found = splitFlat(text, { size, limit });
      if (found.kind === "file") {
        assert.equal(found.text, text);
        assert.ok(size(found.head) <= limit);
        return;
      }
      const { parts } = found;
      for (const part of parts) assert.ok(size(part) <= limit);
      assert.deepEqual(parts.flatMap(units), units(text));
      const lost = countGaps(text) - parts.reduce((sum, part) => sum + countGaps(part), 0);
      assert.ok(lost >= 0 && lost < parts.length, `${lost} gaps left out in ${parts.length} parts`);
      if (text.blocks.length > 0) assert.ok(parts.every(({ blocks }) => blocks.length > 0));
    }),
    { seed: 4, numRuns: 1500 },
  );
});

void test("no part ends within a character or a link that fits into a message", () => {
  const segmenter = new Intl.Segmenter("und");
  const characters = (text: FlatText): readonly string[] =>
    text.blocks.flatMap((block) =>
      Array.from(segmenter.segment(visible(words({ blocks: [block] }))), ({ segment }) => segment),
    );
  const letters = fc.array(fc.constantFrom("👩‍👧", "🇩🇪", "🇫🇷", "é", "a", "b c", "1️⃣"), { maxLength: 60 });
  fc.assert(
    fc.property(letters, fc.integer({ min: 10, max: 60 }), (texts, limit) => {
      const text = plainFlat(texts.join(""));
      const found = splitFlat(text, { size, limit });
      if (found.kind === "parts") assert.deepEqual(found.parts.flatMap(characters), characters(text));
    }),
    { seed: 4, numRuns: 800 },
  );
});

void test("the budget is asked few times, whatever the sizes", () => {
  const texts = [
    plainFlat("lorem ipsum ".repeat(20_000)),
    plainFlat("x".repeat(200_000)),
    plainFlat("🇩🇪".repeat(50_000)),
    plainFlat(`${"a".repeat(20_000)}${"&".repeat(20_000)}`),
    { blocks: Array.from({ length: 5000 }, () => paragraph(run("a b", 0, "https://a.example/"), run(" "))) },
    {
      blocks: [paragraph(...Array.from({ length: 5000 }, (_, i) => run("a b", 0, `https://a.example/${i}`)))],
    },
  ];
  for (const text of texts)
    for (const limit of [50, 3500, 20_000]) {
      let [asked, units] = [0, 0];
      splitFlat(text, {
        size: (part) => {
          const found = part.blocks.reduce(
            (sum, block) => sum + blockSize(block) + 4 * (words({ blocks: [block] }).split("&").length - 1),
            500,
          );
          [asked, units] = [asked + 1, units + found];
          return found - 500;
        },
        limit,
      });
      assert.ok(asked <= 9 * 14, `${asked} questions`);
    }
});

void test("an edit updates what both have, and removes or posts the rest", () => {
  assert.deepEqual(planEdit(1, 1), { update: [0], remove: [], post: [] });
  assert.deepEqual(planEdit(3, 1), { update: [0], remove: [1, 2], post: [] });
  assert.deepEqual(planEdit(1, 3), { update: [0], remove: [], post: [1, 2] });
  assert.deepEqual(planEdit(0, 2), { update: [], remove: [], post: [0, 1] });
});
