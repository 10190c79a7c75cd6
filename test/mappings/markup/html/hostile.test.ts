import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FlatText } from "../../../../mappings/markup/flat.ts";
import { mimiHtmlReader, mimiHtmlWriter } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { LONGEST_HTML, MOST_NODES } from "../../../../mappings/markup/html/limits.ts";
import { elementOf } from "../../../../mappings/markup/html/markup-node.ts";
import type { MarkupElement } from "../../../../mappings/markup/html/markup-node.ts";
import { normaliseHtml } from "../../../../mappings/markup/html/normalise.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";
import { stripTags } from "../../../../mappings/markup/html/strip.ts";
import { parseHtml } from "../../../../mappings/markup/html/tree.ts";
import { writeHtml } from "../../../../mappings/markup/html/write.ts";
import { hostileHtml } from "./hostile-html.ts";

const reader = mimiHtmlReader("room");

/** Blocks, runs and cells of a text. */
function sizeOf({ blocks }: FlatText): number {
  return blocks.reduce((sum, block) => {
    if (block.kind === "row") return sum + block.cells.reduce((runs, cell) => runs + 1 + cell.length, 1);
    return sum + 1 + ("runs" in block ? block.runs.length : 0);
  }, 0);
}

function nodesIn(root: MarkupElement): number {
  const open = [root];
  let count = 0;
  for (let element = open.pop(); element !== undefined; element = open.pop()) {
    count += element.children.length;
    for (const child of element.children) {
      const inner = elementOf(child);
      if (inner !== null) open.push(inner);
    }
  }
  return count;
}

for (const [family, make] of Object.entries(hostileHtml)) {
  void test(`hostile HTML: ${family}`, () => {
    for (const length of [LONGEST_HTML / 4, LONGEST_HTML]) {
      const html = make(length);
      const read = readHtml(html, reader);
      assert.ok(sizeOf(read.text) <= html.length, "no more blocks and runs than characters");
      const unread = read.losses.some(({ code }) => code === "markup_unread");
      const tree = parseHtml(html);
      if (tree !== null) assert.ok(nodesIn(tree) <= MOST_NODES);
      else assert.ok(unread, "what is not parsed is named");
      if (length !== LONGEST_HTML / 4) continue;
      const { value } = writeHtml(read.text, mimiHtmlWriter);
      const again = readHtml(value, reader);
      if (again.losses.some(({ code }) => code === "markup_unread")) continue;
      assert.deepEqual(again.text, normaliseHtml(read.text, mimiHtmlWriter));
    }
  });
}

void test("HTML that is too long is not parsed", () => {
  assert.equal(parseHtml("a".repeat(LONGEST_HTML + 1)), null);
  assert.notEqual(parseHtml("a".repeat(LONGEST_HTML)), null);
});

void test("any string is read", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme-ascii" }),
      (a, b) => {
        for (const html of [a, b, `<${a}`, `<a href="${a}">${b}`, `<b ${a}>${b}`, `&${b}`])
          assert.ok(Array.isArray(readHtml(html, reader).text.blocks));
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

void test("tags are stripped in one pass", () => {
  const cases: readonly (readonly [html: string, text: string])[] = [
    ["<p>a</p><p>b<br>c</p>", "a\n\nb\nc"],
    ["a < b > c &lt;d&gt;", "a < b > c <d>"],
    ["a<script>x<b></script>b<mx-reply><p>y</mx-reply>c", "abc"],
    ["a<!-- b -->c<", "ac<"],
    ["a <b", "a <b"],
    ["<style>a", ""],
    ["</script>a", "a"],
  ];
  for (const [html, text] of cases) assert.equal(stripTags(html), text, html);
});
