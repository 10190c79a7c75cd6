/** Two processes on one PostgreSQL share the work; one of them is killed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { StoreConfig } from "../../../core/config/config.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { endChildrenAfter, GatewayChild } from "../../support/harness-child.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedPostgres, sharedRedis, temporaryFolder } from "../../support/servers.ts";
import { querySql } from "../../support/harness-sql.ts";

/** A third of it is for a commit and the call behind it, which no slow disk may exceed. */
const LEASE_MS = 4_000;
const MESSAGES = 400;
const PAIRS = 4;
const folder = temporaryFolder("two-processes");
const startedPostgres = sharedPostgres();
const startedRedis = sharedRedis();
endChildrenAfter();

async function holders(store: StoreConfig, kind: "account" | "out"): Promise<ReadonlySet<unknown>> {
  const rows = await querySql(
    store,
    `select holder from lane where kind = '${kind}' and holder is not null
     and lease_until > extract(epoch from clock_timestamp()) * 1000`,
  );
  return new Set(rows.map(({ holder }) => holder));
}

for (const { connected, wake } of [
  { connected: true, wake: "direct" },
  { connected: true, wake: "queue" },
  { connected: false, wake: "direct" },
  { connected: false, wake: "queue" },
] as const) {
  const kind = connected ? "the holder of the connection" : "one of two equals";
  void test(`${kind} is killed, wake: ${wake}`, async () => {
    const name = `two_${connected ? "held" : "free"}_${wake}`;
    const store = {
      kind: "postgres",
      url: await (await startedPostgres()).createDatabase(name),
    } as const;
    const redis = { kind: "configured", url: (await startedRedis()).url } as const;
    const platform = new FakePlatform({ connected, window: 3 });
    platform.latency = () => Math.random() * 10;
    const options = (slot: string) => ({
      folder: join(folder, name, slot),
      store,
      redis,
      wake,
      slot,
      limits: { leaseMs: LEASE_MS },
    });
    const first = await startFakeGateway(options("zero"), { fake: platform });
    const pairs = Array.from({ length: PAIRS }, (_, i) => ({ from: `from-${i}`, to: `to-${i}` }));
    for (const { from, to } of pairs) {
      const rooms = [from, to].map((room) => ({ account: "fake", room }));
      await first.operations.link(rooms, null);
      await platform.until("the rooms to be told", () => platform.notices(to).length === 1);
    }
    await first.stop();

    const children = new Map(
      ["one", "two"].map((slot) => [
        slot,
        new GatewayChild({ options: options(slot), platforms: { fake: platform } }),
      ]),
    );
    await Promise.all([...children.values()].map(({ started }) => started));
    await platform.until(
      "the rooms to be entered",
      () => pairs.every(({ from }) => platform.insiders(from) > 0),
      60_000,
    );
    const arrived = () => pairs.reduce((sum, { to }) => sum + platform.texts(to).length, 0);
    const texts = Array.from({ length: MESSAGES / PAIRS }, (_, i) => `m${i}`);
    const half = texts.length / 2;
    for (const text of texts.slice(0, half)) for (const { from } of pairs) platform.say(from, "anna", text);
    await platform.until("a part to arrive", () => arrived() > MESSAGES / 8, 60_000);

    const holder = connected
      ? await eventually(
          "somebody to hold the account",
          async () => [...(await holders(store, "account"))][0],
        )
      : "one";
    const before = arrived();
    await children.get(String(holder))?.kill();
    for (const text of texts.slice(half)) for (const { from } of pairs) platform.say(from, "anna", text);
    await platform.until("the other one to go on", () => arrived() > before, LEASE_MS + 20_000);
    await platform.until("all to arrive", () => arrived() >= MESSAGES, 60_000);
    for (const { from, to } of pairs) {
      assert.deepEqual(platform.texts(to), texts);
      assert.deepEqual(platform.texts(from), texts);
    }
    if (connected) assert.equal(platform.overlaps, 0);
    assert.equal(platform.beyondWindow, 0);
    const left = async () => {
      const [row] = await querySql(
        store,
        "select (select count(*) from delivery) + (select count(*) from inbox) + (select count(*) from set_aside) as n",
      );
      return Number(row?.["n"]);
    };
    await eventually("all of it to be settled", async () => (await left()) === 0);
    const other = [...children.keys()].find((slot) => slot !== holder) ?? "";
    await children.get(other)?.stop();
    await eventually("the leases to be let go", async () => (await holders(store, "account")).size === 0);
    assert.equal(await left(), 0);
  });
}
