import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCursor, makeMembersCursor } from "../../../../core/federation/wire/cursor.ts";
import type { PeerId } from "../../../../core/ids.ts";
import { inLane } from "../../../../core/lanes/lane-key.ts";
import { inboxPage } from "../../../../core/store/units/inbox.ts";
import type { NewEvent } from "../../../../core/store/units/group-log.ts";
import { userUri } from "../../../../mappings/ids.ts";
import { message, property } from "../../store/sample.ts";
import { own, pathOf, readStages, type ReadStage, texts } from "../read-stage.ts";

const start = readStages();

interface Members {
  readonly members: readonly {
    readonly user: string;
    readonly state: string;
    readonly role: number;
    readonly version: number;
    readonly name?: string;
  }[];
  readonly next?: string;
}

async function append(stage: ReadStage, ...events: readonly NewEvent[]): Promise<void> {
  const { room, sample } = { room: stage.owner.room, sample: stage.sample };
  await sample.accept(
    room.id,
    events.map(({ id }) => id),
  );
  const fence = await sample.claim(inLane(room.id));
  const page = await sample.store.read(inboxPage({ binding: room.id, limit: 500 }));
  const rows = page.map(({ n }, at) => sample.row(n, events.slice(at, at + 1)));
  await sample.append(fence, room, rows);
  await sample.store.write("releaseLane", fence);
}

const person = (name: string) => ({ uri: userUri(own, name), native: name, name });

async function read<T>(stage: ReadStage, rest: string): Promise<T> {
  const { status, text } = await stage.get(pathOf(stage.owner.room.groupUri) + rest);
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

void test("a snapshot says what holds, and reading goes on behind it", async (t) => {
  const stage = await start(t, { history: { kind: "none" } });
  const { room } = stage.owner;
  await append(stage, message("hello"), property("topic", "Tea"), property("topic", "Tea and cake"));
  const snapshot = await read<Record<string, unknown>>(stage, "");
  const seq = Number(snapshot["seq"]);
  assert.ok(seq >= 3);
  const properties = snapshot["properties"] as readonly Readonly<Record<string, unknown>>[];
  const topic = properties.find(({ name }) => name === "topic");
  assert.deepEqual(
    { ...snapshot, properties: [] },
    {
      group: room.groupUri,
      cursor: makeCursor({ uri: room.groupUri, rev: 1, seq }),
      seq,
      rev: 1,
      state: "open",
      visible_from: 1,
      properties: [],
      roles: [],
      policy: { history: "none", join: "asserted", retention_days: 30 },
      members: 1,
    },
  );
  assert.deepEqual([topic?.["item"], topic?.["value"], topic?.["version"]], ["", "Tea and cake", seq]);
  assert.match(String(topic?.["by"]), /\/u\/anna$/);
  await append(stage, message("later"));
  const page = await stage.page(room.groupUri, `?after=${String(snapshot["cursor"])}`);
  assert.deepEqual(texts(page.events), ["later"]);
});

void test("a snapshot of a closed group says so", async (t) => {
  const stage = await start(t);
  await stage.sample.sql(`update grp set state = 'closed' where id = ${stage.owner.room.group}`);
  assert.equal((await read<Record<string, unknown>>(stage, ""))["state"], "closed");
});

void test("members come page by page, each once, with state, role and version", async (t) => {
  const stage = await start(t);
  const { room } = stage.owner;
  const names = Array.from({ length: 23 }, (_, at) => `user${at}`);
  await append(stage, ...names.map((name) => message(`from ${name}`, person(name))));
  const first = await read<Members>(stage, "/members?limit=10");
  assert.equal(first.members.length, 10);
  const found = [...first.members];
  for (let next = first.next; next !== undefined;) {
    const page: Members = await read<Members>(stage, `/members?limit=10&after=${next}`);
    found.push(...page.members);
    next = page.next;
  }
  assert.deepEqual(
    found.map(({ name }) => name),
    names,
  );
  for (const [at, { user, state, role, version }] of found.entries()) {
    assert.deepEqual([user, state, role], [userUri(own, `user${at}`), "joined", 2]);
    assert.equal(version, 2 * at + 1, "the seq of his joining");
  }
  const whole = await read<Members>(stage, "/members");
  assert.deepEqual([whole.members.length, whole.next], [23, undefined]);
  const codeOf = async (after: string) =>
    (await stage.get(`${pathOf(room.groupUri)}/members?after=${after}`)).code;
  assert.equal(await codeOf(makeCursor({ uri: room.groupUri, rev: 1, seq: 1 })), "cursor_malformed");
  const foreign = makeMembersCursor(stage.sample.a.groupUri, 1, 1);
  assert.equal(await codeOf(foreign), "cursor_foreign");
});

void test("only a guest that is in the group gets snapshot and members", async (t) => {
  const stage = await start(t);
  const other = (stage.owner.peer + 1) as PeerId;
  stage.both.know(stage.both.signer, other, {});
  for (const rest of ["", "/members"]) {
    const { status } = await stage.get(pathOf(stage.owner.room.groupUri) + rest);
    assert.equal(status, 404);
  }
});

void test("providers are members with a row of their own, and count", async (t) => {
  const stage = await start(t);
  const { room, peer, host } = stage.owner;
  await stage.sample.store.write("admitProvider", {
    group: room.group,
    peer,
    provider: host,
    connection: null,
    history: { kind: "all" },
    now: 4_000,
  });
  const { members } = await read<Members>(stage, "/members");
  assert.deepEqual(
    members.map(({ user, state, role, version }) => [user, state, role, version]),
    [[`mimi://${host}`, "joined", 2, 1]],
  );
  assert.equal((await read<Record<string, unknown>>(stage, ""))["members"], 1);
});
