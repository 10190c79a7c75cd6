import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { groupUri, parseProviderDomain, userUri } from "../../../../mappings/ids.ts";
import type { Block, Run, TextRun } from "../../../../mappings/markup/flat.ts";
import { Mark } from "../../../../mappings/markup/flat.ts";
import type { HtmlWriteDialect } from "../../../../mappings/markup/html/dialect.ts";
import { mimiHtmlReader, mimiHtmlWriter } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { elementOf } from "../../../../mappings/markup/html/markup-node.ts";
import type { MarkupElement } from "../../../../mappings/markup/html/markup-node.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";
import { parseHtml } from "../../../../mappings/markup/html/tree.ts";
import { writeHtml } from "../../../../mappings/markup/html/write.ts";
import { arbitraryFlat } from "../arbitrary-flat.ts";

const domain = parseProviderDomain("mimi.example");
assert.ok(domain);
const al = userUri(domain, "al");
const hall = groupUri(domain, "hall");

/** Where only `al` has a link, and nothing notifies everybody. */
const poor: HtmlWriteDialect = {
  user: (user, name) => ({ href: user === al ? "https://a.example/#/%40al" : null, label: name }),
  group: (_group, name) => ({ href: null, label: `#${name}` }),
  emoji: () => null,
  broadcasts: false,
};

function text(text: string, marks = 0, link: string | null = null): TextRun {
  return { kind: "text", text, marks, link };
}

function paragraph(...runs: readonly Run[]): Block {
  return { kind: "paragraph", quote: 0, list: 0, runs };
}

function item(marker: "bullet" | number | boolean, list: number, words: string, quote = 0): Block {
  return { kind: "item", quote, list, marker, runs: [text(words)] };
}

function html(blocks: readonly Block[], dialect = mimiHtmlWriter): string {
  return writeHtml({ blocks }, dialect).value;
}

const cases: readonly (readonly [blocks: readonly Block[], html: string])[] = [
  [[], ""],
  [[paragraph(text("a\nb  c"))], "a<br>b &nbsp;c"],
  [[paragraph(text(`<b>&amp;"'`))], "&lt;b&gt;&amp;amp;&quot;'"],
  [[paragraph(text("a")), paragraph(text("b"))], "<p>a</p><p>b</p>"],
  [
    [paragraph(text("a", Mark.bold), text("b", Mark.bold | Mark.italic), text("c", Mark.italic))],
    "<strong>a<em>b</em></strong><em>c</em>",
  ],
  [
    [paragraph(text("a", 63))],
    "<span data-mx-spoiler><strong><em><del><u><code>a</code></u></del></em></strong></span>",
  ],
  [
    [paragraph(text("a", 0, "https://a.example/?b&c"), text("d", Mark.bold, "https://a.example/?b&c"))],
    '<a href="https://a.example/?b&amp;c">a<strong>d</strong></a>',
  ],
  [[paragraph(text("a", 0, "javascript:alert(1)"))], "a"],
  [[paragraph(text(" x ", Mark.code))], "<code>&nbsp;x&nbsp;</code>"],
  [
    [paragraph({ kind: "mention", user: al, name: "Al <", marks: 0 }, text("!"))],
    '<a href="mimi://mimi.example/u/al">@Al &lt;</a>!',
  ],
  [
    [paragraph({ kind: "group", group: hall, name: "", marks: Mark.bold })],
    '<strong><a href="mimi://mimi.example/r/hall">#hall</a></strong>',
  ],
  [[paragraph({ kind: "broadcast", scope: "here", marks: 0 }, text(" hi"))], "@room hi"],
  [
    [paragraph({ kind: "emoji", name: "cat", source: "cid:2@local.invalid", marks: 0 })],
    '<img data-mx-emoticon src="cid:2@local.invalid" alt=":cat:" title=":cat:" height="32">',
  ],
  [[{ kind: "heading", quote: 0, list: 0, level: 2, runs: [text("a")] }], "<h2>a</h2>"],
  [
    [
      { kind: "code", quote: 0, list: 0, language: "ts", text: "a < b\n" },
      { kind: "rule", quote: 1, list: 0 },
    ],
    '<pre><code class="language-ts">a &lt; b\n\n</code></pre><blockquote><hr></blockquote>',
  ],
  [
    [item("bullet", 1, "a"), item(1, 2, "b"), item(2, 2, "c"), item(5, 2, "d"), item("bullet", 1, "e")],
    '<ul><li>a<ol><li>b</li><li>c</li></ol><ol start="5"><li>d</li></ol></li><li>e</li></ul>',
  ],
  [
    [item(true, 1, "a"), item(false, 1, "b"), { kind: "paragraph", quote: 1, list: 1, runs: [text("c")] }],
    "<ul><li>☑ a</li><li>☐ b<blockquote><p>c</p></blockquote></li></ul>",
  ],
  [[item("bullet", 1, "a", 1), paragraph(text("b"))], "<blockquote><ul><li>a</li></ul></blockquote><p>b</p>"],
  [
    [
      { kind: "row", quote: 0, list: 0, header: true, cells: [[text("a")], [text("b")]] },
      { kind: "row", quote: 0, list: 0, header: false, cells: [[text("c", Mark.bold)], []] },
    ],
    "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><strong>c</strong></td><td></td></tr></tbody></table>",
  ],
];

