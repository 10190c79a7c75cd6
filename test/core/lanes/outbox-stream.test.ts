/** What a room is given of a log, of one that was replaced by another too, and how often that is read. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import type { BindingId } from "../../../core/ids.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { outLane } from "../../../core/lanes/lane-key.ts";
import { LaneRun } from "../../../core/lanes/lane-run.ts";
import { runOutbox } from "../../../core/lanes/outbox-lane.ts";
import { limits } from "../../../core/limits.ts";
import { noPolicy } from "../../../core/policy/room-policy.ts";
import type { Store } from "../../../core/store/store.ts";
import type { Unit } from "../../../core/store/unit.ts";
import type { RemoteEvent } from "../../../core/store/units/remote-events.ts";
import { outboxBinding, wasGiven } from "../../../core/store/units/outbox.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform, usualModes } from "../../support/fake-platform.ts";
import { QuietHost } from "../../support/quiet-host.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { saidMessage } from "../federation/said-message.ts";
import { nothingHolds, remote } from "../store/federation-sample.ts";
import { FollowerStage } from "../store/follower-stage.ts";
import type { SampleStore } from "../store/sample.ts";
import { laneSample, silent } from "./lane-sample.ts";

const folder = temporaryFolder("outbox-stream");

/** Takes nothing from the platform: rooms are only delivered to. */
const nobody = new QuietHost();

/** Delivers to a room until it is caught up. */
async function deliver(
  { store }: Pick<SampleStore, "store">,
  bridge: FakeBridge,
  room: BindingId,
): Promise<void> {
  const held = await HeldLane.claim(store, outLane(room), 60_000);
  assert.ok(held);
  const options = {
    store,
    log: silent,
    limits,
    bridge,
    memo: new MessageMemo(),
    hides: () => Promise.resolve(false),
    policies: { of: () => Promise.resolve(noPolicy) },
    now: () => 50_000,
    wake: () => undefined,
    ended: () => Promise.resolve(),
  };
  assert.deepEqual(await runOutbox(options, new LaneRun(outLane(room), held), room), { kind: "caught-up" });
  await held.release();
}

/** The same store, that says which statements are read by. */
function watched(store: Store, read: (statement: string) => void): Store {
  function* told<T>(unit: Unit<T>): Unit<T> {
    let next = unit.next([]);
    while (!next.done) {
      read(next.value.statement.name);
      next = unit.next(yield next.value);
    }
    return next.value;
  }
  return {
    dialect: store.dialect,
    slot: store.slot,
    read: (unit) => store.read(told(unit)),
    write: (name, input) => store.write(name, input),
    checkVersion: () => store.checkVersion(),
    close: () => store.close(),
  };
}

/** A group of another gateway, a room that follows it, and what that was given. */
async function stage(t: TestContext) {
  const sample = await laneSample(folder);
  const at = await FollowerStage.make(sample, "owner.test");
  const platform = new FakePlatform({ ...usualModes, connected: false });
  const bridge = new FakeBridge(platform.modes, {
    attach: (client) => Promise.resolve(platform.attach(client)),
  });
  await bridge.start(nobody);
  t.after(async () => {
    await bridge.stop();
    await sample.store.close();
  });
  const said = (text: string): Pick<RemoteEvent, "id" | "content" | "act" | "sender"> => {
    const { id, content, act, sender } = saidMessage(at.host, at.uri, text, "mia");
    return { id, content, act, sender: sender?.uri ?? null };
  };
  const given = () => {
    const notices = platform.notices(at.room.native);
    const texts = platform.messages(at.room.native).map(({ text }) => text);
    return texts.filter((text) => !notices.includes(text));
  };
  const log = (...events: readonly ReturnType<typeof said>[]) =>
    events.map((event, i) => remote(i + 1, event.sender, event));
  return { sample, at, platform, bridge, said, given, log };
}

void test("of a log that another one has replaced a room is given only what it was not given before", async (t) => {
  const { sample, at, bridge, said, given, log } = await stage(t);
  const [one, two, fresh] = [said("one"), said("two"), said("fresh")];
  const wasGivenTo = (id: RemoteEvent["id"]) => sample.store.read(wasGiven({ binding: at.room.id, id }));

  await at.apply(log(one, two));
  assert.equal(await wasGivenTo(one.id), false);
  await deliver(sample, bridge, at.room.id);
  assert.deepEqual(given(), ["one", "two"]);
  assert.equal(await wasGivenTo(one.id), true);

  const start = { after: 0, cursor: null, rev: 2, state: nothingHolds, now: 40_000 } as const;
  await sample.store.write("restartFollowing", { fence: at.fence, group: at.group, ...start });
  const { forkedAt } = await at.apply(log(fresh, one, two), { bounds: { after: 0, head: 3 } });
  assert.equal(forkedAt, 0);
  await deliver(sample, bridge, at.room.id);
  assert.deepEqual(given(), ["one", "two", "fresh"], "what stands in the room is not said again");
  assert.equal((await sample.store.read(outboxBinding(at.room.id)))?.intendedSeq, 3);
});

void test("a log with much in it is read for several entries at once, and given in order", async (t) => {
  const { sample, at, bridge, said, given, log } = await stage(t);
  const texts = Array.from({ length: 40 }, (_, i) => `message ${i}`);
  await at.apply(log(...texts.map(said)));
  let reads = 0;
  const store = watched(sample.store, (statement) => {
    if (statement === "outbox.entry") reads += 1;
  });
  await deliver({ store }, bridge, at.room.id);
  assert.deepEqual(given(), texts);
  assert.ok(reads < texts.length / 2, `${reads} reads of the log`);
});

void test("a room that is paused meanwhile, by whichever process, is given no more of the log, and its receipts are kept", async (t) => {
  const { sample, at, platform, bridge, said, given, log } = await stage(t);
  await at.apply(log(...["one", "two", "three"].map(said)));
  const pause = { binding: at.room.id, at: 45_000, why: "it goes round", nameless: "it goes round" };
  platform.onCall = ({ text }) =>
    text === "one"
      ? { kind: "late", until: sample.store.write("pauseRoom", pause).then(() => undefined) }
      : null;
  await deliver(sample, bridge, at.room.id);
  assert.deepEqual(given(), ["one"]);
  assert.match(platform.notices(at.room.native).at(-1) ?? "", /^This room is paused/);
  assert.equal((await sample.store.read(outboxBinding(at.room.id)))?.intendedSeq, 1);
  assert.equal(await sample.count(`delivery where binding = ${at.room.id}`), 0);
  assert.equal(await sample.count(`link where binding = ${at.room.id}`), 1);
});
