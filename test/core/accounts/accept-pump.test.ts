import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pino } from "pino";
import { AcceptPump } from "../../../core/accounts/accept-pump.ts";
import type { AcceptBatch } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { BindingId, NativeKey } from "../../../core/ids.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import type { Store } from "../../../core/store/store.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "../store/sample.ts";

const folder = temporaryFolder("accept-pump");
let stores = 0;

async function pump(faults: (attempt: number) => GatewayError | null = () => null) {
  const place = { kind: "sqlite" as const, file: join(folder, `${++stores}.sqlite`) };
  const sample = await SampleStore.make(openSqliteStore(place), place);
  const { store } = sample;
  let attempts = 0;
  const failing: Store = {
    dialect: store.dialect,
    slot: store.slot,
    read: (unit) => store.read(unit),
    write: async (name, input) => {
      attempts += 1;
      const fault = faults(attempts);
      if (fault) throw fault;
      return store.write(name, input);
    },
    checkVersion: () => store.checkVersion(),
    close: () => store.close(),
  };
  const accepted: BindingId[] = [];
  const made = new AcceptPump({
    store: failing,
    log: pino({ level: "silent" }),
    account: sample.account.id,
    now: () => 1_000,
    fence: () => null,
    translate: () => Promise.resolve(null),
    accepted: ({ behind }) => accepted.push(...behind),
  });
  const batch = (text: string, mark: string | null = null): AcceptBatch => ({
    room: sample.a.native,
    raws: [{ nativeKey: text as NativeKey, at: 1, raw: text }],
    mark: mark as never,
  });
  const raws = async () =>
    (await store.read(inboxPage({ binding: sample.a.id, limit: 1_000 }))).map(({ raw }) => raw);
  return { sample, made, batch, raws, accepted, attempts: () => attempts };
}

void test("what arrives during a commit shares the next, in order, and the mark is the last one's", async () => {
  const { sample, made, batch, raws, accepted, attempts } = await pump();
  const texts = Array.from({ length: 300 }, (_, i) => `t${i}`);
  await Promise.all(texts.map((text) => made.accept(sample.a.id, batch(text, `mark ${text}`))));
  assert.deepEqual(await raws(), texts);
  assert.ok(attempts() < 10, `${attempts()} commits`);
  assert.ok(accepted.every((binding) => binding === sample.a.id));
  const [row] = await sample.sql(`select inbound_mark as mark from binding where id = ${sample.a.id}`);
  assert.equal(row?.["mark"], "mark t299");
  await sample.store.close();
});

void test("what is handed over in one go is written in one go", async () => {
  const { sample, made, batch, raws, attempts } = await pump();
  const texts = ["one", "two", "three"];
  await Promise.all(texts.map((text) => made.accept(sample.a.id, batch(text))));
  assert.deepEqual(await raws(), texts);
  assert.equal(attempts(), 1);
  await sample.store.close();
});

void test("while the store is full or away it waits, and then everything is written once and in order", async () => {
  let resolved = 0;
  const before: number[] = [];
  const { sample, made, batch, raws } = await pump((attempt) => {
    before.push(resolved);
    if (attempt === 1) return new GatewayError("store_full", "no room");
    return attempt === 2 ? new GatewayError("store_failed", "away") : null;
  });
  const texts = ["one", "two", "three"];
  await Promise.all(texts.map((text) => made.accept(sample.a.id, batch(text)).then(() => (resolved += 1))));
  assert.deepEqual(before, [0, 0, 0], "nothing is acknowledged before it is on disk");
  assert.deepEqual(await raws(), ["one", "two", "three"]);
  await sample.store.close();
});

void test("a lost lane rejects, a closed pump rejects until it is opened again", async () => {
  const { sample, made, batch, raws } = await pump((attempt) =>
    attempt === 1 ? new GatewayError("lane_lost", "taken over") : null,
  );
  await assert.rejects(made.accept(sample.a.id, batch("lost")), { code: "lane_lost" });
  await made.close(new GatewayError("account_down", "let go"));
  await assert.rejects(made.accept(sample.a.id, batch("late")), { code: "account_down" });
  made.open();
  await made.accept(sample.a.id, batch("again"));
  assert.deepEqual(await raws(), ["again"]);
  await sample.store.close();
});

void test("closing ends a wait for a store that stays away", async () => {
  const { sample, made, batch, attempts } = await pump(() => new GatewayError("store_failed", "away"));
  const waiting = made.accept(sample.a.id, batch("one"));
  const rejected = assert.rejects(waiting, { code: "account_down" });
  await eventually("a try", () => attempts() > 0);
  await made.close(new GatewayError("account_down", "let go"));
  await rejected;
  await sample.store.close();
});
