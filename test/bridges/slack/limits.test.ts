import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CallBudget } from "../../../bridges/slack/limits.ts";

const at = (clock: { now: number }) => new CallBudget(() => clock.now);

void describe("the budget of Slack's calls", () => {
  void it("lets a short burst of posts into a channel and then one a second", () => {
    const clock = { now: 0 };
    const budget = at(clock);
    const waits = Array.from({ length: 5 }, () => budget.take("chat.postMessage", "C1", 10_000));
    assert.deepEqual(waits, [0, 0, 0, 1_000, 2_000]);
  });

  void it("counts posts by channel", () => {
    const budget = at({ now: 0 });
    for (let i = 0; i < 3; i++) budget.take("chat.postMessage", "C1", 0);
    assert.ok(budget.take("chat.postMessage", "C1", 0) > 0);
    assert.equal(budget.take("chat.postMessage", "C2", 0), 0);
  });

  void it("does not take a call that would have to wait longer than it may", () => {
    const clock = { now: 0 };
    const budget = at(clock);
    for (let i = 0; i < 3; i++) budget.take("chat.postMessage", "C1", 0);
    for (let i = 0; i < 10; i++) assert.equal(budget.take("chat.postMessage", "C1", 500), 1_000);
    clock.now = 1_000;
    assert.equal(budget.take("chat.postMessage", "C1", 500), 0);
  });

  void it("leaves a refused channel alone for as long as Slack asked, and no other", () => {
    const clock = { now: 0 };
    const budget = at(clock);
    budget.refused("chat.postMessage", "C1", 30_000);
    assert.equal(budget.take("chat.postMessage", "C1", 0), 30_000);
    assert.equal(budget.take("chat.postMessage", "C2", 0), 0);
    assert.equal(budget.take("chat.update", "C1", 0), 0);
    clock.now = 30_000;
    assert.equal(budget.take("chat.postMessage", "C1", 0), 0);
  });

  void it("leaves a refused method alone in all channels where Slack counts it so", () => {
    const budget = at({ now: 0 });
    budget.refused("reactions.add", "C1", 5_000);
    assert.equal(budget.take("reactions.add", "C2", 0), 5_000);
    assert.equal(budget.take("reactions.remove", "C1", 0), 0);
  });
});
