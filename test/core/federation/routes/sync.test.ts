import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCursor } from "../../../../core/federation/wire/cursor.ts";
import { ProblemError } from "../../../../core/federation/wire/problem.ts";
import type { BindingRow } from "../../../../core/store/units/bindings.ts";
import { groupUri, userUri } from "../../../../mappings/ids.ts";
import { own, readStages, type ReadStage, texts } from "../read-stage.ts";

const start = readStages();

const strange = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ group: groupUri(own, `g${at}`) }));
const row = (on: boolean) => ({ user: userUri(own, "anna"), kind: "typing" as const, on });

async function cursorsOf(stage: ReadStage, rooms: readonly BindingRow[]) {
  const groups = new Map<string, string>();
  for (const { groupUri: uri } of rooms) groups.set(uri, (await stage.page(uri)).cursor);
  return [...groups].map(([group, after]) => ({ group, after }));
}

void test("one request is held for many groups and answered with those that have something", async (t) => {
  const stage = await start(t);
  const rooms = await stage.moreGroups(20);
  const subscriptions = await cursorsOf(stage, rooms);
  const held = stage.sync({ subscriptions, wait: 25 });
  await stage.whenHeld(1);
  assert.equal(stage.news.size, 20);
  const [one, other] = [rooms[3], rooms[7]];
  assert.ok(one && other);
  await stage.sample.say(one, "to one");
  await stage.sample.say(other, "to the other");
  stage.news.tell([`group:${one.group}`]);
  stage.news.tell([`group:${other.group}`]);
  const { groups, problems } = await held;
  assert.deepEqual(problems, []);
  const said = groups.map(({ group, events }) => [group, texts(events).at(-1)]);
  assert.deepEqual(said, [
    [one.groupUri, "to one"],
    [other.groupUri, "to the other"],
  ]);
  assert.equal(stage.news.size, 0);
  const [first] = groups;
  assert.deepEqual(await stage.page(one.groupUri, `?after=${first?.cursor}`), {
    events: [],
    cursor: first?.cursor,
    head: first?.head,
    more: false,
  });
});

void test("news that come to nothing do not end the wait", async (t) => {
  const stage = await start(t);
  const subscriptions = await cursorsOf(stage, [stage.owner.room]);
  const begun = performance.now();
  const held = stage.sync({ subscriptions, wait: 1 });
  await stage.whenHeld(1);
  stage.news.tell([`group:${stage.owner.room.group}`]);
  assert.deepEqual(await held, { groups: [], problems: [] });
  assert.ok(performance.now() - begun >= 990);
});

void test("a group that can't be served keeps no other from being served", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const { a } = stage.sample;
  const [other] = await stage.moreGroups(1);
  assert.ok(other);
  await stage.say(room, "hello");
  const { groups, problems } = await stage.sync({
    subscriptions: [
      { group: a.groupUri },
      { group: room.groupUri },
      { group: groupUri(own, "nowhere") },
      { group: other.groupUri, after: makeCursor({ uri: room.groupUri, rev: 1, seq: 0 }) },
    ],
    wait: 25,
  });
  assert.deepEqual(
    groups.map(({ group }) => group),
    [room.groupUri],
  );
  assert.deepEqual(
    problems.toSorted((x, y) => x.code.localeCompare(y.code) || x.group.localeCompare(y.group)),
    [
      { group: other.groupUri, code: "cursor_foreign" },
      ...[a.groupUri, groupUri(own, "nowhere")].toSorted().map((group) => ({ group, code: "not_found" })),
    ],
  );
});

void test("a thousand groups are read in one request, a group not twice, and one more is too many", async (t) => {
  const stage = await start(t);
  const [room] = await stage.moreGroups(1);
  assert.ok(room);
  await stage.say(room, "hello");
  const { groups, problems } = await stage.sync({
    subscriptions: [{ group: room.groupUri }, ...strange(999)],
  });
  assert.deepEqual([groups.length, problems.length], [1, 999]);
  assert.equal((await stage.post({ subscriptions: strange(1_001) })).code, "malformed");
  const twice = [...strange(1), ...strange(1)];
  assert.equal((await stage.post({ subscriptions: twice })).code, "malformed");
  assert.deepEqual(await stage.sync({ subscriptions: [] }), { groups: [], problems: [] });
});

