/**
 * SIGKILL at every named step of a message's way, and at every position of the window: what was said arrives once and
 * in order all the same. One gateway links the rooms, one dies, and a third has to put it right.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { StoreConfig } from "../../../core/config/config.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { endChildrenAfter, GatewayChild, type KillAt } from "../../support/harness-child.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { querySql } from "../../support/harness-sql.ts";
import { sharedPostgres, temporaryFolder } from "../../support/servers.ts";

const WINDOW = 4;
const folder = temporaryFolder("crash");
const startedPostgres = sharedPostgres();
endChildrenAfter();

/** Each list is a chain: the process that comes to put the first crash right dies as well. */
type Chain = readonly KillAt[];

const ways: readonly Chain[] = [
  [["catchup.page", 1]],
  [["catchup.page", 2]],
  [["accept.begin", 2]],
  [["accept.written", 2]],
  [["accept.done", 2]],
  [["append.begin", 1]],
  [["append.written", 1]],
  [["append.done", 2]],
  [["intend.begin", 1]],
  [["intend.written", 1]],
  [["intend.done", 1]],
  [["settle.begin", 3]],
  [
    ["intend.done", 1],
    ["perform.sent", 1],
    ["perform.reflected", 1],
  ],
];

/**
 * After a message that shows that all is up, the first window fills, and its receipts come together: so the second one
 * leaves in one commit.
 */
const second = Array.from({ length: WINDOW }, (_, i) => 1 + WINDOW + 1 + i);
const windows: readonly Chain[] = [
  ...second.map((position): Chain => [["perform.sent", position]]),
  ...second.map((position): Chain => [["perform.reflected", position]]),
  [
    ["perform.sent", WINDOW + 4],
    ["probe.begin", 2],
  ],
];

const texts = Array.from({ length: 24 }, (_, i) => `m${String(i + 1).padStart(2, "0")}`);

/** Two linked rooms on a platform and a store, and no gateway. */
async function linked(connected: boolean, store: StoreConfig) {
  const platform = new FakePlatform({ window: WINDOW, connected });
  // A slot by name, so that the next process knows the dead one's leases.
  const options = { folder: join(folder, randomUUID().slice(0, 8)), store, slot: "one" };
  const gateway = await startFakeGateway(options, { fake: platform });
  const rooms = ["a", "b"].map((room) => ({ account: "fake", room }));
  await gateway.operations.link(rooms, null);
  await platform.until("the rooms to be told", () => platform.notices("b").length === 1);
  await gateway.stop();
  return { platform, options };
}

type Linked = Awaited<ReturnType<typeof linked>>;

async function dies(
  { platform, options }: Linked,
  killAt: KillAt,
  meanwhile: Promise<unknown>,
): Promise<void> {
  const child = new GatewayChild({ options, platforms: { fake: platform }, killAt });
  const [signal] = await Promise.all([child.ended, meanwhile]);
  assert.equal(signal, "SIGKILL", `${killAt.join(" ")} was never passed`);
}

/** The next gateway puts it right. */
async function recovers({ platform, options }: Linked, expected: readonly string[]): Promise<void> {
  const gateway = await startFakeGateway(options, { fake: platform });
  try {
    await platform.until("all to arrive", () => platform.texts("b").length >= expected.length);
    await eventually("the rooms to be caught up", async () =>
      (await gateway.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
    );
    assert.deepEqual(platform.texts("b"), expected);
    assert.deepEqual(platform.texts("a"), expected);
    assert.equal((await gateway.operations.status()).setAside, 0);
  } finally {
    await gateway.stop();
  }
}

/** Half of what is said is read from the archive (or pushed again), the other half is heard. */
async function survives(chain: Chain, connected: boolean, store: StoreConfig): Promise<void> {
  const pair = await linked(connected, store);
  const { platform } = pair;
  for (const text of texts.slice(0, 12)) platform.say("a", "anna", text);
  for (const killAt of chain) {
    const heard = platform
      .until("the room to be entered", () => platform.insiders("a") > 0, 60_000)
      .then(() => {
        if (killAt === chain.at(-1)) for (const text of texts.slice(12)) platform.say("a", "anna", text);
      });
    await dies(pair, killAt, heard);
  }
  await recovers(pair, texts);
}

async function survivesInWindow(chain: Chain, store: StoreConfig): Promise<void> {
  const pair = await linked(true, store);
  const { platform } = pair;
  const gate = Promise.withResolvers<void>();
  const isFirst = (text: string) => texts.slice(0, WINDOW).includes(text);
  platform.onCall = ({ text }) => (isFirst(text) ? { kind: "late", until: gate.promise } : null);
  const fill = async () => {
    await platform.until("the rooms to be entered", () => platform.insiders("a") > 0, 60_000);
    platform.say("a", "anna", "up");
    await platform.until("the way to be open", () => platform.texts("b").includes("up"));
    for (const text of texts) platform.say("a", "anna", text);
    await eventually("all to be in the log and the window to be full", async () => {
      const logged = await querySql(store, "select id from event where kind = 'message'");
      return (
        logged.length > texts.length && platform.calls.filter(({ text }) => isFirst(text)).length === WINDOW
      );
    });
    gate.resolve();
  };
  const [first, ...more] = chain;
  if (first) await dies(pair, first, fill());
  for (const killAt of more) await dies(pair, killAt, Promise.resolve());
  await recovers(pair, ["up", ...texts]);
}

const sqlite = (): StoreConfig => ({ kind: "sqlite", file: join(folder, `${randomUUID()}.sqlite`) });
const label = (chain: Chain) => chain.map(([step, times]) => `${step} number ${times}`).join(", then at ");

void describe("SIGKILL, SQLite, a connection", () => {
  for (const chain of ways) void test(`at ${label(chain)}`, () => survives(chain, true, sqlite()));
  for (const chain of windows)
    void test(`in a full window, at ${label(chain)}`, () => survivesInWindow(chain, sqlite()));
});

void describe("SIGKILL, SQLite, no connection", () => {
  const some: readonly Chain[] = [[["append.written", 1]], [["perform.sent", 2]], [["perform.reflected", 3]]];
  for (const chain of some) void test(`at ${label(chain)}`, () => survives(chain, false, sqlite()));
});

void describe("SIGKILL, PostgreSQL, a connection", () => {
  const some: readonly Chain[] = [
    [["accept.written", 2]],
    [["append.written", 1]],
    [["intend.written", 1]],
    [["perform.reflected", 2]],
  ];
  let databases = 0;
  for (const chain of some)
    void test(`at ${label(chain)}`, async () => {
      const url = await (await startedPostgres()).createDatabase(`crash_${++databases}`);
      await survives(chain, true, { kind: "postgres", url });
    });
});
