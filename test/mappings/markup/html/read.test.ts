import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, FlatText, Run } from "../../../../mappings/markup/flat.ts";
import { Mark } from "../../../../mappings/markup/flat.ts";
import { mimiHtmlReader } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { DEEPEST_HTML, LONGEST_HTML } from "../../../../mappings/markup/html/limits.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";

const reader = mimiHtmlReader(null);

/** A text in short: a line for each block, marks and links before the characters in braces. */
function short({ blocks }: FlatText): string[] {
  return blocks.map((block) => `${">".repeat(block.quote)}${"-".repeat(block.list)}${shortBlock(block)}`);
}

function shortBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `p ${shortRuns(block.runs)}`;
    case "heading":
      return `h${block.level} ${shortRuns(block.runs)}`;
    case "item":
      return `item ${block.marker} ${shortRuns(block.runs)}`;
    case "code":
      return `code ${block.language}|${block.text}`;
    case "row":
      return `${block.header ? "head" : "row"} ${block.cells.map(shortRuns).join("|")}`;
    case "rule":
      return "rule";
  }
}

function shortRuns(runs: readonly Run[]): string {
  return runs.map(shortRun).join("");
}

function shortRun(run: Run): string {
  const marks = Object.entries(Mark)
    .filter(([, mark]) => (run.marks & mark) !== 0)
    .map(([name]) => name);
  if (run.kind === "text" && run.link !== null) marks.push(run.link);
  const text = shortContent(run);
  return marks.length === 0 ? text : `{${marks.join(" ")}:${text}}`;
}

function shortContent(run: Run): string {
  switch (run.kind) {
    case "text":
      return run.text;
    case "mention":
      return `@(${run.user} ${run.name})`;
    case "group":
      return `#(${run.group} ${run.name})`;
    case "broadcast":
      return `@(${run.scope})`;
    case "emoji":
      return `:(${run.name} ${run.source})`;
  }
}

const cases: readonly (readonly [html: string, text: readonly string[], losses?: readonly string[]])[] = [
  ["", []],
  [" \n ", []],
  ["Hello", ["p Hello"]],
  ["  a \n\t b  ", ["p a b"]],
  ["a <b> b</b> c", ["p a {bold:b} c"]],
  ["a&nbsp; b&nbsp;c", ["p a  b\u00a0c"]],
  ["a<br>b<br/> c<br>", ["p a\nb\nc"]],
  ["<p>a</p>\n<p>b</p>c<div>d</div>", ["p a", "p b", "p c", "p d"]],
  [
    "<strong>a</strong><em>b</em><del>c</del><u>d</u><code>e</code>",
    ["p {bold:a}{italic:b}{strike:c}{underline:d}{code:e}"],
  ],
  [
    "<b>a</b><i>b</i><s>c</s><strike>d</strike><ins>e</ins>",
    ["p {bold:a}{italic:b}{strike:cd}{underline:e}"],
  ],
  ["<b>a<i>b</b>c</i>", ["p {bold:a}{bold italic:b}{italic:c}"]],
  ["<h1>a</h1><h6>b</h6><hr>", ["h1 a", "h6 b", "rule"]],
  ["<blockquote>a<blockquote><p>b</p></blockquote></blockquote>c", [">p a", ">>p b", "p c"]],
  ["<ul><li>a</li><li><p>b</p><p>c</p></li></ul>", ["-item bullet a", "-item bullet b", "-p c"]],
  ["<ol start=3><li>a<ul><li>b</li></ul></li><li>c</ol>", ["-item 3 a", "--item bullet b", "-item 4 c"]],
  ["<ol><li value=7>a<li>b</ol>", ["-item 7 a", "-item 8 b"]],
  ["<ol start=99999999999999999999><li>a</ol>", ["-item 1 a"]],
  ["<ul><ul><li>a</ul></ul>", ["-item bullet a"]],
  ["<ul><li>☐ a</li><li>☑ b</li><li>☐x</li></ul>", ["-item false a", "-item true b", "-item bullet ☐x"]],
  [
    "<ul><li><input type=checkbox checked> a<li><p><input type=checkbox>b</ul>",
    ["-item true a", "-item false b"],
  ],
  ["<ul><li><blockquote>a</blockquote></li></ul>", [">-item bullet a"]],
  ['<pre><code class="x language-ts">a &lt; b\n  c\n</code></pre>', ["code ts|a < b\n  c"]],
  ["<pre>\na<br><b>b</b></pre>", ["code |a\nb"]],
  ['<pre><code class="language-a b">c</code></pre>', ["code a|c"]],
  [
    "<table><thead><tr><th>a<th>b</thead><tbody><tr><td><b>c</b><td>d<br>e</table>",
    ["head a|b", "row {bold:c}|d\ne"],
  ],
  [
    "<table><caption>t</caption><tr><td><p>a</p><p>b</p></table>",
    ["p t", "row a\nb"],
    ["block_flattened:cell"],
  ],
  ["<table><tr><td><table><tr><td>a<td>b</table></table>", ["row a | b"], ["block_flattened:cell"]],
  [
    "<a href='https://a.example/?b=1&amp;c'>x <b>y</b></a>",
    ["p {https://a.example/?b=1&c:x }{bold https://a.example/?b=1&c:y}"],
  ],
  ["<a href='java\nscript:alert(1)'>x</a>", ["p x"], ["link_refused:"]],
  ["<a href=' JavaScript:alert(1)'>x</a>", ["p x"], ["link_refused:javascript"]],
  ["<a href='data:text/html,x'>x</a><a>y</a>", ["p xy"], ["link_refused:data"]],
  ["<a href='/relative'>x</a>", ["p x"], ["link_refused:"]],
  ["<a href='mimi://a.example/u/al'>@Al&nbsp;B</a>!", ["p @(mimi://a.example/u/al Al B)!"]],
  ["<a href='mimi://a.example/u/al'><b>Al</b></a>", ["p {bold:@(mimi://a.example/u/al Al)}"]],
  ["<a href='mimi://a.example/u/al'></a>", ["p @(mimi://a.example/u/al al)"]],
  ["<a href='mimi://a.example/u/al'>mimi://a.example/u/al</a>", ["p @(mimi://a.example/u/al al)"]],
  ["<a href='mimi://a.example/r/hall'>#Hall</a>", ["p #(mimi://a.example/r/hall Hall)"]],
  ["<a href='mimi://a.example/x/y'>x</a>", ["p x"], ["link_refused:mimi"]],
  ["<img data-mx-emoticon src='cid:1@local.invalid' alt=':cat:'>", ["p :(cat cid:1@local.invalid)"]],
  ["<img data-mx-emoticon src='http://evil.example/' title='a cat'>", ["p :(a_cat null)"]],
  ["<img data-mx-emoticon>", ["p :(emoji null)"]],
  ["<img src=x alt='A  hill' onerror=alert(1)><img>", ["p A hill"], ["image_dropped:"]],
  ["<font color=red>a</font><span data-mx-bg-color='#fff'>b</span>", ["p ab"], ["mark_lost:colour"]],
  ["H<sub>2</sub>O<sup>a</sup>", ["p H2Oa"], ["mark_lost:sub", "mark_lost:sup"]],
  ["<span data-mx-maths='\\frac12'>½</span>", ["p {code:\\frac12}"], ["mark_lost:maths"]],
  ["<div data-mx-maths='a\nb'>x</div>", ["code latex|a\nb"], ["mark_lost:maths"]],
  [
    "<details><summary>a</summary>b</details>",
    ["p a", "p b"],
    ["block_flattened:details", "block_flattened:summary"],
  ],
  ["<mx-reply><blockquote>old</blockquote></mx-reply>new", ["p new"]],
  ["a<script>alert('<b>')</script><style>b{}</style><!-- c --><template>d</template>e", ["p ae"]],
  ["<blink>a<x-y z>b</x-y></blink><noscript>c</noscript>", ["p abc"]],
  ["<td>a</td><tr>b", ["p ab"]],
  ["a\u0000b&#0;c&#13;d\u0007", ["p ab\ufffdc d"]],
  ["a < b &amp&lt; c <3", ["p a < b &< c <3"]],
  ["@room and x@room.example", ["p @room and x@room.example"]],
  ["<svg><title>t</title><b>x</b></svg><math><mi>y</mi></math>", ["p {bold:x}y"]],
];