void test("what has not the form is malformed", async (t) => {
  const stage = await start(t);
  const good = { subscriptions: [] };
  for (const wrong of [
    {},
    { subscriptions: [{ group: "mimi://a.example/u/x" }] },
    { subscriptions: [{ group: 1 }] },
    { ...good, wait: 26 },
    { ...good, limit: 0 },
    { ...good, max_bytes: 65_535 },
    { ...good, shard: { k: 2, n: 2 } },
    { ...good, shard: { k: 0, n: 1_025 } },
  ])
    assert.equal((await stage.post(wrong)).code, "malformed", JSON.stringify(wrong));
});

void test("held requests are answered with 200 when the gateway ends", async (t) => {
  const stage = await start(t);
  const subscriptions = await cursorsOf(stage, [stage.owner.room]);
  const held = stage.sync({ subscriptions, wait: 25 });
  await stage.whenHeld(1);
  const drained = stage.both.server.drain();
  assert.deepEqual(await held, { groups: [], problems: [] });
  await drained;
});

void test("values come with the events, before them where there are more, and are faulted alone", async (t) => {
  const asked: unknown[] = [];
  let more = false;
  const stage = await start(t, {
    values: {
      heads: () => Promise.resolve(new Map()),
      since(group, guest, state) {
        asked.push([group.uri, guest, state]);
        if (state === "bad") return Promise.reject(new ProblemError("cursor_malformed"));
        const profiles = [{ user: "mimi://a.example/u/anna", name: "Anna", rev: 1 }];
        return Promise.resolve(state === "now" ? null : { state: "now", markers: [], profiles, more });
      },
    },
  });
  const { room, peer } = stage.owner;
  const group = room.groupUri;
  await stage.say(room, "hello");
  const first = await stage.sync({ subscriptions: [{ group }] });
  assert.deepEqual([first.groups[0]?.state, first.groups[0]?.profiles?.length], ["now", 1]);
  assert.equal(first.groups[0]?.events.length, 2);
  const after = first.groups[0].cursor;
  assert.deepEqual(asked, [[group, peer, undefined]]);
  const nothing = { groups: [], problems: [] };
  assert.deepEqual(await stage.sync({ subscriptions: [{ group, after, state: "now" }] }), nothing);
  const faulted = await stage.sync({ subscriptions: [{ group, after, state: "bad" }] });
  assert.deepEqual(faulted, { groups: [], problems: [{ group, code: "cursor_malformed" }] });
  more = true;
  const [page] = (await stage.sync({ subscriptions: [{ group }] })).groups;
  assert.deepEqual([page?.events, page?.more, page?.profiles?.length], [[], true, 1]);
  more = false;
  const again = await stage.page(group, `?after=${page?.cursor}`);
  assert.equal(again.events.length, 2, "the cursor has not moved past what was held back");
});

void test("transients end a wait, once, and do not go back to where they came from", async (t) => {
  const stage = await start(t);
  const { room, peer } = stage.owner;
  const subscriptions = await cursorsOf(stage, [room]);
  const held = stage.sync({ subscriptions, wait: 25 });
  await stage.whenHeld(1);
  stage.news.transient(room.group, row(false), peer);
  stage.news.transient(room.group, row(false));
  stage.news.transient(room.group, row(true));
  const [entry] = (await held).groups;
  assert.deepEqual([entry?.transients, entry?.events], [[row(true)], []]);
  assert.equal(entry?.cursor, subscriptions[0]?.after);
  const again = stage.sync({ subscriptions, wait: 1 });
  assert.deepEqual(await again, { groups: [], problems: [] });
});
