import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../../support/servers.ts";
import { GatewayEnd } from "../gateway-end.ts";
import { until } from "../waiting.ts";
import type { TestContext } from "node:test";

const folder = temporaryFolder("sync-lane");

async function pair(t: TestContext) {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b");
  await GatewayEnd.connect(a, b);
  return { a, b };
}

void test("what is said at the owner arrives at the guest, live and what came before", async (t) => {
  const { a, b } = await pair(t);
  const tea = await a.room("tea");
  const first = await a.say(tea, "before");
  const group = await a.share(tea);
  await b.runLane();
  await until("the past has come", async () => (await b.ids(group)).length === 1);
  const second = await a.say(tea, "live");
  await until("the news have come", async () => (await b.ids(group)).length === 2);
  assert.deepEqual(await b.ids(group), [first, second]);
  assert.ok((await b.followed(group)).cursor);
  assert.equal((await b.stopLane())?.kind, "left");
});

void test("what a guest's user says gets its place from the owner, comes back once, and is told to no room twice", async (t) => {
  const { a, b } = await pair(t);
  const tea = await a.room("tea");
  const group = await a.share(tea);
  const room = await b.room("tea", tea.groupUri);
  await a.runLane();
  await b.runLane();
  const id = await b.say(room, "hello", "bob");
  await until("it is in the owner's log", async () => (await a.ids(tea.group)).includes(id));
  await until("it has come back", async () => (await b.ids(group)).includes(id));
  const [own] = await b.sql(`select origin_binding from event where id = '${id}'`);
  assert.equal(own?.["origin_binding"], room.id, "the room that said it is known by it");
  await until("no submission is left", async () => (await b.sql("select n from submission")).length === 0);
  await until("the verdict was told", async () => (await a.sql("select id from verdict")).length === 0);
  const log = await a.sql(`select kind, via from event where grp = ${tea.group} order by seq`);
  assert.deepEqual(
    log.map(({ kind, via }) => [kind, via]),
    [
      ["member", null],
      ["message", "b.example a.example"],
    ],
  );
});

void test("a refusal is told to its author once, however often the verdict comes", async (t) => {
  const { a, b } = await pair(t);
  const tea = await a.room("tea");
  await a.share(tea);
  const room = await b.room("tea", tea.groupUri);
  await a.sql(`update grp set state = 'closed' where id = ${tea.group}`);
  const id = await b.say(room, "too late", "bob");
  await a.runLane();
  await until("the author is told", async () => (await b.notices(room.id)).length > 0);
  await until("the verdict was told", async () => (await a.sql("select id from verdict")).length === 0);
  assert.deepEqual(await b.notices(room.id), [
    "This was not carried to the linked rooms: the group has ended.",
  ]);
  const [submission] = await b.sql(`select state, code from submission where id = '${id}'`);
  assert.deepEqual({ ...submission }, { state: "refused", code: "group_closed" });
});

void test("a guest that nobody can reach posts what its users say", async (t) => {
  const a = await GatewayEnd.start(t, folder, "a");
  const b = await GatewayEnd.start(t, folder, "b", { unreachable: true });
  await GatewayEnd.connect(a, b);
  const tea = await a.room("tea");
  const group = await a.share(tea);
  const room = await b.room("tea", tea.groupUri);
  await b.runLane();
  await a.runLane();
  const ids = [await b.say(room, "one", "bob"), await b.say(room, "two", "bob")];
  await until("both have come back", async () => (await b.ids(group)).length === 2);
  assert.deepEqual(await b.ids(group), ids);
  assert.deepEqual(await a.ids(tea.group), ids);
  assert.equal(b.asked.length, 0, "nobody asks it");
});

void test("a new group joins the request that is held", async (t) => {
  const { a, b } = await pair(t);
  await a.share(await a.room("tea"));
  await b.runLane();
  await until("a request is held", () => a.asked.length === 1);
  const coffee = await a.room("coffee");
  await a.say(coffee, "hello");
  const group = await a.share(coffee);
  await until("it has come", async () => (await b.ids(group)).length === 1);
});

void test("after a backup of the owner's the guest goes on with the new log, and says again what that lacks", async (t) => {
  const { a, b } = await pair(t);
  const tea = await a.room("tea");
  const group = await a.share(tea);
  const room = await b.room("tea", tea.groupUri);
  const kept = await a.say(tea, "kept");
  await a.runLane();
  await b.runLane();
  await until("the first has come", async () => (await b.ids(group)).length === 1);
  const lost = await b.say(room, "lost", "bob");
  await until("it has come back", async () => (await b.ids(group)).includes(lost));
  await Promise.all([a.stopLane(), b.stopLane()]);
  const last = Number((await a.sql(`select seq from event where id = '${kept}'`))[0]?.["seq"]);
  await a.sql(`delete from event where grp = ${tea.group} and seq > ${last}`);
  await a.sql(`delete from member where grp = ${tea.group} and since_seq > ${last}`);
  await a.sql(`update grp set head = ${last}, rev = 2 where id = ${tea.group}`);
  await a.sql(`update guest set pulled = null`);
  await Promise.all([a.runLane(), b.runLane()]);
  await until("the lost one is back", async () => (await a.ids(tea.group)).includes(lost));
  const fresh = await a.say(tea, "fresh");
  await until("the log goes on", async () => (await b.ids(group)).includes(fresh));
  assert.deepEqual(await a.ids(tea.group), [kept, lost, fresh]);
  assert.equal((await b.sql("select n from submission")).length, 0);
  assert.equal((await b.followed(group)).rev, 2);
});

void test("a stop ends a held request at once, and what a dead process has stored is not stored twice", async (t) => {
  const { a, b } = await pair(t);
  const tea = await a.room("tea");
  const group = await a.share(tea);
  await b.runLane();
  await until("a request is held", () => a.asked.length === 1);
  const begun = performance.now();
  await b.stopLane();
  assert.ok(performance.now() - begun < 10_000);
  const id = await a.say(tea, "hello");
  await b.runLane();
  await until("it has come", async () => (await b.ids(group)).length === 1);
  await b.stopLane();
  await b.sql(`update following set cursor = null where grp = ${group}`);
  await b.runLane();
  await until("the cursor is there again", async () => (await b.followed(group)).cursor !== null);
  assert.deepEqual(await b.ids(group), [id]);
});

void test("a thousand groups are resumed with a few requests", async (t) => {
  const { a, b } = await pair(t);
  const groups = [];
  for (let at = 0; at < 1_000; at++) {
    const room = await a.room(`room ${at}`);
    groups.push(await a.share(room));
  }
  const begun = performance.now();
  await b.runLane();
  await until("a request is held", () => a.asked.length >= 1);
  const last = await a.room("room 999");
  const id = await a.say(last, "hello");
  const group = groups.at(-1);
  assert.ok(group !== undefined);
  await until("it has come", async () => (await b.ids(group)).includes(id));
  t.diagnostic(`${Math.round(performance.now() - begun)} ms, ${a.asked.length} requests`);
  assert.ok(a.asked.length <= 4, `${a.asked.length} requests`);
});
