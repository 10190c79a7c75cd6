import assert from "node:assert/strict";
import { test } from "node:test";
import { plainFlat } from "../../../../mappings/markup/flat.ts";
import { mimiHtmlReader } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { isRich } from "../../../../mappings/markup/html/is-rich.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";

void test("a text is rich where characters alone do not say it", () => {
  assert.equal(isRich(plainFlat("")), false);
  assert.equal(isRich(plainFlat("a\nb *c*")), false);
  for (const html of ["<p>a</p><p>b</p>", "a<br>b", "@room"])
    assert.equal(isRich(readHtml(html, mimiHtmlReader("room")).text), false, html);
  for (const html of [
    "<b>a</b>",
    "<b>@room</b>",
    "<a href='https://a.example/'>a</a>",
    "<a href='mimi://a.example/u/b'>a</a>",
    "<img data-mx-emoticon alt=':a:'>",
    "<blockquote>a</blockquote>",
    "<ul><li>a</li></ul>",
    "<pre>a</pre>",
    "<hr>",
    "<h1>a</h1>",
    "<table><td>a</table>",
  ])
    assert.equal(isRich(readHtml(html, mimiHtmlReader("room")).text), true, html);
});
