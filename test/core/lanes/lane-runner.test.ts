import assert from "node:assert/strict";
import { test } from "node:test";
import type { BindingId } from "../../../core/ids.ts";
import { inLane, type LaneKey, outLane } from "../../../core/lanes/lane-key.ts";
import { caughtUp, type LaneOutcome, type LaneRun, left } from "../../../core/lanes/lane-run.ts";
import { LaneRunner } from "../../../core/lanes/lane-runner.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import type { Store } from "../../../core/store/store.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import { readLane } from "../../../core/store/units/lanes.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import type { SampleStore } from "../store/sample.ts";
import { laneSample, runnerOf, silent } from "./lane-sample.ts";

const folder = temporaryFolder("lane-runner");

/** Takes the inbox of room a to its end, and says what it took. */
function consumer(sample: SampleStore, taken: string[]) {
  let running = 0;
  return async (run: LaneRun): Promise<LaneOutcome> => {
    assert.equal(++running, 1, "one run at a time");
    try {
      for (;;) {
        run.takeMore();
        const rows = await sample.store.read(inboxPage({ binding: sample.a.id, limit: 3 }));
        if (rows.length === 0) return caughtUp;
        await sample.append(
          run.held.fence,
          sample.a,
          rows.map(({ n }) => sample.row(n, [])),
        );
        taken.push(...rows.map(({ raw }) => raw));
      }
    } finally {
      running -= 1;
    }
  };
}

/** The same store, with a pause before every answer in which a test can do something. */
function interrupted(store: Store, between: () => Promise<void>): Store {
  return {
    dialect: store.dialect,
    slot: store.slot,
    read: async (unit) => {
      const answer = await store.read(unit);
      await between();
      return answer;
    },
    write: async (name, input) => {
      const answer = await store.write(name, input);
      await between();
      return answer;
    },
    checkVersion: () => store.checkVersion(),
    close: () => store.close(),
  };
}

void test("whatever is accepted and woken for in the middle of any await of a run is taken by it or the next", async () => {
  const sample = await laneSample(folder);
  const { store, a } = sample;
  const lane = inLane(a.id);
  const taken: string[] = [];
  const run = consumer(sample, taken);
  // The nth wait of the first run is where the second message comes.
  for (let place = 0; place < 12; place++) {
    taken.length = 0;
    let waits = 0;
    const between = async (): Promise<void> => {
      if (waits++ !== place) return;
      await sample.accept(a.id, [`late ${place}`]);
      void runner.run(lane);
    };
    const runner = runnerOf(interrupted(store, between), run);
    await sample.accept(a.id, [`first ${place}`]);
    await runner.run(lane);
    if (waits <= place) {
      await runner.close();
      break;
    }
    await eventually(`the message that came in wait ${place}`, () => taken.includes(`late ${place}`));
    assert.deepEqual(taken, [`first ${place}`, `late ${place}`]);
    await runner.close();
  }
  await store.close();
});

void test("a hundred wakes of a lane while it runs are one run, and it is let go only when caught up", async () => {
  const sample = await laneSample(folder);
  const { store, a } = sample;
  const taken: string[] = [];
  let runs = 0;
  const run = consumer(sample, taken);
  const runner = runnerOf(store, (one) => {
    runs += 1;
    return run(one);
  });
  const lane = inLane(a.id);
  const texts = Array.from({ length: 100 }, (_, i) => `t${i}`);
  await Promise.all(
    texts.map(async (text) => {
      await sample.accept(a.id, [text]);
      await runner.run(lane);
    }),
  );
  await eventually("all to be taken", () => taken.length === texts.length);
  assert.deepEqual(taken.toSorted(), texts.toSorted());
  assert.ok(runs < 50, `${runs} runs`);
  await eventually(
    "the lane to be free",
    async () => (await sample.count("lane where holder is not null")) === 0,
  );
  await store.close();
});

void test("a lane that is put off stands so in the store, counts its failures, and runs when it is pulled forward", async () => {
  const { store, a } = await laneSample(folder);
  const lane = outLane(a.id);
  const outcomes: LaneOutcome[] = [
    { kind: "put-off", wait: 60_000, error: "throttled", failure: false },
    { kind: "put-off", wait: 0, error: "failed", failure: true },
    caughtUp,
  ];
  const runner = runnerOf(store, () => Promise.resolve(outcomes.shift() ?? left));
  const first = await runner.run(lane);
  assert.ok(first.kind === "put-off" && first.wait === 60_000);
  const state = await store.read(readLane(lane));
  assert.equal(state.failures, 0, "a throttle is no failure");
  assert.ok(state.wait > 30_000);
  assert.deepEqual(await runner.run(lane), left, "not before its time");
  assert.equal(outcomes.length, 2);
  await store.write("pullLaneForward", lane);
  const second = await runner.run(lane);
  assert.ok(second.kind === "put-off" && second.wait === 250);
  assert.equal((await store.read(readLane(lane))).failures, 1);
  await eventually("the time to be over", async () => (await runner.run(lane)).kind === "caught-up");
  assert.deepEqual((await store.read(readLane(lane))).failures, 0, "a run that ends well clears them");
  await store.close();
});

