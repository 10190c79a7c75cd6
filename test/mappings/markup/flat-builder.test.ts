import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanText, FlatBuilder, tidyBlocks, tidyRuns } from "../../../mappings/markup/flat-builder.ts";
import type { Run } from "../../../mappings/markup/flat.ts";
import { Mark } from "../../../mappings/markup/flat.ts";
import { arbitraryFlat, arbitraryRuns } from "./arbitrary-flat.ts";

const text = (value: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text: value,
  marks,
  link,
});

void test("control characters are gone and every line end is a line feed", () => {
  assert.equal(cleanText("a\r\nb\rc\u2028d\u0085e\u0000f\u007Fg\th", false), "a\nb\nc\nd\nefg h");
  assert.equal(cleanText("a\tb\u0001", true), "a\tb");
  assert.equal(cleanText("a\uD800b 👍", false), "a\uFFFDb 👍");
});

void test("neighbours of equal marks and link are one run", () => {
  assert.deepEqual(tidyRuns([text("a"), text("b"), text("c", 1), text(""), text("d", 1)]), [
    text("ab"),
    text("cd", 1),
  ]);
  const link = "http://a.example";
  assert.deepEqual(tidyRuns([text("a", 0, link), text("b", 0, link), text("c")]), [
    text("ab", 0, link),
    text("c"),
  ]);
});

void test("lines have no spaces at their edges, blocks no line feeds", () => {
  assert.deepEqual(tidyRuns([text(" \n a  \n"), text("  b ", 1), text(" \n \n", 2)]), [
    text("a\n"),
    text("b", 1),
  ]);
  assert.deepEqual(tidyRuns([text("a \n\n\n\n\n b")]), [text("a\n\n\nb")]);
  assert.deepEqual(tidyRuns([text("  ")]), []);
});

void test("code keeps its spaces", () => {
  assert.deepEqual(tidyRuns([text(" a \n ", Mark.code)]), [text(" a \n ", Mark.code)]);
});

void test("tidy runs stay as they are", () => {
  fc.assert(
    fc.property(arbitraryRuns, (runs) => {
      const tidy = tidyRuns(runs);
      assert.deepEqual(tidyRuns(tidy), tidy);
      for (const run of tidy) if (run.kind === "text") assert.notEqual(run.text, "");
    }),
    { seed: 5, numRuns: 1000 },
  );
});

void test("empty blocks are dropped, and an empty item takes what follows", () => {
  const item = { kind: "item", marker: "bullet", quote: 0, list: 1, runs: [] } as const;
  const paragraph = { kind: "paragraph", quote: 1, list: 1, runs: [text("a")] } as const;
  assert.deepEqual(tidyBlocks([item, paragraph]), [{ ...item, quote: 1, runs: [text("a")] }]);
  assert.deepEqual(tidyBlocks([item, { ...item, list: 2 }, { ...paragraph, list: 0 }, item]), [
    { ...paragraph, list: 0 },
  ]);
  assert.deepEqual(tidyBlocks([item, { kind: "rule", quote: 0, list: 1 }]), [
    item,
    { kind: "rule", quote: 0, list: 1 },
  ]);
  fc.assert(
    fc.property(arbitraryFlat, ({ blocks }) =>
      assert.deepEqual(tidyBlocks(tidyBlocks(blocks)), tidyBlocks(blocks)),
    ),
    { seed: 6, numRuns: 300 },
  );
});

void test("a builder makes blocks of what it is given, a paragraph where none was begun", () => {
  const builder = new FlatBuilder();
  builder.text("a", 0, null);
  builder.text(" ", 0, null);
  builder.open({ kind: "heading", level: 2, quote: 1, list: 0 });
  assert.ok(builder.isOpen);
  builder.text("b", 1, null);
  builder.push({ kind: "code", language: "ts", text: "c\r\nd", quote: 0, list: 0 });
  builder.push({ kind: "row", header: true, cells: [[text(" e ")]], quote: 0, list: 0 });
  builder.open({ kind: "item", marker: 3, quote: 0, list: 1 });
  assert.deepEqual(builder.finish().blocks, [
    { kind: "paragraph", quote: 0, list: 0, runs: [text("a")] },
    { kind: "heading", level: 2, quote: 1, list: 0, runs: [text("b", 1)] },
    { kind: "code", language: "ts", text: "c\nd", quote: 0, list: 0 },
    { kind: "row", header: true, cells: [[text("e")]], quote: 0, list: 0 },
  ]);
});

void test("a builder gives runs without a block", () => {
  const builder = new FlatBuilder();
  builder.text(" a", 0, null);
  assert.deepEqual(builder.takeRuns(), [text("a")]);
  assert.deepEqual(builder.finish().blocks, []);
});
