import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compare, misdirected, stallBeyond } from "./verdict.ts";

void describe("the comparison of two archives", async () => {
  await it("is content with every text once and in order", () => {
    const { said, lost, doubled, misplaced } = compare(["a", "b", "c"], ["a", "b", "c"]);
    assert.deepEqual({ said, lost, doubled, misplaced }, { said: 3, lost: [], doubled: [], misplaced: [] });
  });

  await it("names what is lost, doubled and out of order", () => {
    const { lost, doubled, misplaced } = compare(["a", "b", "c", "d", "e"], ["a", "c", "b", "c", "e"]);
    assert.deepEqual({ lost, doubled, misplaced }, { lost: ["d"], doubled: ["c"], misplaced: ["b"] });
  });

  await it("does not take a late repeat for a message out of order", () => {
    assert.deepEqual(compare(["a", "b"], ["a", "b", "a"]).misplaced, []);
  });

  await it("refuses what the source does not hold, and a source that repeats itself", () => {
    assert.throws(() => compare(["a"], ["b"]), /nobody said "b"/);
    assert.throws(() => compare(["a", "a"], []), /twice/);
  });
});

void it("a stall is counted without the outages in it", () => {
  const outages = [
    { from: 100, to: 200 },
    { from: 300, to: 400 },
  ];
  assert.equal(stallBeyond(outages, 0, 50), 50);
  assert.equal(stallBeyond(outages, 150, 350), 100);
  assert.equal(stallBeyond(outages, 50, 450), 200);
  assert.equal(stallBeyond(outages, 110, 120), 0);
});

const said = (text: string, id: string, corrects: string | null = null) => ({ text, id, corrects });

void it("a correction counts where it corrects the same text, whatever the rooms call it", () => {
  const source = [said("a 1", "s1"), said("a 2", "s2", "s1"), said("a 3", "s3")];
  assert.deepEqual(misdirected(source, [said("a 1", "t1"), said("a 2", "t2", "t1"), said("a 3", "t3")]), []);
  assert.deepEqual(misdirected(source, [said("a 1", "t1"), said("a 2", "t2"), said("a 3", "t3", "t1")]), [
    "a 2",
    "a 3",
  ]);
  assert.deepEqual(misdirected(source, [said("a 1", "t1"), said("a 2", "t2", "elsewhere")]), ["a 2"]);
  assert.deepEqual(misdirected(source, [said("a 1", "t1")]), [], "what is missing is judged by itself");
});
