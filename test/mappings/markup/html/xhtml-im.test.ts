import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mimiHtmlReader } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";
import { parseHtml } from "../../../../mappings/markup/html/tree.ts";
import { elementOf, textOf } from "../../../../mappings/markup/html/markup-node.ts";
import type { MarkupNode } from "../../../../mappings/markup/html/markup-node.ts";
import { readXhtmlIm } from "../../../../mappings/markup/html/xhtml-im.ts";
import type { XmlElement } from "../../../../mappings/xml.ts";

const reader = mimiHtmlReader(null);

/** HTML as an XML parser would give it. */
function xml(html: string): XmlElement {
  const root = parseHtml(html);
  assert.ok(root);
  const copy = (node: MarkupNode): XmlElement | string => {
    const element = elementOf(node);
    if (element === null) return textOf(node);
    return { name: element.name, attrs: element.attrs, children: element.children.map(copy) };
  };
  return {
    name: "html",
    attrs: {},
    children: [{ name: "body", attrs: {}, children: root.children.map(copy) }],
  };
}

void test("XHTML-IM reads as HTML does", () => {
  const html =
    '<p>a <strong>b</strong><br></br>c</p><ul><li>d</li></ul><blockquote><a href="https://a.example/">e</a></blockquote>';
  assert.deepEqual(readXhtmlIm(xml(html), reader), readHtml(html, reader));
});

void test("styles give marks, as far as there are marks for them", () => {
  const styles: readonly (readonly [style: string, marks: number])[] = [
    ["font-weight: bold", 1],
    ["FONT-WEIGHT:700;color:red", 1],
    ["font-weight: normal", 0],
    ["font-style:italic; text-decoration: underline line-through", 14],
    ["color: red; background: url(javascript:x)", 0],
    [`${";".repeat(2000)}font-weight:bold`, 0],
  ];
  for (const [style, marks] of styles) {
    const read = readXhtmlIm(
      { name: "body", attrs: {}, children: [{ name: "span", attrs: { style }, children: ["x"] }] },
      reader,
    );
    assert.deepEqual(read.text.blocks, [
      { kind: "paragraph", quote: 0, list: 0, runs: [{ kind: "text", text: "x", marks, link: null }] },
    ]);
  }
  const html = readHtml('<span style="font-weight:bold">x</span>', reader).text.blocks[0];
  assert.ok(html?.kind === "paragraph" && html.runs[0]?.marks === 0, "HTML's own styles are not read");
});

void test("a tree beyond the limits gives its text", () => {
  let deep: XmlElement = { name: "b", attrs: {}, children: ["x"] };
  for (let depth = 0; depth < 20_000; depth++) deep = { name: "b", attrs: {}, children: [deep, "y"] };
  const read = readXhtmlIm(deep, reader);
  assert.deepEqual(read.losses, [{ code: "markup_unread", detail: "html" }]);
  assert.deepEqual(read.text.blocks, [
    {
      kind: "paragraph",
      quote: 0,
      list: 0,
      runs: [{ kind: "text", text: `x${"y".repeat(20_000)}`, marks: 0, link: null }],
    },
  ]);
  const wide = { name: "body", attrs: {}, children: Array.from({ length: 30_000 }, () => "z") };
  assert.equal(readXhtmlIm(wide, reader).losses[0]?.code, "markup_unread");
});

void test("any tree is read", () => {
  const tree = fc.letrec<{ node: XmlElement | string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.record({
        name: fc.constantFrom(
          ..."p a b li ul ol table tr td thead pre code img br hr h1 input span __proto__".split(" "),
        ),
        attrs: fc.dictionary(
          fc.constantFrom("href", "style", "start", "alt", "class", "data-mx-spoiler"),
          fc.string(),
        ),
        children: fc.array(tie("node"), { maxLength: 4 }),
      }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.array(tree), (children) => {
      const read = readXhtmlIm({ name: "body", attrs: {}, children }, reader);
      assert.ok(Array.isArray(read.text.blocks));
    }),
    { seed: 11, numRuns: 500 },
  );
});
