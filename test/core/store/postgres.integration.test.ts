/** What only a store of several processes has: slots, races, and a server that restarts in mid-traffic. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { GatewayError } from "../../../core/errors.ts";
import { inLane, outLane } from "../../../core/lanes/lane-key.ts";
import { openPostgresStore } from "../../../core/store/postgres/engine.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import type { Claim } from "../../../core/store/units/lanes.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { sharedPostgres, temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "./sample.ts";
import { openInChild } from "./store-child.ts";

const started = sharedPostgres();
const folder = temporaryFolder("postgres-store");

async function place() {
  const url = await (await started()).createDatabase(`store_${randomUUID().replaceAll("-", "")}`);
  return { kind: "postgres" as const, url };
}

void test("a slot's name is held by one process, and free as soon as it is killed", async () => {
  const where = await place();
  const holder = await openInChild(where, "one");
  assert.equal(holder.said, "holds one");
  await assert.rejects(openPostgresStore({ url: where.url, slot: "one" }), { code: "store_locked" });
  const other = await openPostgresStore({ url: where.url, slot: "two" });
  const numbered = await openPostgresStore({ url: where.url, slot: null });
  assert.match(numbered.slot, /\/1$/);
  await holder.kill();
  const next = await eventually("the dead one's slot", () =>
    openPostgresStore({ url: where.url, slot: "one" }).catch((error: GatewayError) =>
      error.code === "store_locked" ? null : error,
    ),
  );
  assert.equal(next.slot, "one");
  await Promise.all([next.close(), other.close(), numbered.close()]);
});

void test("of two processes that claim a lane at once one gets it, and epochs count up one by one", async () => {
  const where = await place();
  const [one, two] = await Promise.all(
    ["one", "two"].map((slot) => openPostgresStore({ url: where.url, slot })),
  );
  assert.ok(one && two);
  const { a } = await SampleStore.make(one, where);
  const lane = inLane(a.id);
  let last = 0;
  for (let round = 0; round < 30; round++) {
    const claims: readonly Claim[] = await Promise.all(
      [one, two, one, two].map((store) =>
        store.write("claimLane", { lane, holder: store.slot, ttl: 60_000 }),
      ),
    );
    const got = claims.filter((claim) => claim.claimed);
    assert.equal(got.length, 1);
    const epoch = got[0]?.epoch ?? 0;
    assert.equal(epoch, last + 1);
    last = epoch;
    await one.write("releaseLane", { lane, epoch });
  }
  await Promise.all([one.close(), two.close()]);
});

void test("what is accepted while its lane is let go is never left without a holder that sees it", async () => {
  const where = await place();
  const [one, two] = await Promise.all(
    ["one", "two"].map((slot) => openPostgresStore({ url: where.url, slot })),
  );
  assert.ok(one && two);
  const sample = await SampleStore.make(one, where);
  const lane = inLane(sample.a.id);
  for (let round = 0; round < 60; round++) {
    const held = await one.write("claimLane", { lane, holder: one.slot, ttl: 60_000 });
    assert.ok(held.claimed);
    const fence = { lane, epoch: held.epoch };
    const raws = [{ nativeKey: null, at: 1, raw: `r${round}` }];
    const batches = [{ binding: sample.a.id, mark: null, raws }];
    const letGo = one.write("releaseIfCaughtUp", fence);
    // As a wake-up does it: the commit first, then the claim.
    const woken = two
      .write("accept", { fence: null, account: sample.account.id, at: 1, batches })
      .then(() => two.write("claimLane", { lane, holder: two.slot, ttl: 60_000 }));
    const [released, claim] = await Promise.all([letGo, woken]);
    assert.ok(!released || claim.claimed, `round ${round}: let go, and the wake-up was refused`);
    const epoch = claim.claimed ? claim.epoch : fence.epoch;
    const rows = await two.read(inboxPage({ binding: sample.a.id, limit: 10 }));
    await sample.append(
      { lane, epoch },
      sample.a,
      rows.map(({ n }) => sample.row(n, [])),
    );
    await one.write("releaseLane", { lane, epoch });
  }
  await Promise.all([one.close(), two.close()]);
});

void test("a claim waits for a write under the old epoch, and the write is whole or refused", async () => {
  const where = await place();
  const [one, two] = await Promise.all(
    ["one", "two"].map((slot) => openPostgresStore({ url: where.url, slot })),
  );
  assert.ok(one && two);
  const sample = await SampleStore.make(one, where);
  const lane = outLane(sample.b.id);
  for (let round = 0; round < 30; round++) {
    const fence = await sample.claim(lane, "one", 0);
    const intents = [1, 2, 3].map((part) => ({
      seq: 100 + round,
      step: part,
      op: "message",
      key: `k-${round}-${part}` as never,
      argsHash: "",
      mark: null,
    }));
    const progressing: Promise<boolean> = one
      .write("progress", sample.progress(fence, sample.b.id, { intents }))
      .then(
        () => true,
        () => false,
      );
    await two.write("claimLane", { lane, holder: "two", ttl: 0 });
    const progressed = await progressing;
    const written = await sample.count(`delivery where seq = ${100 + round}`);
    assert.equal(written, progressed ? 3 : 0);
  }
  await Promise.all([one.close(), two.close()]);
});

void test("a server that restarts: writes fail with a code meanwhile, and work again", async () => {
  const where = await place();
  const store = await openPostgresStore({ url: where.url, slot: "one" });
  const sample = await SampleStore.make(store, where);
  const postgres = await started();
  const ending = new AbortController();
  const codes = new Set<string>();
  let written = 0;
  const traffic = (async () => {
    for (let i = 0; !ending.signal.aborted; i++)
      await sample.accept(sample.a.id, [`during ${i}`]).then(
        () => (written += 1),
        (error: GatewayError) => codes.add(error.code),
      );
  })();
  await eventually("some to be written", () => written > 20);
  await postgres.restart();
  const before = written;
  await eventually("more to be written", () => written > before + 20);
  ending.abort();
  await traffic;
  assert.deepEqual([...codes], ["store_failed"]);
  await eventually("the slot to be held again", async () =>
    openPostgresStore({ url: where.url, slot: "one" }).then(
      async (other) => {
        await other.close();
        return null;
      },
      (error: GatewayError) => error.code === "store_locked",
    ),
  );
  const rows = await sample.count(`inbox where binding = ${sample.a.id}`);
  assert.ok(rows >= written, "what was acknowledged is there");
  await store.close();
});

void test("a server that restarts under a gateway: nothing is lost, doubled or out of order", async (t) => {
  const where = await place();
  const platform = new FakePlatform({ window: 5, settleMs: 0 });
  platform.latency = () => Math.random() * 5;
  const gateway = await startFakeGateway({ folder, store: where, slot: "one" }, { fake: platform });
  t.after(() => gateway.stop());
  const rooms = ["a", "b"].map((room) => ({ account: "fake", room }));
  await gateway.operations.link(rooms, null);
  await platform.until("the rooms to be told", () => platform.notices("b").length === 1);
  const texts = Array.from({ length: 120 }, (_, i) => `m${i}`);
  for (const text of texts.slice(0, 60)) platform.say("a", "anna", text);
  await platform.until("some to arrive", () => platform.texts("b").length > 10);
  const restarted = (await started()).restart();
  for (const text of texts.slice(60)) platform.say("a", "anna", text);
  await restarted;
  await platform.until("all to arrive", () => platform.texts("b").length >= texts.length, 60_000);
  await eventually("the rooms to be caught up", async () =>
    (await gateway.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
  );
  assert.deepEqual(platform.texts("b"), texts);
});
