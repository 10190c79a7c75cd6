/** Files that other gateways get from this one: their ids, their addresses, and where our own rooms find them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { EventWriter } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import { contextFor } from "../../../core/groups/room-context.ts";
import { mediaIdIn } from "../../../core/groups/served-files.ts";
import type { InboxNumber, NativeId, NativeKey } from "../../../core/ids.ts";
import { inLane } from "../../../core/lanes/lane-key.ts";
import { limits } from "../../../core/limits.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import { inboxBinding, type InboxBinding } from "../../../core/store/units/inbox.ts";
import { outboxBinding } from "../../../core/store/units/outbox.ts";
import { decodeContent } from "../../../mappings/content/codec.ts";
import { decodeProperty } from "../../../mappings/event-content.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { Message } from "../../../mappings/message.ts";
import { fromContent } from "../../../mappings/message/from-content.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { SampleStore } from "../store/sample.ts";
import { picturesAt } from "../../support/media-file.ts";

const ENDPOINT = "https://a.example";
const SOURCE = "https://upload.internal/1.png";
const folder = temporaryFolder("served-files");
const key = randomBytes(32);

let sample: SampleStore;
let room: InboxBinding;
before(async () => {
  const file = join(folder, "store.sqlite");
  sample = await SampleStore.make(openSqliteStore({ file }), { kind: "sqlite", file });
  const found = await sample.store.read(inboxBinding(sample.a.id));
  assert.ok(found);
  room = found;
});
after(() => sample.store.close());

const said = (served: readonly string[], ...sources: readonly string[]): Translated => ({
  kind: "message",
  sender: { native: "anna", name: "Anna" },
  message: picturesAt(sources),
  served,
  native: "n1" as NativeId,
  aux: null,
});

function written(of: Translated, change: { endpoint?: string | null; group?: string; native?: string } = {}) {
  const { endpoint = ENDPOINT, group = room.groupUri, native = "k1" } = change;
  const memo = new MessageMemo();
  const writer = new EventWriter(key, memo, endpoint);
  const identity = { n: 1 as InboxNumber, nativeKey: native as NativeKey, raw: "" };
  const at = { ...room, groupUri: group as GroupUri };
  const [event] = writer.translation(at, identity, [of], limits).events;
  assert.ok(event);
  return { event, read: fromContent(decodeContent(event.content)), memo };
}

const sourcesIn = ({ body }: Message): readonly string[] =>
  body.kind === "media" ? body.files.map(({ source }) => source) : [];

void test("what is served has an address of ours in the event, and the platform's beside it", () => {
  const { event, read, memo } = written(said([SOURCE], SOURCE, "https://elsewhere.test/2.png"));
  const [served = "", other] = sourcesIn(read);
  const id = mediaIdIn(served, ENDPOINT);
  assert.match(id ?? "", /^[\w-]{22}$/);
  assert.equal(other, "https://elsewhere.test/2.png");
  const known = { id, account: room.account, source: SOURCE, type: "image/png", size: 5 };
  assert.deepEqual(event.media, [known]);
  assert.deepEqual(sourcesIn(memo.read(event.id, event.content)), [served, other], "as the bytes say it");
});

void test("nothing is served that the bridge does not name, or where no gateway can come to fetch it", () => {
  const plain = written(said([], SOURCE));
  assert.deepEqual([sourcesIn(plain.read), plain.event.media], [[SOURCE], []]);
  const alone = written(said([SOURCE], SOURCE), { endpoint: null });
  assert.deepEqual([sourcesIn(alone.read), alone.event.media], [[SOURCE], []]);
});

const idOf = (...of: Parameters<typeof written>) => written(...of).event.media?.map(({ id }) => id) ?? [];

void test("the same file has the same id whenever it is accepted, and no other has it", () => {
  const [id, second] = idOf(said([SOURCE], SOURCE, SOURCE));
  assert.deepEqual(idOf(said([SOURCE], SOURCE)), [id]);
  const others = [
    second,
    ...idOf(said([SOURCE], SOURCE), { native: "k2" }),
    ...idOf(said([SOURCE], SOURCE), { group: `${room.groupUri}x` }),
  ];
  assert.equal(new Set([id, ...others]).size, 4);
});

void test("a room of ours finds the file where its platform has it", async () => {
  const { event, read, memo } = written(said([SOURCE], SOURCE));
  await say(event);
  const binding = await sample.store.read(outboxBinding(sample.b.id));
  assert.ok(binding && event.sender);
  const { id, sender } = event;
  const out = { kind: "message", id, speaker: { uri: sender.uri, name: "Anna" }, message: read } as const;
  const context = await contextFor(sample.store, memo, binding, out, 5);
  const [served = ""] = sourcesIn(read);
  assert.equal(context.media(served).url, SOURCE);
  assert.equal(context.media("https://elsewhere.test/2.png").url, "https://elsewhere.test/2.png");
  const again = await contextFor(
    sample.store,
    memo,
    binding,
    { ...out, id: `${id.slice(2)}00` as typeof id },
    5,
  );
  assert.equal(again.media(served).url, served, "another event that names it gets nowhere by it");
});

async function say(event: NewEvent): Promise<void> {
  await sample.accept(sample.a.id, [event.id]);
  const fence = await sample.claim(inLane(sample.a.id));
  const rows = (await sample.rows(sample.a.id)).map(({ n }) => sample.row(n, [event]));
  await sample.append(fence, sample.a, rows);
  await sample.store.write("releaseLane", fence);
}

const avatar = (value: string) =>
  ({
    kind: "property",
    sender: { native: "anna", name: "Anna" },
    name: "avatar",
    value,
    shown: "a",
  }) as const;

void test("a room's picture has an address of ours in the log, also where no gateway comes, and a room of ours finds it", async () => {
  for (const [endpoint, home] of [
    [ENDPOINT, ENDPOINT],
    [null, "https://home.example"],
    ["http://127.0.0.1:9000", "https://home.example"],
  ] as const) {
    const writer = new EventWriter(key, new MessageMemo(), endpoint, "https://home.example");
    const identity = { n: 1 as InboxNumber, nativeKey: `avatar ${endpoint}` as NativeKey, raw: "" };
    const [event] = writer.translation(room, identity, [avatar(SOURCE)], limits).events;
    assert.ok(event?.sender);
    const { value } = decodeProperty(event.content);
    assert.ok(mediaIdIn(value, home), value);
    assert.deepEqual([event.property?.shown, event.media?.map(({ source }) => source)], ["a", [SOURCE]]);
  }
  const writer = new EventWriter(key, new MessageMemo());
  const identity = { n: 1 as InboxNumber, nativeKey: "avatar" as NativeKey, raw: "" };
  const [event, gone] = writer.translation(room, identity, [avatar(SOURCE), avatar("")], limits).events;
  assert.ok(event);
  assert.deepEqual([gone?.property?.value, gone?.media], ["", []]);
  const copy = { gateway: "b.example", groups: ["mimi://b.example/r/tea"] };
  const [copied] = writer.translation(room, identity, [{ ...avatar(SOURCE), copy }], limits).events;
  assert.deepEqual([copied?.passed, event.passed], ["mimi://b.example/r/tea", null], "where it has passed");
  await say(event);
  const binding = await sample.store.read(outboxBinding(sample.b.id));
  assert.ok(binding);
  const { id } = event;
  const { value } = decodeProperty(event.content);
  const out = { kind: "property", id, speaker: null, name: "avatar", value } as const;
  const context = await contextFor(sample.store, new MessageMemo(), binding, out, 5);
  assert.equal(context.media(value).url, SOURCE);
});
