/**
 * Stores as each earlier version of the gateway has left them (`upgrades/`): brought forward, read, and gone on with. On SQLite
 * and on PostgreSQL.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import pg from "pg";
import type { StoreConfig } from "../../../core/config/config.ts";
import type { GroupId, PeerId } from "../../../core/ids.ts";
import { codeVersion, migrations } from "../../../core/store/migrator.ts";
import type { Store } from "../../../core/store/store.ts";
import { listBlocks } from "../../../core/store/units/blocks.ts";
import { listCodes } from "../../../core/store/units/codes.ts";
import { followedAt } from "../../../core/store/units/following.ts";
import { groupRows } from "../../../core/store/units/group-reports.ts";
import { guestsOf } from "../../../core/store/units/guests.ts";
import { listInvitations } from "../../../core/store/units/invitations.ts";
import { listKnocks } from "../../../core/store/units/knocks.ts";
import { logAfter } from "../../../core/store/units/outbox.ts";
import { peersAll } from "../../../core/store/units/peers.ts";
import { roomPolicies } from "../../../core/store/units/room-policies.ts";
import { listSecrets } from "../../../core/store/units/secrets.ts";
import { setAsideRows } from "../../../core/store/units/set-aside.ts";
import { statusReport } from "../../../core/store/units/status.ts";
import { FakePlatform } from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { querySql, type StoredRow } from "../../support/harness-sql.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { storeKinds } from "./stores.ts";

const WITHIN_MS = 30_000;
const folder = temporaryFolder("upgrades");
const dumps = join(import.meta.dirname, "upgrades");

/** The schemas that versions came out with, before the present one. */
const released = readdirSync(dumps).flatMap((file) => {
  const found = /^schema-(\d+)\.sqlite\.sql$/.exec(file)?.[1];
  return found === undefined ? [] : [Number(found)];
});

/** Statements of a dump, each in lines of its own. */
const dumpOf = (version: number, kind: StoreConfig["kind"]): readonly string[] =>
  readFileSync(join(dumps, `schema-${String(version).padStart(2, "0")}.${kind}.sql`), "utf8")
    .split(";\n")
    .filter((text) => text !== "");

async function load(place: StoreConfig, version: number): Promise<void> {
  const texts = dumpOf(version, place.kind);
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

/** The rows of each table of the dump, by the columns that they had in it, in an order of their own. */
async function rowsOf(place: StoreConfig, tables: ReadonlyMap<string, string>) {
  const found = new Map<string, readonly string[]>();
  for (const [table, columns] of tables) {
    const rows = await querySql(place, `select ${columns} from "${table}"`);
    found.set(table, rows.map(textOf).toSorted());
  }
  return found;
}

/** Whatever the database gives a number as. */
const textOf = (row: StoredRow): string =>
  Object.values(row)
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value)))
    .join(" | ");

/** Every table that the dump has a row in, and the columns that it names. */
function tablesIn(version: number): ReadonlyMap<string, string> {
  const rows = dumpOf(version, "sqlite").flatMap((text) => {
    const found = /^insert into "(\w+)" \(([^)]*)\)/.exec(text);
    return found?.[1] === undefined || found[2] === undefined ? [] : ([[found[1], found[2]]] as const);
  });
  return new Map(rows);
}

/** What was there and what a peer has is all read, in the forms that the present units give it. */
async function readAll(store: Store, version: number): Promise<void> {
  const group = 1 as GroupId;
  const log = await store.read(logAfter({ group, after: 0, limit: 100 }));
  assert.deepEqual(
    log.map(({ seq }) => Number(seq)),
    log.map((_, i) => i + 1),
  );
  assert.equal(log.filter(({ kind }) => kind === "message").length, 3);
  assert.ok(log.every(({ id, content }) => /^[0-9a-f]{64}$/.test(id) && content !== null));
  const { bindings } = await store.read(statusReport());
  assert.deepEqual(
    bindings.map(({ room, state }) => [room, state]),
    [
      ["a", "live"],
      ["b", "live"],
    ],
  );
  assert.equal((await store.read(groupRows())).length, version < 3 ? 1 : 2);
  assert.equal((await store.read(setAsideRows())).length, 1);
  const peers = await store.read(peersAll());
  assert.equal((await store.read(listCodes())).length, peers.length);
  if (version < 3) return assert.deepEqual(peers, []);
  const [peer] = peers;
  assert.equal(peer?.base, "peer.test");
  const [followed] = await store.read(followedAt(1 as PeerId));
  assert.deepEqual([followed?.uri, followed?.unread], ["mimi://chat.peer.test/r/milk", false]);
  assert.equal((await store.read(guestsOf(group)))[0]?.base, "peer.test");
  assert.equal((await store.read(listBlocks())).length, 1);
  assert.equal((await store.read(listInvitations(0))).length, 1);
  assert.equal((await store.read(listKnocks())).length, 1);
  if (version < 9) return;
  assert.equal((await store.read(listSecrets())).length, 1);
  assert.ok(await store.read(roomPolicies()));
}

void test("there is a dump of every schema that a version came out with", () => {
  assert.ok(released.length > 0);
  assert.ok(released.every((version) => version < codeVersion));
  assert.ok(migrations.some(({ version }) => version === released.at(-1)));
});

for (const kind of storeKinds())
  for (const version of released) {
    void test(`${kind.name}: a store of schema ${version} is brought forward, and nothing of it is lost`, async () => {
      const place = await kind.place();
      await load(place, version);
      const tables = tablesIn(version);
      for (const table of ["event", "link", "origin", "delivery", "inbox", "grp", "binding"])
        assert.ok(tables.has(table), `the dump has rows in ${table}`);
      const before = await rowsOf(place, tables);
      const store = await kind.open(place);
      await readAll(store, version);
      await store.close();
      assert.deepEqual(await rowsOf(place, tables), before);
      const [schema] = await querySql(place, "select version from schema_version");
      assert.equal(Number(schema?.["version"]), codeVersion);
    });

    void test(`${kind.name}: a gateway goes on with a store of schema ${version}`, async (t) => {
      const place = await kind.place();
      await load(place, version);
      const platform = new FakePlatform();
      const options = { folder: mkdtempSync(join(folder, "g")), store: place };
      const gateway = await startFakeGateway(options, { fake: platform });
      t.after(() => gateway.stop());
      const shown = (room: string, text: string): Promise<unknown> =>
        eventually(`${text} in ${room}`, () => platform.texts(room).includes(text), WITHIN_MS);
      await shown("b", "under way");
      await shown("b", "waited");
      platform.say("b", "ben", "from now on");
      await shown("a", "from now on");
      const log = await querySql(place, "select seq from event where grp = 1 order by seq");
      assert.deepEqual(
        log.map(({ seq }) => Number(seq)),
        log.map((_, i) => i + 1),
      );
      const [event] = await querySql(
        place,
        "select id from event where kind = 'message' order by seq limit 1",
      );
      const [trace] = await gateway.operations.trace(String(event?.["id"]));
      assert.deepEqual(
        trace?.hops.filter(({ step }) => step === "delivered").map(({ room }) => room),
        ["b"],
        "its link is there",
      );
      const once = (room: string, text: string) => platform.texts(room).filter((one) => one === text).length;
      assert.deepEqual([once("b", "under way"), once("b", "waited"), once("a", "from now on")], [1, 1, 1]);
    });
  }
