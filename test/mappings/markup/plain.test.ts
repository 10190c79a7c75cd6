import assert from "node:assert/strict";
import { test } from "node:test";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { readMarkdown } from "../../../mappings/markup/markdown/read.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";

const cases: readonly (readonly [string, string])[] = [
  ["**a** _b_ `c` ~~d~~", "a b c d"],
  ["a\\\nb\n\nc", "a\nb\n\nc"],
  ["# Title\n\ntext", "Title\n\ntext"],
  ["- a\n- b\n  - c\n\n  d", "- a\n- b\n  - c\n\n  d"],
  ["3. a\n4. b\\\nc", "3. a\n4. b\n   c"],
  ["- [x] a\n- [ ] b", "- [x] a\n- [ ] b"],
  ["> a\n>\n> > b\n\nc", "> a\n>\n> > b\n\nc"],
  ["```ts\na  b\n```", "a  b"],
  ["|a|b|\n|-|-|\n|c|d|", "a | b\nc | d"],
  [
    "[text **bold**](http://a.example) <http://b.example> [c.example](http://c.example/)",
    "text bold (http://a.example) http://b.example c.example",
  ],
  ["[@Al](mimi://a.example/u/al) in [#Lobby](mimi://a.example/r/lobby)", "@Al in #Lobby"],
  ["![:parrot:](cid:1@local.invalid)", ":parrot:"],
  ["a\n\n---\n\nb", "a\n\n---\n\nb"],
];

for (const [markdown, plain] of cases) {
  void test(`plain text of ${JSON.stringify(markdown)}`, () => {
    assert.equal(plainTextOf(readMarkdown(markdown).text), plain);
  });
}

void test("nothing is nothing, and plain text is itself", () => {
  assert.equal(plainTextOf({ blocks: [] }), "");
  assert.equal(plainTextOf(plainFlat("a\nb")), "a\nb");
});
