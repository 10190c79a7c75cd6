/** How one answer is divided among groups, and groups among processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCursor } from "../../../../core/federation/wire/cursor.ts";
import { inShard } from "../../../../core/federation/wire/shard.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { own, readStages, type Synced, texts } from "../read-stage.ts";

const start = readStages();

void test("fifty groups with a backlog share an answer evenly", async (t) => {
  const stage = await start(t);
  const rooms = await stage.moreGroups(50);
  for (const [at, room] of rooms.entries())
    await stage.say(room, ...Array.from({ length: at < 10 ? 2 : 30 }, (_, n) => `${at} ${n}`));
  const subscriptions = rooms.map(({ groupUri: group }) => ({ group }));
  const { groups } = await stage.sync({ subscriptions });
  assert.equal(groups.length, 50);
  const counts = new Map(groups.map(({ group, events }) => [group, events.length]));
  const of = (from: number, to: number) =>
    rooms.slice(from, to).map(({ groupUri: uri }) => counts.get(uri) ?? 0);
  // A joining and what was said: 3 of each of the first ten, and the rest divided among forty.
  assert.deepEqual(new Set(of(0, 10)), new Set([3]));
  const large = of(10, 50);
  assert.equal(
    large.reduce((sum, count) => sum + count),
    470,
  );
  assert.ok(Math.max(...large) - Math.min(...large) <= 1, String(large));
  for (const { events, more } of groups) {
    assert.equal(more, events.length > 3);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, at) => at + 1),
    );
  }
});

void test("where not every group can have an event, chance decides, and all are read in the end", async (t) => {
  const stage = await start(t);
  const rooms = await stage.moreGroups(12);
  for (const room of rooms) await stage.say(room, `hello ${room.native}`);
  const places = new Map(rooms.map(({ groupUri: uri }) => [uri as string, ""]));
  const given = new Set<string>();
  let seen = 0;
  for (let turn = 0; seen < 24; turn++) {
    const subscriptions = [...places].map(([group, after]) => ({ group, ...(after !== "" && { after }) }));
    const { groups } = await stage.sync({ subscriptions, limit: 5 });
    if (turn === 0) for (const { group } of groups) given.add(group);
    assert.ok(groups.length <= 5 && groups.length > 0);
    for (const { group, cursor, events } of groups) {
      seen += events.length;
      places.set(group, cursor);
    }
  }
  assert.equal(given.size, 5);
});

void test("octets are shared too, and a large event does not keep the others out", async (t) => {
  const stage = await start(t);
  const rooms = await stage.moreGroups(4);
  for (const [at, room] of rooms.entries()) {
    const size = at === 0 ? 60_000 : 1_000;
    await stage.say(room, `${at}${"x".repeat(size)}`, `${at}${"y".repeat(size)}`);
  }
  const subscriptions = rooms.map(({ groupUri: group }) => ({
    group,
    after: makeCursor({ uri: group, rev: 1, seq: 1 }),
  }));
  const { groups } = await stage.sync({ subscriptions, max_bytes: 65_536 });
  assert.equal(groups.length, 4);
  const counts = new Map(groups.map(({ group, events }) => [group, events.length]));
  assert.equal(counts.get(rooms[0]?.groupUri ?? ""), 1);
  const octets = groups.flatMap(({ events }) => texts(events)).reduce((sum, { length }) => sum + length, 0);
  assert.ok(octets <= 65_536, String(octets));
});

void test("a request is for one shard of its groups, and shards are disjoint and whole", async (t) => {
  const stage = await start(t);
  const rooms = await stage.moreGroups(16);
  const foreign = groupUri(own, "nowhere");
  const subscriptions = [...rooms.map(({ groupUri: uri }) => uri), foreign].map((group) => ({ group }));
  for (const room of rooms) await stage.say(room, `hello ${room.native}`);
  const parts: Synced[] = [];
  for (let k = 0; k < 3; k++) parts.push(await stage.sync({ subscriptions, shard: { k, n: 3 } }));
  const given = parts.flatMap(({ groups }) => groups.map(({ group }) => group));
  assert.equal(given.length, 16);
  assert.equal(new Set(given).size, 16);
  const faulted = parts.map(({ problems }) => problems.length);
  assert.deepEqual(
    faulted,
    [0, 1, 2].map((k) => (inShard(foreign, { k, n: 3 }) ? 1 : 0)),
  );
  assert.deepEqual(
    parts.flatMap(({ problems }) => problems),
    [{ group: foreign, code: "not_found" }],
  );
});

void test("a shard is what the first four octets of the SHA-256 of the URI leave", () => {
  // printf %s mimi://a.example/r/tea | sha256sum | cut -c 1-8
  const first = 0x65a5_0319;
  const uri = groupUri(own, "tea");
  for (const n of [1, 3, 7, 1_024])
    for (let k = 0; k < n; k++) assert.equal(inShard(uri, { k, n }), first % n === k);
});
