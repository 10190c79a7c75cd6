import assert from "node:assert/strict";
import { it } from "node:test";
import { RepairTimer } from "../../../bridges/slack/repair-timer.ts";

const MINUTE = 60_000;

void it("channels are read again soon, and no sooner than after five minutes where it is said again and again", (test) => {
  const { timers } = test.mock;
  timers.enable({ apis: ["setTimeout", "Date"] });
  let repairs = 0;
  const repair = new RepairTimer(() => (repairs += 1));
  repair.seldom();
  assert.equal(repairs, 1, "at once");
  repair.seldom();
  repair.seldom();
  timers.tick(4 * MINUTE);
  assert.equal(repairs, 1);
  repair.soon();
  repair.soon();
  timers.tick(500);
  assert.equal(repairs, 2, "what is urgent does not wait");
  timers.tick(10 * MINUTE);
  assert.equal(repairs, 2, "which made the other one needless");
  repair.seldom();
  assert.equal(repairs, 3, "that was long ago");
  repair.soon();
  repair.stop();
  timers.tick(5 * MINUTE);
  assert.equal(repairs, 3);
});
