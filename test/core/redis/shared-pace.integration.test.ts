/** Buckets that several processes share, on a real Redis, with it emptied and gone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CallBudget } from "../../../bridges/slack/limits.ts";
import type { Bucket } from "../../../core/pace.ts";
import { connectRedis } from "../../../core/redis/connection.ts";
import { startPrivateRedis } from "../../../core/redis/private-redis.ts";
import { SharedPace } from "../../../core/redis/shared-pace.ts";
import { silent } from "../lanes/lane-sample.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("shared-pace");
const ending: (() => unknown)[] = [];
after(async () => {
  for (const end of ending.toReversed()) await end();
});

let redises = 0;

/** A Redis of its own, and connections to it as two processes would have them. */
async function started() {
  const redis = await startPrivateRedis({ folder: join(folder, String(++redises)), log: silent });
  assert.ok(redis, "these tests need redis-server");
  ending.push(() => redis.stop());
  const connect = async () => {
    const connection = connectRedis({ path: redis.path }, "producer", () => undefined);
    ending.push(() => connection.disconnect());
    await new Promise((resolve) => connection.once("ready", resolve));
    return connection;
  };
  return { redis, connections: [await connect(), await connect()] as const };
}

const bucket: Bucket = { name: "calls", aMinute: 60, burst: 3 };

void describe("a pace that processes share", () => {
  void it("keeps two budgets on one Redis at one rate, each account and channel by itself", async () => {
    const { connections } = await started();
    const [one, other] = connections.map(
      (connection) => new CallBudget(new SharedPace(connection, "work", silent)),
    );
    assert.ok(one && other);
    const waits: number[] = [];
    const begun = performance.now();
    for (let i = 0; i < 3; i++)
      for (const budget of [one, other]) waits.push(await budget.take("chat.postMessage", "C1", 60_000));
    const [first, second, third, ...later] = waits;
    assert.deepEqual([first, second, third], [0, 0, 0]);
    // By the clock of Redis, whose milliseconds are whole.
    const took = performance.now() - begun + 5;
    for (const [i, wait] of later.entries())
      assert.ok(wait > (i + 1) * 1_053 - took && wait <= (i + 1) * 1_053, `call ${i + 4} waits ${wait} ms`);
    assert.equal(await one.take("chat.postMessage", "C2", 0), 0, "another channel waits for nothing");
    const account = new SharedPace(connections[0], "another", silent);
    assert.equal(await account.take([bucket], 0), 0, "another account waits for nothing");
  });

  void it("tells all processes what the platform has refused, and nobody else", async () => {
    const { connections } = await started();
    const [one, other] = connections.map(
      (connection) => new CallBudget(new SharedPace(connection, "work", silent)),
    );
    assert.ok(one && other);
    await one.refused("chat.postMessage", "C1", 30_000);
    const wait = await other.take("chat.postMessage", "C1", 1_000);
    assert.ok(wait > 20_000 && wait <= 30_000, `it waits ${wait} ms`);
    assert.equal(await other.take("chat.postMessage", "C2", 0), 0);
    assert.equal(await other.take("chat.update", "C1", 0), 0);
  });

  void it("takes a call that may not wait out of no bucket, and forgets what is full again", async () => {
    const { connections } = await started();
    const [redis] = connections;
    const pace = new SharedPace(redis, "work", silent);
    const [small, large]: readonly Bucket[] = [
      { name: "small", aMinute: 6, burst: 1 },
      { name: "calls", aMinute: 6, burst: 3 },
    ];
    assert.ok(small && large);
    assert.equal(await pace.take([small, large], 0), 0);
    for (let i = 0; i < 5; i++) assert.ok((await pace.take([small, large], 0)) > 5_000);
    assert.equal(await pace.take([large], 0), 0);
    assert.equal(await pace.take([large], 0), 0, "what was refused took nothing out");
    const left = await redis.pttl("{mimi:pace-work}calls");
    assert.ok(left > 20_000 && left <= 31_000, `the bucket is kept for ${left} ms`);
  });

  void it("goes on where Redis is emptied, and counts alone where it is gone", async () => {
    const { redis, connections } = await started();
    const [connection] = connections;
    const pace = new SharedPace(connection, "work", silent);
    await pace.block(bucket, 30_000);
    assert.ok((await pace.take([bucket], 0)) > 20_000);
    await connection.flushall();
    assert.equal(await pace.take([bucket], 0), 0, "the platform itself says what is too much");
    await pace.block(bucket, 30_000);
    await redis.stop();
    const begun = performance.now();
    for (let i = 0; i < 20; i++)
      assert.ok((await pace.take([bucket], 0)) > 20_000, "what this process was told counts");
    const free: Bucket = { ...bucket, name: "free", aMinute: 6 };
    for (let i = 0; i < 3; i++) assert.equal(await pace.take([free], 0), 0);
    assert.ok((await pace.take([free], 0)) > 5_000);
    assert.ok(performance.now() - begun < 10_000, "nobody waits for a Redis that is gone");
  });
});
