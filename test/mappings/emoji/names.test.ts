import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { emojiOf, isOneEmoji, qualified, sameEmoji, shortNameOf } from "../../../mappings/emoji/names.ts";
import { emojiTable, emojiTableFile } from "../../support/make-emoji-table.ts";

const form = z.object({ unified: z.string(), non_qualified: z.string().nullable() });
const listed = z
  .array(
    form.extend({
      short_names: z.array(z.string()),
      skin_variations: z.record(z.string(), form).optional(),
    }),
  )
  .parse(createRequire(import.meta.url)("emoji-datasource/emoji.json"));

function characters(unified: string): string {
  return String.fromCodePoint(...unified.split("-").map((hex) => Number.parseInt(hex, 16)));
}

/** Every emoji of the data source with its first name, tones as suffixes, and its form without U+FE0F. */
const every = listed.flatMap(({ short_names, skin_variations = {}, ...base }) => {
  const name = short_names[0] ?? "";
  const toned = Object.entries(skin_variations).map(([tones, variation]) => ({
    name: tones
      .split("-")
      .reduce((made, hex) => `${made}::skin-tone-${String(Number.parseInt(hex, 16) - 0x1f3f9)}`, name),
    ...variation,
  }));
  return [{ name, ...base }, ...toned];
});

void test("the committed table is what its script makes", () => {
  assert.equal(readFileSync(emojiTableFile, "utf8"), emojiTable());
});

void test("every emoji of the data source goes both ways, tones and unqualified forms included", () => {
  assert.equal(every.length, 3786);
  for (const { name, unified, non_qualified } of every) {
    const emoji = characters(unified);
    assert.equal(emojiOf(name), emoji, name);
    assert.equal(shortNameOf(emoji), name);
    assert.equal(qualified(emoji), emoji);
    assert.ok(isOneEmoji(emoji), name);
    if (non_qualified === null) continue;
    const bare = characters(non_qualified);
    assert.equal(shortNameOf(bare), name);
    assert.equal(qualified(bare), emoji);
    assert.ok(sameEmoji(bare, emoji), name);
    assert.ok(isOneEmoji(bare), name);
  }
});

void test("every alias names the same emoji", () => {
  for (const { short_names, unified } of listed) {
    for (const name of short_names) assert.equal(emojiOf(name), characters(unified), name);
  }
  assert.equal(emojiOf("thumbsup"), emojiOf("+1"));
});

void describe("emojiOf", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["+1", "👍"],
    ["heart", "❤️"],
    ["+1::skin-tone-4", "👍🏽"],
    ["point_up::skin-tone-2", "☝🏻"],
    ["male-technologist::skin-tone-6", "👨🏿‍💻"],
    ["female-detective::skin-tone-3", "🕵🏼‍♀️"],
    ["couplekiss::skin-tone-2", "💏🏻"],
    ["couplekiss::skin-tone-2::skin-tone-3", "🧑🏻‍❤️‍💋‍🧑🏼"],
    ["people_holding_hands::skin-tone-2", "🧑🏻‍🤝‍🧑🏻"],
    ["handshake::skin-tone-6::skin-tone-2", "🫱🏿‍🫲🏻"],
    ["skin-tone-2", "🏻"],
    ["flag-de", "🇩🇪"],
    ["hash", "#️⃣"],
    ["", null],
    ["squirrel", null],
    ["constructor", null],
    ["__proto__", null],
    ["smile::skin-tone-2", null],
    ["+1::skin-tone-1", null],
    ["+1::skin-tone-7", null],
    ["+1::skin-tone-", null],
    ["+1::skin-tone-2::skin-tone-3", null],
    ["couplekiss::skin-tone-2::skin-tone-3::skin-tone-4", null],
  ];
  for (const [name, emoji] of cases) {
    void test(`${name} is ${emoji ?? "none"}`, () => {
      assert.equal(emojiOf(name), emoji);
    });
  }
});

void describe("what is no emoji of Slack's", () => {
  for (const text of ["", "a", "1", "🧑‍❤️‍💋‍🧑", "👍👍", "👍🏽🏽", "\u{FE0F}", "\u{200D}", "x".repeat(100_000)]) {
    void test(JSON.stringify(text.slice(0, 20)), () => {
      assert.equal(shortNameOf(text), null);
      assert.equal(qualified(text), text);
    });
  }
});

void test("one emoji and nothing else", () => {
  for (const emoji of ["👍", "❤", "❤️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "1️⃣", "1⃣", "🇩🇪"]) assert.ok(isOneEmoji(emoji), emoji);
  for (const text of ["", "1", "👍 ", "👍👍", "ok", ":+1:", "👍\u{200D}", "👍".repeat(50_000)]) {
    assert.ok(!isOneEmoji(text), text.slice(0, 20));
  }
});

void test("U+FE0F alone is no difference", () => {
  assert.ok(sameEmoji("❤️", "❤"));
  assert.ok(!sameEmoji("👍", "👍🏽"));
});

void test("nothing throws, and what has a name has it again", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(...every).map(({ unified }) => characters(unified)),
    fc.constantFrom(...every).map(({ name }) => `${name}::skin-tone-3`),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const emoji = emojiOf(text);
      if (emoji !== null) assert.ok(isOneEmoji(emoji));
      const name = shortNameOf(text);
      if (name !== null) assert.ok(sameEmoji(emojiOf(name) ?? "", text));
      assert.equal(qualified(qualified(text)), qualified(text));
    }),
    { seed: 4, numRuns: 500 },
  );
});