void test("HTML reads as blocks of runs", () => {
  for (const [html, text, losses = []] of cases) {
    const read = readHtml(html, reader);
    assert.deepEqual(short(read.text), text, html);
    assert.deepEqual(
      read.losses.map(({ code, detail }) => `${code}:${detail}`),
      losses,
      html,
    );
  }
});

void test("a spoiler is a mark, and the first one's reason is told", () => {
  const read = readHtml(
    "a <span data-mx-spoiler='the  end'>b <b>c</b></span> <span data-mx-spoiler>d</span>",
    reader,
  );
  assert.deepEqual(short(read.text), ["p a {spoiler:b }{bold spoiler:c} {spoiler:d}"]);
  assert.equal(read.spoiler, "the end");
  assert.equal(readHtml("<span data-mx-spoiler>x</span>", reader).spoiler, "");
  assert.equal(readHtml("<b>x</b>", reader).spoiler, null);
  assert.equal(readHtml("<table><td><span data-mx-spoiler=r>x</table>", reader).spoiler, "r");
});

void test("the first @room is a broadcast where its scope is known", () => {
  const read = readHtml("x@room <code>@room</code> <b>@room!</b> @room", mimiHtmlReader("here"));
  assert.deepEqual(short(read.text), ["p x@room {code:@room} {bold:@(here)}{bold:!} @room"]);
});

void test("beyond the limits the text is taken without tags, and that is told", () => {
  const long = `<p>a &lt; b</p><script>x</script><p>${"c".repeat(LONGEST_HTML)}</p>`;
  const read = readHtml(long, reader);
  assert.deepEqual(read.losses, [{ code: "markup_unread", detail: "html" }]);
  assert.deepEqual(short(read.text), [`p a < b\n\n${"c".repeat(LONGEST_HTML)}`]);

  const deep = readHtml(`${"<div>".repeat(DEEPEST_HTML + 1)}<b>x</b> 1 < 2`, reader);
  assert.deepEqual(deep.losses, [{ code: "markup_unread", detail: "html" }]);
  assert.deepEqual(short(deep.text), ["p x 1 < 2"]);
  const shallow = readHtml(`${"<div>".repeat(DEEPEST_HTML - 10)}<b>x</b>`, reader);
  assert.deepEqual(shallow.losses, []);
  assert.deepEqual(short(shallow.text), ["p {bold:x}"]);
});
