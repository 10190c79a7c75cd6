import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Goal, judge, type Line, table } from "./lines.ts";
import { median, percentile } from "./statistics.ts";

const line = (value: number, floor: number | null, goal: Goal | null): Line => ({
  part: "sink",
  what: "something",
  value,
  unit: "msg/s",
  floor,
  goal,
});

void describe("a line of the bench", () => {
  void it("meets a goal of its ratio, its value or its difference", () => {
    const ratio: Goal = { bound: "at least", limit: 0.7, of: "ratio" };
    assert.equal(judge(line(70, 100, ratio)).met, true);
    assert.equal(judge(line(69, 100, ratio)).met, false);
    const most: Goal = { bound: "at most", limit: 2, of: "difference" };
    assert.equal(judge(line(5, 3, most)).met, true);
    assert.equal(judge(line(5.5, 3, most)).met, false);
    assert.equal(judge(line(3, null, { bound: "at least", limit: 3, of: "value" })).met, true);
  });

  void it("does not meet a goal for which a figure is missing", () => {
    assert.equal(judge(line(1, null, { bound: "at most", limit: 9, of: "ratio" })).met, false);
    assert.equal(judge(line(Number.NaN, null, { bound: "at most", limit: 9, of: "value" })).met, false);
  });

  void it("has no verdict without a goal", () => {
    assert.deepEqual(judge(line(50, 100, null)), { ...line(50, 100, null), ratio: 0.5, met: null });
  });

  void it("shows in the table what was measured against what", () => {
    const text = table([judge(line(50, 100, { bound: "at least", limit: 0.7, of: "ratio" }))]);
    const [, row] = text.split("\n");
    assert.equal(
      row?.replaceAll(/ {2,}/g, "|"),
      "sink|something|50.0 msg/s|100|0.50|at least 0.7 of the floor|NOT MET",
    );
  });
});

void describe("the bench's statistics", () => {
  const values = [5, 1, 4, 2, 3];

  void it("find percentiles by nearest rank", () => {
    assert.deepEqual(
      [0, 0.2, 0.5, 0.99, 1].map((share) => percentile(values, share)),
      [1, 1, 3, 5, 5],
    );
  });

  void it("find the middle", () => {
    assert.deepEqual([median(values), median([4, 1, 2, 3])], [3, 2.5]);
  });

  void it("say so where there is nothing", () => {
    assert.deepEqual([percentile([], 0.5), median([])], [Number.NaN, Number.NaN]);
  });
});