for (const when of ["just before", "just after"] as const)
  void test(`pulled forward ${when} it is put off, the lane runs again`, async () => {
    const { store, a } = await laneSample(folder);
    const lane = outLane(a.id);
    let runs = 0;
    let pulled = false;
    const watching: Store = {
      ...interrupted(store, () => Promise.resolve()),
      write: async (name, input) => {
        const pulls = name === "putOffLane" && !pulled;
        pulled ||= pulls;
        const pull = async (): Promise<void> => {
          await store.write("pullLaneForward", lane);
          void runner.run(lane, "queued");
        };
        if (pulls && when === "just before") await pull();
        const answer = await store.write(name, input);
        if (pulls && when === "just after") await pull();
        return answer;
      },
    };
    const runner: LaneRunner = runnerOf(watching, () => {
      runs += 1;
      return Promise.resolve(
        runs === 1 ? { kind: "put-off", wait: 60_000, error: "not entered", failure: false } : caughtUp,
      );
    });
    await runner.run(lane);
    await eventually("the second run", () => runs === 2);
    await store.close();
  });

void test("stop asks runs to end and waits for them; a closed runner starts none", async () => {
  const sample = await laneSample(folder);
  const { store, a, b } = sample;
  const ended: LaneKey[] = [];
  const runner = runnerOf(store, async (run) => {
    while (!run.stopping) await run.changed();
    ended.push(run.key);
    return left;
  });
  const lanes = [outLane(a.id), outLane(b.id)];
  const runs = lanes.map((lane) => runner.run(lane));
  await eventually(
    "both to be claimed",
    async () => (await sample.count("lane where holder is not null")) === 2,
  );
  await runner.stop((lane) => lane === lanes[0]);
  assert.deepEqual(ended, [lanes[0]]);
  assert.ok(runner.isRunning(outLane(b.id)));
  await runner.close();
  assert.deepEqual(await Promise.all(runs), [left, left]);
  assert.deepEqual(await runner.run(outLane(a.id)), left);
  assert.equal(ended.length, 2);
  assert.ok(await HeldLane.claim(store, outLane(a.id), 1), "its lease was let go");
  await store.close();
});

void test("full is full, a lane that fails is let go, and one that nobody may run is left", async () => {
  const { store, a, b } = await laneSample(folder);
  const gate = Promise.withResolvers<void>();
  const runner = runnerOf(
    store,
    async () => {
      await gate.promise;
      throw new Error("a fault of the gateway");
    },
    2,
  );
  const runs = [outLane(a.id), outLane(b.id)].map((lane) => runner.run(lane));
  assert.equal(runner.full, true);
  gate.resolve();
  assert.deepEqual(await Promise.all(runs), [left, left]);
  assert.equal(runner.full, false);
  assert.ok(await HeldLane.claim(store, outLane(a.id), 1));
  const nobody = new LaneRunner({ store, log: silent, slots: 1, find: () => Promise.resolve(null) });
  assert.deepEqual(await nobody.run(outLane(99 as BindingId)), left);
  await store.close();
});

void test("a lane that is kept takes what comes next without a claim, in no slot, and is let go at the end of its time", async () => {
  const sample = await laneSample(folder);
  const { store, a, b } = sample;
  const taken: string[] = [];
  const runner = runnerOf(store, consumer(sample, taken), 1, 3_000);
  const lane = inLane(a.id);
  await sample.accept(a.id, ["first"]);
  const ended = runner.run(lane);
  await eventually("the first", () => taken.length === 1);
  await eventually("a free slot", () => !runner.full);
  await sample.accept(a.id, ["second"]);
  void runner.run(lane);
  await eventually("the second", () => taken.length === 2);
  assert.equal(await sample.count("lane where kind = 'in' and epoch = 1"), 1, "it was claimed once");
  assert.deepEqual(await ended, caughtUp);
  assert.equal(await sample.count("lane where holder is not null"), 0);
  assert.ok(await HeldLane.claim(store, inLane(b.id), 1));
  await store.close();
});

void test("a lane that is kept is let go at once when its process stops", async () => {
  const sample = await laneSample(folder);
  const { store, a } = sample;
  const taken: string[] = [];
  const runner = runnerOf(store, consumer(sample, taken), 10, 60_000);
  await sample.accept(a.id, ["first"]);
  const ended = runner.run(inLane(a.id));
  await eventually("the first", () => taken.length === 1);
  await runner.close();
  assert.deepEqual(await ended, left);
  assert.equal(await sample.count("lane where holder is not null"), 0);
  await store.close();
});

void test("a lane that was pulled forward while it was kept is tried once more, and put off by what holds then", async () => {
  const { store, a } = await laneSample(folder);
  const lane = outLane(a.id);
  let runs = 0;
  const runner = runnerOf(
    store,
    () => {
      runs += 1;
      const putOff = { kind: "put-off", wait: 60_000, error: "throttled", failure: false } as const;
      return Promise.resolve(runs === 1 ? caughtUp : putOff);
    },
    10,
    60_000,
  );
  const ended = runner.run(lane);
  await eventually("the lane to be kept", () => runs === 1);
  await store.write("pullLaneForward", lane);
  void runner.run(lane, "queued");
  const { kind } = await ended;
  assert.equal(kind, "put-off");
  assert.equal(runs, 3);
  assert.ok((await store.read(readLane(lane))).wait > 30_000, "it stands so in the store");
  await runner.close();
  await store.close();
});
