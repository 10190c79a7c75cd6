import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { makeCursor } from "../../../../core/federation/wire/cursor.ts";
import { groupUri } from "../../../../mappings/ids.ts";
import { own, type Page, pathOf, readStages, texts } from "../read-stage.ts";

const start = readStages();

void test("a guest reads a log page by page and goes on where it was", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  await stage.say(room, "one", "two", "three");
  const first = await stage.page(room.groupUri, "?limit=2");
  assert.deepEqual([first.events.map(({ seq }) => seq), first.head, first.more], [[1, 2], 4, true]);
  const second = await stage.page(room.groupUri, `?after=${first.cursor}`);
  assert.deepEqual([texts(second.events), second.more], [["two", "three"], false]);
  assert.deepEqual(await stage.page(room.groupUri, `?after=${first.cursor}`), second, "the same again");
  const end = await stage.page(room.groupUri, `?after=${second.cursor}`);
  assert.deepEqual(end, { events: [], cursor: second.cursor, head: 4, more: false });
});

void test("a long poll is answered by an event as soon as there is one", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const { cursor } = await stage.page(room.groupUri);
  const polled = stage.page(room.groupUri, `?after=${cursor}&wait=25`);
  await stage.whenHeld(1);
  await stage.say(room, "news");
  assert.deepEqual(texts((await polled).events).at(-1), "news");
  assert.deepEqual([stage.held.size, stage.news.size], [0, 0]);
});

void test("a long poll for which nothing comes is answered without events", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const { cursor } = await stage.page(room.groupUri);
  const begun = performance.now();
  const { events, cursor: same } = await stage.page(room.groupUri, `?after=${cursor}&wait=1`);
  assert.deepEqual([events, same], [[], cursor]);
  assert.ok(performance.now() - begun >= 990);
  assert.deepEqual([stage.held.size, stage.news.size], [0, 0]);
});

void test("a caller that goes away leaves nothing behind", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const { cursor } = await stage.page(room.groupUri);
  const { path, headers } = stage.both.signed({
    path: `${pathOf(room.groupUri)}/events?after=${cursor}&wait=25`,
  });
  const request = httpRequest(stage.both.origin + path, { headers });
  request.on("error", () => undefined);
  request.end();
  await stage.whenHeld(1);
  request.destroy();
  while (stage.held.size > 0) await new Promise(setImmediate);
  assert.equal(stage.news.size, 0);
});

void test("a peer may have 64 requests held, and the next is refused", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const { cursor } = await stage.page(room.groupUri);
  const path = `${pathOf(room.groupUri)}/events?after=${cursor}&wait=25`;
  const polls = Array.from({ length: 64 }, () => stage.get(path));
  await stage.whenHeld(64);
  const refused = await stage.get(path);
  assert.deepEqual(
    [refused.status, refused.code, refused.headers["retry-after"]],
    [429, "rate_limited", "1"],
  );
  const drained = stage.both.server.drain();
  for (const { status, text } of await Promise.all(polls)) {
    assert.equal(status, 200);
    assert.deepEqual((JSON.parse(text) as Page).events, []);
  }
  await drained;
});

void test("cursors that are none, another group's, of another revision or beyond the head are refused", async (t) => {
  const stage = await start(t);
  const { groupUri: uri } = stage.owner.room;
  const [other] = await stage.moreGroups(1);
  assert.ok(other);
  const codes = async (after: string) => (await stage.get(`${pathOf(uri)}/events?after=${after}`)).code;
  assert.equal(await codes("nonsense"), "cursor_malformed");
  assert.equal(await codes((await stage.page(other.groupUri)).cursor), "cursor_foreign");
  assert.equal(await codes(makeCursor({ uri, rev: 2, seq: 1 })), "cursor_gone");
  assert.equal(await codes(makeCursor({ uri, rev: 1, seq: 500 })), "cursor_gone");
  await stage.say(stage.owner.room, "a", "b");
  await stage.sample.sql(`delete from event where grp = ${stage.owner.room.group} and seq <= 2`);
  assert.equal(await codes(makeCursor({ uri, rev: 1, seq: 1 })), "cursor_gone");
  const whole = await stage.page(uri);
  assert.deepEqual(texts(whole.events), ["b"], "without a cursor, from the first that is kept");
});

