import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountId } from "../../../core/ids.ts";
import { type LaneKey, outLane } from "../../../core/lanes/lane-key.ts";
import { caughtUp, type LaneOutcome } from "../../../core/lanes/lane-run.ts";
import { type WakeQueue, Waker } from "../../../core/lanes/waker.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { laneSample, runnerOf } from "./lane-sample.ts";

const folder = temporaryFolder("waker");

class RecordingQueue implements WakeQueue {
  readonly added: LaneKey[] = [];
  readonly delayed: number[] = [];

  add(lane: LaneKey): void {
    this.added.push(lane);
  }

  addDelayed(_lane: LaneKey, _account: AccountId, wait: number): void {
    this.delayed.push(wait);
  }
}

async function wakers(outcome: () => LaneOutcome = () => caughtUp, slots = 10, lingerMs = 0) {
  const sample = await laneSample(folder);
  let runs = 0;
  const runner = runnerOf(
    sample.store,
    () => {
      runs += 1;
      return Promise.resolve(outcome());
    },
    slots,
    lingerMs,
  );
  const queue = new RecordingQueue();
  const make = (mode: "direct" | "queue", withQueue = true, mayRun = true) =>
    new Waker({ mode, runner, queue: withQueue ? queue : null, mayRun: () => mayRun });
  return {
    sample,
    runner,
    queue,
    make,
    lane: outLane(sample.a.id),
    account: sample.account.id,
    runs: () => runs,
  };
}

void test("direct: runs here where it may, and asks the queue where it may not or is full", async () => {
  const { sample, runner, queue, make, lane, account, runs } = await wakers();
  make("direct").wake(lane, account, "more");
  await eventually("the run", () => runs() === 1);
  assert.deepEqual(queue.added, []);
  make("direct", true, false).wake(lane, account, "more");
  make("direct", true, false).wake(lane, account, "queued");
  assert.deepEqual(queue.added, [lane, lane]);
  const { make: makeFull, queue: fullQueue, lane: other, sample: more } = await wakers(undefined, 0);
  makeFull("direct").wake(other, account, "more");
  assert.deepEqual(fullQueue.added, [other]);
  make("direct", false, false).wake(lane, account, "more");
  await runner.close();
  assert.equal(runs(), 1, "neither here nor in a queue: the sweep has it");
  await sample.store.close();
  await more.store.close();
});

void test("queue: everything is a job, except what is out of turn, and where there is no queue", async () => {
  const { sample, runner, queue, make, lane, account, runs } = await wakers();
  make("queue").wake(lane, account, "more");
  assert.deepEqual(queue.added, [lane]);
  make("queue").wake(lane, account, "queued");
  await eventually("the run out of turn", () => runs() === 1);
  await eventually("its end", () => !runner.isRunning(lane));
  make("queue", false).wake(lane, account, "more");
  await eventually("the run without a queue", () => runs() === 2);
  assert.deepEqual(queue.added, [lane]);
  await runner.close();
  await sample.store.close();
});

void test("a lane that is put off comes back when its time has come, by the queue or by itself", async () => {
  let outcomes: LaneOutcome[] = [];
  const { sample, runner, queue, make, lane, account, runs } = await wakers(
    () => outcomes.shift() ?? caughtUp,
  );
  const putOff: LaneOutcome = { kind: "put-off", wait: 150, error: "throttled", failure: false };
  outcomes = [putOff];
  make("direct").runHere(lane, account, "more");
  await eventually("the delayed job", () => queue.delayed.length === 1);
  assert.deepEqual(queue.delayed, [150]);
  await sample.store.write("pullLaneForward", lane);
  outcomes = [putOff];
  const start = performance.now();
  make("direct", false).runHere(lane, account, "more");
  await eventually("the second run by itself", () => runs() === 3);
  assert.ok(performance.now() - start >= 145);
  await runner.close();
  await sample.store.close();
});

void test("a lane that was woken often while it was kept comes back once where it is put off", async () => {
  const outcomes: LaneOutcome[] = [caughtUp];
  const { sample, runner, queue, make, lane, account, runs } = await wakers(
    () => outcomes.shift() ?? { kind: "put-off", wait: 60_000, error: "throttled", failure: false },
    10,
    60_000,
  );
  const waker = make("direct");
  waker.wake(lane, account, "more");
  await eventually("the lane to be kept", () => runs() === 1);
  for (let i = 0; i < 1_000; i++) waker.wake(lane, account, "more");
  await eventually("it to be put off", () => queue.delayed.length > 0 && !runner.isRunning(lane));
  assert.deepEqual(queue.delayed, [60_000]);
  await runner.close();
  await sample.store.close();
});
