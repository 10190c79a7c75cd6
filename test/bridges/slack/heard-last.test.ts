import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeardLast } from "../../../bridges/slack/heard-last.ts";

void describe("when anything was last heard", () => {
  void it("is the length of a gap, as it was before what was missed is read", () => {
    let now = 2_000_000;
    const heard = new HeardLast(() => now);
    heard.note("1900.000000");
    heard.note("1800.000000");
    heard.begin();
    heard.note("1999.000000");
    assert.equal(heard.gap, 100_000);
    now += 1_000;
    assert.equal(heard.gap, 101_000);
    heard.begin();
    assert.equal(heard.gap, 2_000);
  });

  void it("is no gap where Slack's clock is ahead", () => {
    const heard = new HeardLast(() => 1_000);
    heard.note("2.000000");
    heard.begin();
    assert.equal(heard.gap, 0);
  });
});
