import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { channelName, channelTopic } from "../../../mappings/slack/channel-name.ts";

const names: readonly (readonly [string, string | null])[] = [
  ["eng", "eng"],
  ["Big Plans!", "big-plans"],
  ["  R&D -- x_y ", "r-d-x_y"],
  ["Straße Café", "straße-café"],
  ["開発", "開発"],
  ["!!!", null],
  ["", null],
];

for (const [name, expected] of names)
  void test(`the name ${JSON.stringify(name)}`, () => {
    assert.equal(channelName(name), expected);
  });

void test("a name has at most 80 characters, and stays what it became", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      const made = channelName(name);
      if (made === null) return;
      assert.ok(made.length > 0 && made.length <= 80);
      assert.doesNotMatch(made, /[\s.,<>&#@]/u);
      assert.equal(channelName(made), made);
    }),
    { seed: 4, numRuns: 300 },
  );
});

void test("a topic is one line, escaped, and cut at 250 characters as they are sent", () => {
  assert.equal(channelTopic("a\nb <c>"), "a b &lt;c&gt;");
  assert.equal(channelTopic("x".repeat(250)).length, 250);
  assert.equal(channelTopic("x".repeat(251)), `${"x".repeat(249)}…`);
  const escaped = channelTopic("&".repeat(100));
  assert.equal(escaped, `${"&amp;".repeat(49)}…`);
});
