import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readHtml } from "../../../../deploy/demo/group/matrix/reading-html.ts";

const nameOf = (user: string): string => (user === "@anna:test" ? "anna" : "a stranger");
const read = (html: string): string => readHtml(html, nameOf).text;

void describe("what the demo reads in the HTML of a Matrix message", () => {
  void it("is its text with the marks as they are typed elsewhere", () => {
    const html = "<strong>bold</strong> <em>italic</em> <del>struck</del> <code>a &lt; b</code>";
    assert.equal(read(html), "*bold* _italic_ ~struck~ `a < b`");
    assert.equal(read("a <b><i>both</i></b>"), "a *_both_*");
  });

  void it("has a line for each block", () => {
    const cases = [
      ["one<br>two", "one\ntwo"],
      ["<p>one</p>\n<p>two</p>", "one\ntwo"],
      ["before<ul>\n<li>an item</li>\n<li>another</li>\n</ul>after", "before\n- an item\n- another\nafter"],
      ["<blockquote>a quote<br>of two lines</blockquote>said", "> a quote\n> of two lines\nsaid"],
      ['<pre><code class="language-ts">let a = 1;\n</code></pre>', "```\nlet a = 1;\n```"],
      ["<h3>Menu</h3><table><tr><td>Tea</td><td>1</td></tr></table>", "*Menu*\nTea | 1"],
    ] as const;
    for (const [html, text] of cases) assert.equal(read(html), text);
  });

  void it("has links with their addresses, and says who is mentioned and what is hidden", () => {
    assert.equal(read('<a href="https://a.test/x">here</a>'), "here (https://a.test/x)");
    assert.equal(read('<a href="https://a.test/x">https://a.test/x</a>'), "https://a.test/x");
    assert.deepEqual(readHtml('<a href="https://matrix.to/#/%40anna%3Atest">@anna</a>: tea?', nameOf), {
      text: "@anna: tea?",
      notes: ["“@anna” is anna"],
    });
    assert.deepEqual(readHtml('<span data-mx-spoiler="why">the cat</span>', nameOf), {
      text: "the cat",
      notes: ["hidden: why"],
    });
    assert.equal(read('a <img data-mx-emoticon src="mxc://t/x" alt=":tulip:">'), "a :tulip:");
  });
});
