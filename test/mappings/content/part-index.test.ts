import assert from "node:assert/strict";
import { test } from "node:test";
import { Disposition, type Part, textPart } from "../../../mappings/content/content.ts";
import { partIndexOf, partsByIndex, partUrl, referencedPart } from "../../../mappings/content/part-index.ts";
import { manyParts } from "./sample.ts";

const nothing: Part = { cardinality: "null", disposition: Disposition.render, language: "" };
const [one, two] = [textPart("1", "text/plain"), textPart("2", "text/plain")];
const inner: Part = { ...nothing, cardinality: "multi", semantics: "chooseOne", parts: [one, nothing] };
const root: Part = { ...nothing, cardinality: "multi", semantics: "processAll", parts: [inner, two] };

void test("parts are numbered from the root, each before what is in it", () => {
  assert.deepEqual(partsByIndex(root), [root, inner, one, nothing, two]);
  assert.deepEqual(partsByIndex(one), [one]);
  assert.equal(partsByIndex(manyParts(1024)).length, 1024);
});

void test("a reference is read as it is written", () => {
  for (const index of [0, 5, 1023]) assert.equal(partIndexOf(partUrl(index)), index);
  assert.equal(partUrl(5), "cid:5@local.invalid");
});

void test("what is no reference to a part is none", () => {
  for (const url of [
    "",
    "cid:",
    "cid:5",
    "cid:@local.invalid",
    "cid:05@local.invalid",
    "cid:-1@local.invalid",
    "cid:1.5@local.invalid",
    "cid:1e2@local.invalid",
    "cid: 1@local.invalid",
    "cid:0x1@local.invalid",
    "cid:1024@local.invalid",
    "cid:NaN@local.invalid",
    "CID:1@local.invalid",
    "cid:1@local.invalid.example",
    `cid:${"9".repeat(400)}@local.invalid`,
  ])
    assert.equal(partIndexOf(url), null, url);
});

void test("only parts with a body can be referred to", () => {
  const parts = partsByIndex(root);
  const found = [0, 1, 2, 3, 4, 5].map((index) => referencedPart(parts, partUrl(index)));
  assert.deepEqual(found, [null, null, one, null, two, null]);
  assert.equal(referencedPart(parts, "https://example.com/2"), null);
});
