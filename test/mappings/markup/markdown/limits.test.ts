import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plainFlat } from "../../../../mappings/markup/flat.ts";
import { isReadable, LONGEST, MOST_WORK, workOf } from "../../../../mappings/markup/markdown/limits.ts";
import { readMarkdown } from "../../../../mappings/markup/markdown/read.ts";
import { normalise, writeMarkdown } from "../../../../mappings/markup/markdown/write.ts";
import { plainTextOf } from "../../../../mappings/markup/plain.ts";
import { families } from "../hostile-markdown.ts";

for (const [name, family] of Object.entries(families)) {
  void test(`hostile Markdown is read up to the limits and beyond them taken as it is: ${name}`, () => {
    let most = 1;
    for (let step = 16_384; step >= 1; step /= 2) if (isReadable(family(most + step))) most += step;
    const within = readMarkdown(family(most));
    assert.ok(!within.losses.some(({ code }) => code === "markup_unread"));
    // What is read can't be larger than what was said, so no family multiplies itself.
    assert.ok(plainTextOf(within.text).length <= 3 * family(most).length + 1000);
    assert.ok(workOf(family(most)) <= MOST_WORK);
    const beyond = family(4 * most + 4);
    const read = readMarkdown(beyond);
    assert.ok(!isReadable(beyond) || most > LONGEST / 4);
    if (isReadable(beyond)) return;
    assert.deepEqual(
      read.losses.map(({ code }) => code),
      ["markup_unread"],
    );
    assert.ok(read.text.blocks.length <= 1);
  });
}

void test("the work grows with the text and not faster", () => {
  for (const family of Object.values(families)) {
    const ratio = workOf(family(400)) / workOf(family(100));
    assert.ok(ratio < 18, `${ratio}`);
  }
});

void test("long text without markup is read however long it is", () => {
  const long = "All is well here. ".repeat(LONGEST).trim();
  const { text, losses } = readMarkdown(long);
  assert.deepEqual(losses, []);
  assert.deepEqual(text, plainFlat(long));
});

void test("long text without markup is written without a loss", () => {
  const long = plainFlat("All is well here. ".repeat(LONGEST).trim());
  assert.deepEqual(writeMarkdown(long).losses, []);
  assert.deepEqual(normalise(long), long);
});

void test("many marked sentences in a paragraph are no nested spans", () => {
  const sentence = '**Well.** _"So"_, ~~(no)~~ ~5 snake_case ';
  assert.ok(isReadable(sentence.repeat(30)));
  assert.ok(!isReadable("(*a ".repeat(30)));
});

void test("a text that no reader would parse is written as plain text", () => {
  const runs = Array.from(
    { length: 2000 },
    (_, at) => ({ kind: "text", text: `w${at} `, marks: at % 2, link: null }) as const,
  );
  const flat = { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] } as const;
  const written = writeMarkdown(flat);
  assert.deepEqual(
    written.losses.map(({ code }) => code),
    ["markup_unread"],
  );
  assert.equal(written.value, plainTextOf(flat));
  assert.deepEqual(normalise(flat), plainFlat(plainTextOf(flat).trim()));
});

void test("no string makes the reader throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("", "> ", "|a|\n|-|\n", "- ", "**"),
      (text, start) => {
        readMarkdown(start + text);
      },
    ),
    { seed: 16, numRuns: 1000 },
  );
});