void test("a flat text is written as HTML", () => {
  for (const [blocks, expected] of cases) assert.equal(html(blocks), expected);
});

void test("what the platform has no link for is text, and the loss is named", () => {
  const other = userUri(domain, "zoe");
  const written = writeHtml(
    {
      blocks: [
        paragraph(
          { kind: "mention", user: al, name: "Al", marks: 0 },
          { kind: "mention", user: other, name: "Zoe", marks: Mark.bold },
          { kind: "group", group: hall, name: "hall", marks: 0 },
          { kind: "broadcast", scope: "channel", marks: 0 },
          { kind: "emoji", name: "cat", source: "mxc://a/b", marks: 0 },
          text("x", 0, "data:x"),
        ),
      ],
    },
    poor,
  );
  assert.equal(
    written.value,
    '<a href="https://a.example/#/%40al">Al</a><strong>Zoe</strong>#hall@channel:cat:x',
  );
  assert.deepEqual(
    written.losses.map(({ code }) => code),
    ["mention_silent", "broadcast_neutralised", "emoji_named", "link_refused"],
  );
});

void test("the reason of a spoiler is written, and read again", () => {
  const { value } = writeHtml({ blocks: [paragraph(text("a", Mark.spoiler))] }, mimiHtmlWriter, 'the "end"');
  assert.equal(value, '<span data-mx-spoiler="the &quot;end&quot;">a</span>');
  assert.equal(readHtml(value, mimiHtmlReader(null)).spoiler, 'the "end"');
});

/** The elements that Matrix allows in messages and that the writer has a use for, with their attributes. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  p: [],
  h1: [],
  h2: [],
  h3: [],
  h4: [],
  h5: [],
  h6: [],
  blockquote: [],
  ul: [],
  ol: ["start"],
  li: [],
  pre: [],
  code: ["class"],
  hr: [],
  br: [],
  table: [],
  thead: [],
  tbody: [],
  tr: [],
  th: [],
  td: [],
  strong: [],
  em: [],
  del: [],
  u: [],
  span: ["data-mx-spoiler"],
  a: ["href"],
  img: ["data-mx-emoticon", "src", "alt", "title", "height"],
};

function elementsIn(root: MarkupElement): MarkupElement[] {
  return root.children
    .map(elementOf)
    .filter((element) => element !== null)
    .flatMap((element) => [element, ...elementsIn(element)]);
}

void test("no text becomes an element, and no element is other than allowed", () => {
  fc.assert(
    fc.property(arbitraryFlat, fc.constantFrom(mimiHtmlWriter, poor), (flat, dialect) => {
      const { value } = writeHtml(flat, dialect, '"><script>');
      const tree = parseHtml(value);
      assert.ok(tree);
      const elements = elementsIn(tree);
      for (const { name, attrs } of elements) {
        const attributes = allowed[name];
        assert.ok(attributes, name);
        for (const attribute of Object.keys(attrs)) assert.ok(attributes.includes(attribute), attribute);
        if (name === "a") assert.match(attrs["href"] ?? "", /^(?:https?|mailto|ftp|mimi):/);
        if (name === "img") assert.match(attrs["src"] ?? "", /^cid:/);
      }
      const starts = value.match(/<[^/]/g) ?? [];
      assert.equal(starts.length, elements.length, "every < that does not end an element begins one");
      const voids = elements.filter(({ name }) => ["br", "hr", "img"].includes(name)).length;
      assert.equal(value.match(/<\//g)?.length ?? 0, elements.length - voids, "every element is closed");
    }),
    { seed: 7, numRuns: 500 },
  );
});
