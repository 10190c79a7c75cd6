import assert from "node:assert/strict";
import { test } from "node:test";
import { isLater, timestamp } from "../../../mappings/slack/timestamp.ts";

void test("a timestamp is text and keeps its last zero", () => {
  assert.equal(timestamp.parse("1755517523.123450"), "1755517523.123450");
  for (const wrong of [1755517523.12345, "1755517523", "1755517523.", ".1", "1e9.0", "1.0000001"])
    assert.equal(timestamp.safeParse(wrong).success, false, String(wrong));
});

void test("moments are compared with their digits in place", () => {
  assert.equal(isLater("999999999.000000", "1755517523.123450"), false);
  assert.equal(isLater("1755517523.123450", "999999999.000000"), true);
  assert.equal(isLater("1755517523.123451", "1755517523.12345"), true);
  assert.equal(isLater("1755517523.12345", "1755517523.123450"), false);
});
