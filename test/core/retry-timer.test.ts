import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryTimer } from "../../core/retry-timer.ts";

void test("what does not work is tried again, each time later, and soon again once it has worked", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let tried = 0;
  const timer = new RetryTimer(() => (tried += 1), { first: 100, most: 300 });
  for (const wait of [100, 200, 300, 300]) {
    const before = tried;
    timer.failed();
    t.mock.timers.tick(wait - 1);
    assert.equal(tried, before);
    assert.ok(timer.waits);
    t.mock.timers.tick(1);
    assert.equal(tried, before + 1);
    assert.ok(!timer.waits);
  }
  timer.worked();
  timer.failed();
  t.mock.timers.tick(100);
  assert.equal(tried, 5);
});

void test("it is tried once however often it failed, at a time that is named, and not once it is stopped", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let tried = 0;
  const timer = new RetryTimer(() => (tried += 1), { first: 100, most: 300 });
  timer.failed();
  timer.failed(5_000);
  t.mock.timers.tick(4_999);
  assert.equal(tried, 0);
  t.mock.timers.tick(10_000);
  assert.equal(tried, 1);
  timer.failed();
  timer.stop();
  t.mock.timers.tick(10_000);
  assert.equal(tried, 1);
});
