/** What the breaker makes of things said in a room that was given a log, with a store that fails now and then. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { pino } from "pino";
import type { Translated } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import { EventWriter } from "../../../core/groups/event-writer.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import type { InboxNumber, NativeId, NativeKey, Seq } from "../../../core/ids.ts";
import { inLane, outLane } from "../../../core/lanes/lane-key.ts";
import { limits } from "../../../core/limits.ts";
import { LoopBreaker, type SaidThing } from "../../../core/loops/loop-breaker.ts";
import type { Store } from "../../../core/store/store.ts";
import { inboxBinding, inboxPage } from "../../../core/store/units/inbox.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import { textMessage } from "../../../mappings/message.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { laneSample } from "../lanes/lane-sample.ts";

const folder = temporaryFolder("loop-breaker");
const GIVEN_AT = 100_000;
const NOW = 110_000;

const sentence = (n: number): string => `this is sentence number ${n} of a conversation`;
const sentences = Array.from({ length: limits.loopOfOne + 2 }, (_, n) => sentence(n));

const saidBy = (native: string, text: string): Extract<Translated, { kind: "message" }> => ({
  kind: "message",
  sender: { native, name: native },
  message: textMessage(plainFlat(text)),
  native: `native ${native} ${text}` as NativeId,
  aux: null,
});
const copied = (groups: readonly string[]): Translated => ({
  ...saidBy("ghost", sentence(1)),
  copy: { gateway: "other.example", groups },
});
const thing = (n: number, originAt = NOW): SaidThing => ({
  n: n as InboxNumber,
  nativeKey: `key of ${n}` as NativeKey,
  originAt,
});

/** Room b, which was given these texts by anna in room a. */
async function stage(t: TestContext, texts: readonly string[] = sentences) {
  const sample = await laneSample(folder);
  const { store, a, b } = sample;
  t.after(() => store.close());
  const writer = new EventWriter(new Uint8Array(32), new MessageMemo());
  await sample.accept(a.id, texts);
  const from = await store.read(inboxBinding(a.id));
  assert.ok(from);
  const page = await store.read(inboxPage({ binding: a.id, limit: texts.length }));
  const rows = page.map((row) => ({
    n: row.n,
    ...writer.translation(from, row, [saidBy("anna", row.raw)], limits),
    setAside: null,
  }));
  const inside = await sample.claim(inLane(a.id));
  const { provider } = sample.account;
  const place = { fence: inside, binding: a.id, group: a.group, provider, now: GIVEN_AT };
  await store.write("append", { ...place, rows });
  const out = await sample.claim(outLane(b.id));
  const intendedSeq = (await sample.head()) as Seq;
  await store.write("progress", sample.progress(out, b.id, { intendedSeq }));
  const room = await store.read(inboxBinding(b.id));
  assert.ok(room);

  const lines: unknown[] = [];
  const fails = { write: false };
  const write: Store["write"] = (name, input) =>
    fails.write ? Promise.reject(new GatewayError("store_failed", "it fails")) : store.write(name, input);
  const loops = new LoopBreaker({
    store: { read: (unit) => store.read(unit), write },
    memo: new MessageMemo(),
    limits,
    log: pino({ level: "warn" }, { write: (line) => lines.push(JSON.parse(line)) }),
    now: () => NOW,
    wake: () => undefined,
  });
  /** What showed that it goes round, and the number of that. */
  const echo = async (originAt: number) => {
    for (const [n, text] of texts.entries()) {
      const found = await loops.hears(room, thing(n, originAt), [saidBy("echo", text)]);
      if (found !== null) return { n, found };
    }
    return null;
  };
  return { sample, room, loops, lines, fails, echo };
}

void test("what was said before the room was given the same is no repeat of it", async (t) => {
  const before = await stage(t);
  assert.equal(await before.echo(GIVEN_AT - limits.loopClockMs - 1), null);
  const after = await stage(t);
  assert.equal((await after.echo(GIVEN_AT - limits.loopClockMs))?.n, limits.loopOfOne - 1);
});

void test("a pause that can't be written is found again by what showed that it is due", async (t) => {
  const { sample, room, loops, fails, echo } = await stage(t);
  const shown = await echo(NOW);
  assert.ok(shown);
  const { n, found } = shown;
  fails.write = true;
  await assert.rejects(loops.pause(room, found), { code: "store_failed" });
  fails.write = false;
  const again = await loops.hears(room, thing(n), [saidBy("echo", sentence(n))]);
  assert.deepEqual(again, found);
  await loops.pause(room, found);
  assert.equal(typeof (await sample.store.read(inboxBinding(room.id)))?.pausedAt, "number");
});

void test("what waited and repeats is known for that however often it is looked at, and stands for one thing given", async (t) => {
  const { room, loops } = await stage(t);
  const said = [saidBy("echo", sentence(1))];
  assert.equal(await loops.repeats(room, thing(1), said), true);
  assert.equal(await loops.repeats(room, thing(1), said), true);
  assert.equal(await loops.repeats(room, thing(2), said), false);
});

void test("a few words that waited are people's, whatever the room was given", async (t) => {
  const { room, loops } = await stage(t, ["ok", sentence(1)]);
  assert.equal(await loops.repeats(room, thing(1), [saidBy("ben", "ok")]), false);
  assert.equal(await loops.repeats(room, thing(2), [saidBy("ben", sentence(1))]), true);
});

void test("what has come through too many groups is named in the gateway's own log", async (t) => {
  const { room, loops, lines } = await stage(t);
  const groups = Array.from({ length: 9 }, (_, n) => `mimi://gw-${n}.example/g/tea`);
  await loops.hears(room, thing(1), [copied(groups.slice(1))]);
  assert.equal(lines.length, 0);
  await loops.hears(room, thing(2), [copied(groups)]);
  assert.equal(lines.length, 1);
  const [line] = lines;
  assert.ok(typeof line === "object" && line !== null && "groups" in line && "room" in line);
  assert.deepEqual([line.room, line.groups], [room.native, 9]);
});
