/** Members of groups from before latest values were kept. On SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import pg from "pg";
import type { StoreConfig } from "../../../../core/config/config.ts";
import type { GroupId, PeerId } from "../../../../core/ids.ts";
import { migrations, pendingSql } from "../../../../core/store/migrator.ts";
import { valuesSince } from "../../../../core/store/units/latest-values.ts";
import { storeKinds } from "../stores.ts";

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
const user = (name: string, rev: number) =>
  `insert into "user" (uri, provider, native, name, profile_rev)
         values ('mimi://fake.mimi.test/u/${name}', 1, '${name}', '${name.toUpperCase()}', ${rev})`;
const joined = (group: number, of: number) =>
  `insert into member (grp, user_id, state, since_seq) values (${group}, ${of}, 'joined', 1)`;

for (const kind of storeKinds()) {
  void test(`${kind.name}: guests of an older group learn who is in it`, async () => {
    const place = await kind.place();
    const earlier = migrations.filter(({ version }) => version < 5);
    const old = pendingSql(place.kind, { version: 0, oldestReader: 0 }, earlier);
    await run(place, [
      ...old,
      "insert into provider (domain) values ('fake.mimi.test')",
      user("a", 1),
      user("b", 4),
      joined(1, 1),
      joined(1, 2),
      joined(2, 2),
      ...[1, 2].flatMap((group) => [
        `insert into grp (id, uri, owner_provider, head, rev, accepted_at, state)
           values (${group}, 'mimi://fake.mimi.test/r/${group}', 1, 1, 1, 0, 'open')`,
        `insert into guest (grp, peer, visible_from_seq) values (${group}, 9, 1)`,
      ]),
    ]);
    const store = await kind.open(place);
    const profiles = async (group: number, after: number) => {
      const page = { group: group as GroupId, peer: 9 as PeerId, after, limit: 10 };
      const found = await store.read(valuesSince(page));
      return [found?.n, found?.profiles.map(({ name, rev }) => `${name} ${rev}`)];
    };
    assert.deepEqual(await profiles(1, 0), [2, ["A 1", "B 4"]]);
    assert.deepEqual(await profiles(2, 0), [1, ["B 4"]]);
    assert.deepEqual(await profiles(2, 1), [undefined, undefined]);
    await store.close();
  });
}