void test("a group that there is not and one that the caller is no guest of are answered alike", async (t) => {
  const stage = await start(t);
  const { a } = stage.sample;
  const strange = groupUri(own, "nowhere");
  for (const rest of ["/events", "", "/members"]) {
    const answers = await Promise.all([a.groupUri, strange].map((uri) => stage.get(pathOf(uri) + rest)));
    const [present, absent] = answers;
    assert.equal(present?.status, 404);
    assert.equal(present.text, absent?.text);
    assert.equal(present.code, "not_found");
  }
});

void test("what a query may not have is malformed", async (t) => {
  const stage = await start(t);
  const path = `${pathOf(stage.owner.room.groupUri)}/events`;
  for (const query of [
    "wait=26",
    "wait=-1",
    "wait=1.5",
    "limit=0",
    "limit=501",
    "wait=1&wait=2",
    "after=%41",
    "wait=",
  ])
    assert.equal((await stage.get(`${path}?${query}`)).code, "malformed", query);
  assert.equal((await stage.get(`${path}?unknown=1`)).status, 200);
});

void test("a page has no more octets than allowed, but one event in any case", async (t) => {
  const stage = await start(t, { limits: { pageBytes: 10 } });
  const { room } = stage.owner;
  const { cursor } = await stage.page(room.groupUri);
  await stage.say(room, "123456", "7890", "x");
  const begin = await stage.page(room.groupUri, `?after=${cursor}`);
  assert.equal(begin.events.length, 1, "the joining, which is larger");
  const { events, more } = await stage.page(room.groupUri, `?after=${begin.cursor}`);
  assert.deepEqual([texts(events), more], [["123456", "7890"], true]);
});

void test("a new guest sees nothing from before, and one that left nothing from after", async (t) => {
  const stage = await start(t, { history: { kind: "none" } });
  const { room } = stage.owner;
  const uri = room.groupUri;
  const [hidden] = await stage.moreGroups(1);
  assert.ok(hidden);
  await stage.say(hidden, "old");
  const { peer } = stage.owner;
  await stage.sample.store.write("removeGuest", { group: hidden.group, peer });
  await stage.admit(hidden.group, { kind: "none" });
  await stage.say(hidden, "new");
  assert.deepEqual(texts((await stage.page(hidden.groupUri)).events), ["new"]);
  const below = makeCursor({ uri: hidden.groupUri, rev: 1, seq: 0 });
  assert.equal((await stage.get(`${pathOf(hidden.groupUri)}/events?after=${below}`)).code, "cursor_gone");

  await stage.say(room, "seen");
  await stage.owner.remove();
  await stage.say(room, "unseen");
  // Events of the sample are taken at 3,000.
  stage.both.now = 10_000;
  const { events, head } = await stage.page(uri);
  assert.equal(texts(events).at(-1), "seen");
  assert.equal(head, events.at(-1)?.seq);
  assert.equal((await stage.get(pathOf(uri))).code, "not_found", "what holds now lies behind its leaving");
  stage.both.now += 24 * 3_600_000;
  assert.equal((await stage.get(`${pathOf(uri)}/events`)).code, "not_found");
});

void test("a closed group can be read to its end", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  await stage.say(room, "last");
  await stage.sample.sql(`update grp set state = 'closed' where id = ${room.group}`);
  const { events, cursor } = await stage.page(room.groupUri);
  assert.equal(texts(events).at(-1), "last");
  const answer = await stage.get(`${pathOf(room.groupUri)}/events?after=${cursor}`);
  assert.deepEqual([answer.status, answer.code], [410, "group_closed"]);
});

void test("a guest without any connection left reads up to its leaving for a day, and asks for nothing else", async (t) => {
  const stage = await start(t);
  const { both, owner } = stage;
  const { groupUri: uri } = owner.room;
  both.now = 4_000;
  await stage.say(owner.room, "one");
  const path = `${pathOf(uri)}/events`;
  both.know(both.signer, owner.peer, { connected: false });
  assert.deepEqual([(await stage.get(path)).status, (await stage.get(path)).code], [403, "unknown_peer"]);
  await owner.remove();
  await stage.say(owner.room, "two");
  assert.deepEqual(texts((await stage.page(uri)).events).slice(1), ["one"]);
  const synced = await stage.sync({ subscriptions: [{ group: uri }] });
  assert.equal(synced.groups[0]?.events.length, 2);
  for (const other of ["", "/members"])
    assert.equal((await stage.get(`${pathOf(uri)}${other}`)).code, "unknown_peer");
  both.now += 25 * 3_600_000;
  assert.equal((await stage.get(path)).code, "unknown_peer");
});
