/** Wake-up jobs on a real Redis, which may be emptied or restarted at any moment. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { AccountId, BindingId } from "../../../core/ids.ts";
import { type LaneKey, outLane } from "../../../core/lanes/lane-key.ts";
import { caughtUp, type LaneOutcome } from "../../../core/lanes/lane-run.ts";
import type { LaneRunner } from "../../../core/lanes/lane-runner.ts";
import { BullWakeQueue } from "../../../core/lanes/wake-queue.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import { startRedis } from "../../../deploy/servers/redis.ts";
import { connectRedis } from "../../../core/redis/connection.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedRedis, temporaryFolder } from "../../support/servers.ts";
import { laneSample, runnerOf, silent } from "./lane-sample.ts";

const folder = temporaryFolder("wake-queue");
const startedRedis = sharedRedis();
let databases = 0;
const HELD = 7 as AccountId;

async function redisUrl(): Promise<string> {
  return `${(await startedRedis()).url}/${++databases % 16}`;
}

async function queueOf(runner: LaneRunner, url?: string) {
  const address = { url: url ?? (await redisUrl()) };
  const queue = new BullWakeQueue({
    connect: (use) => connectRedis(address, use, () => undefined),
    runner,
    log: silent,
    connected: new Set([HELD]),
  });
  const raw = connectRedis(address, "worker", () => undefined);
  const close = async (): Promise<void> => {
    await queue.close();
    raw.disconnect();
  };
  return { queue, raw, close, url: address.url };
}

void test("a job carries the lane's key and nothing else, and a thousand wakes are one", async (t) => {
  const { store, a } = await laneSample(folder);
  const { queue, raw, close } = await queueOf(runnerOf(store, () => Promise.resolve(caughtUp)));
  t.after(close);
  const lane = outLane(a.id);
  // The producer fails at once while it is not connected; the sweep has what is lost so.
  await eventually("the job", async () => {
    for (let i = 0; i < 1_000; i++) queue.add(lane, a.account);
    return (await raw.keys("{mimi:*}:lanes:1")).length > 0;
  });
  for (let i = 0; i < 1_000; i++) queue.add(lane, a.account);
  const [key = ""] = await raw.keys("{mimi:*}:lanes:1");
  assert.match(key, /^\{mimi:[0-3]\}:lanes:1$/);
  const job = await raw.hgetall(key);
  assert.deepEqual(JSON.parse(job["data"] ?? ""), { lane });
  const waiting = await raw.llen(key.replace(/1$/, "wait"));
  assert.equal(waiting, 1);
  await store.close();
});

void test("a woken lane runs; a held account's lanes only where it is held; put off, it runs when its time has come", async (t) => {
  const { store, a } = await laneSample(folder);
  const runs: { readonly lane: LaneKey; readonly at: number }[] = [];
  let outcome: LaneOutcome = caughtUp;
  const runner = runnerOf(store, (run) => {
    runs.push({ lane: run.key, at: performance.now() });
    const now = outcome;
    outcome = caughtUp;
    return Promise.resolve(now);
  });
  const { queue, close } = await queueOf(runner);
  t.after(close);
  const lane = outLane(a.id);
  queue.workShared();
  await eventually("the lane to run", () => {
    queue.add(lane, a.account);
    return runs.length > 0;
  });
  const before = runs.length;
  queue.add(lane, HELD);
  queue.workAccount(HELD);
  await eventually("the held account's lane to run", () => {
    queue.add(lane, HELD);
    return runs.length > before;
  });
  await queue.leaveAccount(HELD);
  await eventually("quiet", () => !runner.isRunning(lane));
  const wait = 400;
  outcome = { kind: "put-off", wait, error: "throttled", failure: false };
  const start = runs.length;
  queue.add(lane, a.account);
  await eventually("the run that is put off", () => runs.length > start);
  const at = runs[start]?.at ?? 0;
  for (let i = 0; i < 5; i++) queue.add(lane, a.account);
  await eventually("the run after it", () => runs.length > start + 1);
  assert.ok((runs[start + 1]?.at ?? 0) - at >= wait - 5, "not before its time");
  assert.ok((runs[start + 1]?.at ?? 0) - at < wait + 4_000, "and not only when stalled jobs are looked for");
  queue.addDelayed(lane, a.account, 200);
  await eventually("the delayed run", () => runs.length >= start + 3);
  await close();
  await store.close();
});

void test("closing waits for the runs under way, and a queue whose Redis is away costs nothing and holds nothing up", async () => {
  const { store, a } = await laneSample(folder);
  const gate = Promise.withResolvers<void>();
  let ended = false;
  const runner = runnerOf(store, async () => {
    await gate.promise;
    ended = true;
    return caughtUp;
  });
  const { queue, close } = await queueOf(runner);
  queue.workShared();
  const lane = outLane(a.id);
  await eventually("the run", () => {
    queue.add(lane, a.account);
    return runner.isRunning(lane);
  });
  const closed = close();
  gate.resolve();
  await closed;
  assert.equal(ended, true);
  const nowhere = await queueOf(runner, "redis://127.0.0.1:1");
  for (let i = 1; i < 500; i++) nowhere.queue.add(outLane(i as BindingId), a.account);
  await new Promise((resolve) => setImmediate(resolve));
  await nowhere.close();
  await store.close();
});

for (const connected of [true, false]) {
  void test(`FLUSHALL in a tight loop, ${connected ? "one connection" : "no connection"}: nothing overlaps, is lost or doubled`, async (t) => {
    const url = await redisUrl();
    const raw = connectRedis({ url }, "worker", () => undefined);
    t.after(() => raw.disconnect());
    const platform = new FakePlatform({ connected, window: 1 });
    platform.latency = () => Math.random() * 20;
    const gateway = await startFakeGateway(
      { folder: join(folder, `flush-${connected}`), redis: { kind: "configured", url }, wake: "queue" },
      { fake: platform },
    );
    t.after(() => gateway.stop());
    const pairs = Array.from({ length: 10 }, (_, i) => ({ from: `from-${i}`, to: `to-${i}` }));
    for (const { from, to } of pairs) {
      const rooms = [from, to].map((room) => ({ account: "fake", room }));
      await gateway.operations.link(rooms, null);
      await platform.until("the rooms to be told", () => platform.notices(to).length === 1);
    }
    let flushes = 0;
    const flushing = new AbortController();
    const flush = (async () => {
      while (!flushing.signal.aborted) {
        await raw.flushall();
        flushes += 1;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    const texts = Array.from({ length: 60 }, (_, i) => `m${i}`);
    for (const text of texts) {
      for (const { from } of pairs) platform.say(from, "anna", text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await platform.until(
      "all to arrive",
      () => pairs.every(({ to }) => platform.texts(to).length >= texts.length),
      30_000,
    );
    flushing.abort();
    await flush;
    assert.ok(flushes > 5);
    for (const { to } of pairs) assert.deepEqual(platform.texts(to), texts);
    assert.equal(platform.overlaps, 0);
    assert.equal(platform.beyondWindow, 0);
  });
}

void test("lanes that nobody woke are found by the sweep: Redis away from the beginning", async (t) => {
  const platform = new FakePlatform({ connected: false });
  const gateway = await startFakeGateway(
    {
      folder: join(folder, "away"),
      redis: { kind: "configured", url: "redis://127.0.0.1:1" },
      wake: "queue",
    },
    { fake: platform },
  );
  t.after(() => gateway.stop());
  const rooms = ["a", "b"].map((room) => ({ account: "fake", room }));
  await gateway.operations.link(rooms, null);
  const texts = Array.from({ length: 20 }, (_, i) => `m${i}`);
  for (const text of texts) platform.say("a", "anna", text);
  await platform.until("all to arrive", () => platform.texts("b").length >= texts.length);
  assert.deepEqual(platform.texts("b"), texts);
});

for (const signal of ["SIGKILL", "SIGSTOP"] as const)
  for (const connected of [true, false])
    void test(`${signal} to Redis, ${connected ? "one connection" : "no connection"}: traffic goes on, and the gateway ends in order`, async () => {
      const own = temporaryFolder("redis");
      const redis = await startRedis({ folder: own });
      try {
        const platform = new FakePlatform({ connected });
        const gateway = await startFakeGateway(
          { folder: join(own, "gateway"), redis: { kind: "configured", url: redis.url }, wake: "queue" },
          { fake: platform },
        );
        const rooms = ["a", "b"].map((room) => ({ account: "fake", room }));
        await gateway.operations.link(rooms, null);
        const texts = Array.from({ length: 40 }, (_, i) => `m${i}`);
        for (const text of texts.slice(0, 20)) platform.say("a", "anna", text);
        await platform.until("the first to arrive", () => platform.texts("b").length >= 20);
        await redis.kill(signal);
        for (const text of texts.slice(20)) platform.say("a", "anna", text);
        await platform.until("all to arrive", () => platform.texts("b").length >= texts.length);
        assert.deepEqual(platform.texts("b"), texts);
        const start = performance.now();
        await gateway.stop();
        assert.ok(performance.now() - start < 30_000);
        await assert.doesNotReject(openSqliteStore({ file: join(own, "gateway", "gateway.sqlite") }).close());
      } finally {
        await redis.kill("SIGKILL");
      }
    });
