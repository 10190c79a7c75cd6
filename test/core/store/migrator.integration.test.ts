import assert from "node:assert/strict";
import { test } from "node:test";
import type { Migration } from "../../../core/store/migrations/migration.ts";
import { checkReadable, codeVersion, migrations, pendingSql } from "../../../core/store/migrator.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { querySql } from "../../support/harness-sql.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { openInChild } from "./store-child.ts";
import { storeKinds } from "./stores.ts";

const folder = temporaryFolder("migrator");

for (const kind of storeKinds()) {
  void test(`${kind.name}: a fresh store is made once and found again`, async () => {
    const place = await kind.place();
    await (await kind.open(place)).close();
    const [version] = await querySql(place, "select version, oldest_reader from schema_version");
    assert.equal(Number(version?.["version"]), codeVersion);
    const store = await kind.open(place);
    await store.checkVersion();
    await store.close();
    assert.equal((await querySql(place, "select * from schema_version")).length, 1);
  });

  void test(`${kind.name}: a store that a newer version has made its own is refused, and ends who runs on it`, async (t) => {
    const place = await kind.place();
    const gateway = await startFakeGateway(
      { folder, store: place, limits: { sweepMs: 50 } },
      { fake: new FakePlatform() },
    );
    t.after(() => gateway.stop());
    await querySql(place, `update schema_version set version = ${codeVersion + 1}`);
    const raised = `update schema_version set oldest_reader = ${codeVersion + 1}`;
    await querySql(place, raised);
    assert.equal((await gateway.failed).code, "store_too_new");
    await gateway.stop();
    await assert.rejects(kind.open(place), { code: "store_too_new" });
    await querySql(place, `update schema_version set oldest_reader = ${codeVersion}`);
    const store = await kind.open(place);
    await store.close();
    const [version] = await querySql(place, "select version from schema_version");
    assert.equal(Number(version?.["version"]), codeVersion + 1, "never backward");
  });
}

void test("PostgreSQL: two processes at once make it once", async () => {
  const kind = storeKinds().find(({ name }) => name === "PostgreSQL");
  const place = await kind?.place();
  assert.ok(place);
  const children = await Promise.all([openInChild(place), openInChild(place)]);
  assert.deepEqual(children.map(({ said }) => said.replace(/^holds .*\//, "holds ")).toSorted(), [
    "holds 1",
    "holds 2",
  ]);
  for (const child of children) await child.kill();
});

const step = (version: number, oldestReader: number): Migration => ({
  version,
  oldestReader,
  steps: () => [{ sql: `step ${version}` }],
});

void test("only what is missing is run, and the oldest reader never sinks", () => {
  const list = [step(1, 1), step(2, 1), step(3, 3), step(4, 1)];
  const run = (version: number, oldestReader: number) =>
    pendingSql("sqlite", { version, oldestReader }, list).filter((text) => !text.startsWith("delete"));
  assert.match(run(0, 0)[0] ?? "", /create table "schema_version"/);
  assert.deepEqual(run(0, 0).slice(1, 5), ["step 1", "step 2", "step 3", "step 4"]);
  assert.deepEqual(run(2, 1).slice(0, 2), ["step 3", "step 4"]);
  assert.match(run(2, 1).at(-1) ?? "", /values \(1, 4, 3\)$/);
  assert.deepEqual(run(4, 3), []);
  assert.deepEqual(run(9, 3), []);
  assert.doesNotThrow(() => checkReadable({ version: 9, oldestReader: 4 }, 4));
  assert.throws(() => checkReadable({ version: 9, oldestReader: 5 }, 4), { code: "store_too_new" });
});

void test("no code that names deliveries otherwise works on a store of today", () => {
  assert.ok(migrations.some(({ version, oldestReader }) => version === 17 && oldestReader === 17));
});

void test("the versions of the migrations count up", () => {
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, i) => i + 1),
  );
});
