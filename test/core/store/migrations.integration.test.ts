/** A store of an older version is brought forward with what is in it. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import pg from "pg";
import type { StoreConfig } from "../../../core/config/config.ts";
import { migrations, pendingSql } from "../../../core/store/migrator.ts";
import { lanesBehind } from "../../../core/store/units/lanes.ts";
import { linkRooms, register } from "./sample.ts";
import { storeKinds } from "./stores.ts";
import { querySql } from "../../support/harness-sql.ts";

/** Runs statements one after the other, in a store that nobody has open. */
async function run(place: StoreConfig, texts: readonly string[]): Promise<void> {
  if (place.kind === "sqlite") {
    const database = new DatabaseSync(place.file);
    for (const text of texts) database.exec(text);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

for (const kind of storeKinds()) {
  void test(`${kind.name}: lanes and accounts of a store without federation go on as they were`, async () => {
    const place = await kind.place();
    const fresh = { version: 0, oldestReader: 0 };
    const old = pendingSql(place.kind, fresh, migrations.slice(0, 2));
    const rows = [
      "insert into provider (domain) values ('fake.mimi.test')",
      "insert into account (bridge, native, provider) values ('fake', 'fake', 1)",
      "insert into lane (key, kind, account, binding, epoch, holder, lease_until, not_before, failures, last_error) " +
        "values ('account:1', 'account', 1, null, 7, null, 0, 5, 2, 'away')",
    ];
    await run(place, [...old, ...rows]);
    const store = await kind.open(place);
    const account = await register(store);
    assert.equal(Number(account.id), 1);
    const [lane] = await querySql(place, "select * from lane");
    assert.deepEqual(
      [
        lane?.["key"],
        Number(lane?.["epoch"]),
        Number(lane?.["failures"]),
        lane?.["last_error"],
        lane?.["peer"],
      ],
      ["account:1", 7, 2, "away", null],
    );
    await linkRooms(store, account, ["a"]);
    assert.equal((await store.read(lanesBehind())).length, 1, "the line that says so waits to be delivered");
    const claim = await store.write("claimLane", { lane: account.lane, holder: "test", ttl: 1_000 });
    assert.deepEqual(claim, { claimed: true, epoch: 8, failures: 2 });
    await store.close();
  });
}
