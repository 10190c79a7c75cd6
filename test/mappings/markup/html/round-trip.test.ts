import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FlatText } from "../../../../mappings/markup/flat.ts";
import { mimiHtmlReader, mimiHtmlWriter } from "../../../../mappings/markup/html/dialects/mimi.ts";
import { canonicalHtml } from "../../../../mappings/markup/html/canonical.ts";
import { normaliseHtml } from "../../../../mappings/markup/html/normalise.ts";
import { readHtml } from "../../../../mappings/markup/html/read.ts";
import { writeHtml } from "../../../../mappings/markup/html/write.ts";
import { broadcastOf } from "../../../../mappings/markup/markdown/broadcast.ts";
import { arbitraryFlat, arbitraryText } from "../arbitrary-flat.ts";

const SEED = 20_260;

/** Reads what was written of a text, as one who knows the scope of its broadcast. */
function again(flat: FlatText): FlatText {
  const { value } = writeHtml(flat, mimiHtmlWriter);
  return readHtml(value, mimiHtmlReader(broadcastOf(flat))).text;
}

void test("reading what is written gives the text in its normal form", () => {
  fc.assert(
    fc.property(arbitraryFlat, (flat) => {
      assert.deepEqual(again(flat), normaliseHtml(flat, mimiHtmlWriter));
    }),
    { seed: SEED, numRuns: 700 },
  );
});

void test("the normal form is its own normal form, and writes the same", () => {
  fc.assert(
    fc.property(arbitraryFlat, (flat) => {
      const normal = normaliseHtml(flat, mimiHtmlWriter);
      assert.deepEqual(normaliseHtml(normal, mimiHtmlWriter), normal);
      assert.deepEqual(canonicalHtml(normal, null), normal);
      assert.equal(writeHtml(normal, mimiHtmlWriter).value, writeHtml(flat, mimiHtmlWriter).value);
    }),
    { seed: SEED, numRuns: 400 },
  );
});

void test("whatever is read from HTML can be written and read again", () => {
  const tags = fc.constantFrom(
    ..."b i u s p div ul ol li blockquote pre code table tr td th h2 hr br span details summary a img svg".split(
      " ",
    ),
  );
  const piece = fc.oneof(
    tags.map((tag) => `<${tag}>`),
    tags.map((tag) => `</${tag}>`),
    arbitraryText,
    fc.constantFrom(
      '<a href="https://a.example/">',
      '<a href="javascript:x">',
      "<span data-mx-spoiler=r>",
      "☐ ",
      "&nbsp;",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { text } = readHtml(pieces.join(""), mimiHtmlReader(null));
      assert.deepEqual(canonicalHtml(text, null), text);
      assert.deepEqual(again(text), normaliseHtml(text, mimiHtmlWriter));
    }),
    { seed: SEED, numRuns: 700 },
  );
});
