import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { username } from "../../../mappings/slack/username.ts";

const table: readonly (readonly [string, string, string])[] = [
  ["Bob", "Matrix", "Bob (Matrix)"],
  ["Bob", "", "Bob"],
  ["<@U1> & #x", "", "U1 x"],
  ["＠channel", "", "channel"],
  ["a\u202eb\u0000c", "", "abc"],
  ["\u200d\ufe0f Al \u200b", "", "Al"],
  ["", "Matrix", "somebody (Matrix)"],
  ["@@@", "", "somebody"],
  ["علی\u200cرضا", "XMPP", "علی\u200cرضا (XMPP)"],
];

for (const [name, label, expected] of table)
  void test(`${JSON.stringify(name)} of ${JSON.stringify(label)}`, () => {
    assert.equal(username(name, label), expected);
  });

void test("a long name is cut between graphemes and keeps its label", () => {
  const made = username("👩‍👩‍👧‍👦".repeat(40), "Matrix");
  assert.ok(made.length <= 80 && made.endsWith("👩‍👩‍👧‍👦 (Matrix)"), made);
});

void test("whatever the name, at most 80 characters, none that deceives", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({ maxLength: 60 }),
      (name, label) => {
        const made = username(name, label);
        assert.ok(made.length > 0 && made.length <= 80);
        assert.doesNotMatch(made, /[<>&@#\p{Cc}\p{Bidi_Control}]/u);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});
