import assert from "node:assert/strict";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "node:test";
import type { NativeKey } from "../../../core/ids.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import { inboxPage } from "../../../core/store/units/inbox.ts";
import { querySql } from "../../support/harness-sql.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "./sample.ts";
import { openInChild } from "./store-child.ts";

const folder = temporaryFolder("sqlite");
let stores = 0;
const place = () => ({ kind: "sqlite" as const, file: join(folder, `${++stores}.sqlite`) });

void test("a second process is refused with a remedy, and the lock goes with a process that is killed", async () => {
  const where = place();
  const holder = await openInChild(where);
  assert.equal(holder.said, "holds sqlite");
  const refused = await openInChild(where);
  assert.match(refused.said, /^store_locked: .*one gateway at a time.*PostgreSQL/);
  assert.throws(() => openSqliteStore(where), { code: "store_locked" });
  await holder.kill();
  const store = openSqliteStore(where);
  await store.close();
});

void test("the lock is let go by close, and a closed store refuses", async () => {
  const where = place();
  const store = openSqliteStore(where);
  const written = store.write("settle", { name: "k", value: Uint8Array.of(1) });
  await store.close();
  assert.deepEqual(new Uint8Array(await written), Uint8Array.of(1), "what waited was written first");
  await assert.rejects(store.write("settle", { name: "k", value: Uint8Array.of(1) }), {
    code: "store_failed",
  });
  await openSqliteStore(where).close();
});

void test("many writes at once share commits; one that fails takes no other with it", async () => {
  const where = place();
  const store = openSqliteStore(where);
  const sample = await SampleStore.make(store, where);
  const accept = (text: string | null) => {
    const raws = [{ nativeKey: `k ${text}` as NativeKey, at: 1, raw: text as string }];
    const batches = [{ binding: sample.a.id, mark: null, raws }];
    return store.write("accept", { fence: null, account: sample.account.id, at: 1, batches });
  };
  const texts = Array.from({ length: 1_000 }, (_, i) => (i % 100 === 50 ? null : `t${i}`));
  const results = await Promise.allSettled(texts.map((text) => accept(text)));
  for (const [i, { status }] of results.entries())
    assert.equal(status, texts[i] === null ? "rejected" : "fulfilled", `write ${i}`);
  const rows = await store.read(inboxPage({ binding: sample.a.id, limit: 2_000 }));
  assert.deepEqual(
    rows.map(({ raw }) => raw),
    texts.filter((text) => text !== null),
    "in the order in which they were asked for",
  );
  await store.close();
});

void test("a read sees every write that has resolved", async () => {
  const where = place();
  const store = openSqliteStore(where);
  const sample = await SampleStore.make(store, where);
  for (let i = 0; i < 200; i++) {
    await sample.accept(sample.a.id, [`r${i}`]);
    const rows = await store.read(inboxPage({ binding: sample.a.id, limit: 1_000 }));
    assert.equal(rows.length, i + 1);
  }
  await store.close();
});

void test("a full disk is an error with a code, loses nothing that was acknowledged, and passes", async () => {
  const where = place();
  const pages = Number((await firstPages(where))[0]?.["page_count"]);
  const full = openSqliteStore({ file: where.file, maxPages: pages + 20 });
  const sample = await SampleStore.make(full, where);
  const large = "x".repeat(5_000);
  const acknowledged: string[] = [];
  const failures = new Set<unknown>();
  for (let i = 0; i < 60; i++) {
    const text = `${i} ${large}`;
    await sample.accept(sample.a.id, [text]).then(
      () => acknowledged.push(text),
      (error: { code?: unknown }) => failures.add(error.code),
    );
  }
  assert.deepEqual([...failures], ["store_full"]);
  assert.ok(acknowledged.length > 0);
  await full.close();
  const roomy = openSqliteStore(where);
  const rows = await roomy.read(inboxPage({ binding: sample.a.id, limit: 1_000 }));
  assert.deepEqual(
    rows.map(({ raw }) => raw),
    acknowledged,
  );
  const raws = [{ nativeKey: "after" as NativeKey, at: 1, raw: large }];
  const batches = [{ binding: sample.a.id, mark: null, raws }];
  await roomy.write("accept", { fence: null, account: sample.account.id, at: 1, batches });
  const [check] = await querySql(where, "pragma integrity_check");
  assert.equal(check?.["integrity_check"], "ok");
  await roomy.close();
});

async function firstPages(where: ReturnType<typeof place>) {
  await openSqliteStore(where).close();
  return querySql(where, "pragma page_count");
}

void test("commits do not hold the event loop", async () => {
  const where = place();
  const store = openSqliteStore(where);
  const sample = await SampleStore.make(store, where);
  const raw = "x".repeat(20_000);
  const busy = () => {
    const raws = Array.from({ length: 50 }, () => ({ nativeKey: null, at: 1, raw }));
    const batches = [{ binding: sample.a.id, mark: null, raws }];
    return store.write("accept", { fence: null, account: sample.account.id, at: 1, batches });
  };
  await busy();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  // 100 MB in all: what takes the writer's thread most of a second.
  for (let i = 0; i < 100; i++) await busy();
  const took = performance.now() - start;
  delay.disable();
  assert.ok(
    delay.percentile(50) / 1e6 < took / 20,
    `half of the turns wait ${delay.percentile(50) / 1e6} ms`,
  );
  await store.close();
});
