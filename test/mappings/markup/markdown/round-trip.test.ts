/** What is written reads as the text that was said, and nothing is said that was not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";
import { broadcastOf } from "../../../../mappings/markup/markdown/broadcast.ts";
import { readMarkdown } from "../../../../mappings/markup/markdown/read.ts";
import { normalise, writeMarkdown } from "../../../../mappings/markup/markdown/write.ts";
import { plainFlat } from "../../../../mappings/markup/flat.ts";
import { plainTextOf } from "../../../../mappings/markup/plain.ts";
import { arbitraryFlat, arbitraryText } from "../arbitrary-flat.ts";

const isUnread = (losses: readonly { readonly code: string }[]): boolean =>
  losses.some(({ code }) => code === "markup_unread");

void test("reading what was written gives the normal text", () => {
  fc.assert(
    fc.property(arbitraryFlat, (flat) => {
      const written = writeMarkdown(flat);
      fc.pre(!isUnread(written.losses));
      assert.deepEqual(readMarkdown(written.value, { broadcast: broadcastOf(flat) }).text, normalise(flat));
    }),
    { seed: 11, numRuns: 1500 },
  );
});

void test("a normal text stays as it is, and is written the same", () => {
  fc.assert(
    fc.property(arbitraryFlat, (flat) => {
      const normal = normalise(flat);
      assert.deepEqual(normalise(normal), normal);
      assert.equal(writeMarkdown(normal).value, writeMarkdown(flat).value);
    }),
    { seed: 12, numRuns: 800 },
  );
});

const words = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, "");

void test("words stay words: plain text survives but for white space at the edges of lines", () => {
  fc.assert(
    fc.property(arbitraryText, (text) => {
      const written = writeMarkdown(plainFlat(text));
      fc.pre(!isUnread(written.losses));
      const read = readMarkdown(written.value);
      assert.deepEqual(read.losses, []);
      assert.equal(words(plainTextOf(read.text)), words(text.toWellFormed()));
    }),
    { seed: 13, numRuns: 2000 },
  );
});

void test("whatever is read can be written and read again", () => {
  fc.assert(
    fc.property(arbitraryText, arbitraryText, (one, other) => {
      const { text } = readMarkdown(`${one}\n${other}`);
      const written = writeMarkdown(text);
      fc.pre(!isUnread(written.losses));
      assert.deepEqual(readMarkdown(written.value).text, normalise(text));
    }),
    { seed: 14, numRuns: 800 },
  );
});

void test("no tag of HTML is written, as a parser that takes them sees it", () => {
  const hasHtml = (node: Nodes): boolean =>
    node.type === "html" || ("children" in node && node.children.some((child) => hasHtml(child)));
  fc.assert(
    fc.property(arbitraryFlat, (flat) => {
      const { value, losses } = writeMarkdown(flat);
      fc.pre(!isUnread(losses));
      const tree = fromMarkdown(value, {
        extensions: [gfmTable()],
        mdastExtensions: [gfmTableFromMarkdown()],
      });
      assert.ok(!hasHtml(tree), value);
    }),
    { seed: 15, numRuns: 500 },
  );
});
