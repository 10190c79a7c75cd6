/** Deliveries that wait, or have waited too long: for a room that is not entered yet, and of what was erased meanwhile. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { DeliveryError, type OutEvent } from "../../../core/bridge/outbound.ts";
import { MessageMemo } from "../../../core/groups/message-memo.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { HeldLane } from "../../../core/lanes/held-lane.ts";
import { inLane, outLane } from "../../../core/lanes/lane-key.ts";
import { LaneRun } from "../../../core/lanes/lane-run.ts";
import { runOutbox } from "../../../core/lanes/outbox-lane.ts";
import { limits } from "../../../core/limits.ts";
import { noPolicy, type RoomPolicy } from "../../../core/policy/room-policy.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";
import { FakeBridge } from "../../support/fake-bridge.ts";
import { FakePlatform, usualModes } from "../../support/fake-platform.ts";
import { QuietHost } from "../../support/quiet-host.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { saidMessage } from "../federation/said-message.ts";
import { domain } from "../store/federation-sample.ts";
import { property } from "../store/sample.ts";
import { laneSample, silent } from "./lane-sample.ts";

const folder = temporaryFolder("outbox-waiting");
const AT = 50_000;

/** Takes nothing from the platform: rooms are only delivered to. */
const nobody = new QuietHost();

/** Enters its rooms when it is told to. */
class SlowBridge extends FakeBridge {
  /** Whether something can be planned now. */
  entered: (event: OutEvent) => boolean = () => true;
  why: string | null = null;
  readonly left: string[] = [];

  override plan(room: NativeRoom, event: OutEvent) {
    if (this.entered(event)) return super.plan(room, event);
    const verdict = { certainty: "certain", retry: "after", afterMs: 70 } as const;
    throw new DeliveryError("account_down", "the room is not entered yet", verdict);
  }

  override fault(): string | null {
    return this.why;
  }

  override leave(room: NativeRoom): Promise<void> {
    this.left.push(room);
    return Promise.resolve();
  }
}

/** Room b of a group in which something is said in a. */
async function stage(t: TestContext, modes: { readonly window?: number; readonly textBytes?: number } = {}) {
  const sample = await laneSample(folder);
  const { store, a, b } = sample;
  const platform = new FakePlatform({ ...usualModes, ...modes, connected: false });
  const bridge = new SlowBridge(platform.modes, {
    attach: (client) => Promise.resolve(platform.attach(client)),
  });
  await bridge.start(nobody);
  t.after(async () => {
    await bridge.stop();
    await store.close();
  });
  let now = AT;
  const host = domain("fake.mimi.test");
  return {
    sample,
    platform,
    bridge,
    later: (ms: number) => (now += ms),
    message: (text: string) => saidMessage(host, a.groupUri, text, "anna"),
    say: async (...events: readonly NewEvent[]) => {
      await sample.accept(
        a.id,
        events.map(({ id }) => id),
      );
      const fence = await sample.claim(inLane(a.id));
      const rows = (await sample.rows(a.id)).map(({ n }, i) => sample.row(n, events.slice(i, i + 1)));
      await sample.append(fence, a, rows);
      await store.write("releaseLane", fence);
    },
    deliver: async (policy: Partial<RoomPolicy> = {}) => {
      const held = await HeldLane.claim(store, outLane(b.id), 60_000);
      assert.ok(held);
      const outcome = await runOutbox(
        {
          store,
          log: silent,
          limits,
          bridge,
          memo: new MessageMemo(),
          hides: () => Promise.resolve(false),
          policies: { of: () => Promise.resolve({ ...noPolicy, ...policy }) },
          now: () => now,
          wake: () => undefined,
          ended: () => Promise.resolve(),
        },
        new LaneRun(outLane(b.id), held),
        b.id,
      );
      await held.release();
      return outcome;
    },
    open: async () =>
      (
        await sample.sql(`select state, attempt from delivery where binding = ${b.id} order by seq, step`)
      ).map(({ state, attempt }) => `${String(state)} ${String(attempt)}`),
  };
}

const waits = {
  kind: "put-off",
  wait: 70,
  error: "account_down: the room is not entered yet",
  failure: false,
} as const;

void test("what is said while a room is not entered waits until it is", async (t) => {
  const { bridge, platform, say, deliver } = await stage(t);
  await say(property("topic", "tea"));
  bridge.entered = () => false;
  assert.deepEqual(await deliver(), waits);
  bridge.entered = () => true;
  assert.deepEqual(await deliver(), { kind: "caught-up" });
  assert.equal(platform.state("b").topic, "tea");
});

void test("what was under way when the gateway ended waits until the room is entered again", async (t) => {
  const { bridge, platform, say, deliver, open } = await stage(t);
  await say(property("topic", "tea"));
  platform.onCall = () => ({ kind: "lost-before" });
  assert.equal((await deliver()).kind, "put-off");
  platform.onCall = () => null;
  bridge.entered = () => false;
  assert.deepEqual(await deliver(), waits);
  assert.deepEqual(await open(), ["intended 1"]);
  bridge.entered = () => true;
  assert.deepEqual(await deliver(), { kind: "caught-up" });
  assert.equal(platform.state("b").topic, "tea");
});

void test("what was made before a room was lost is noted, and is asked for no more", async (t) => {
  const { bridge, platform, message, say, deliver, open } = await stage(t, { window: 2 });
  platform.latency = () => 5;
  await say(message("one"), message("two"), property("topic", "tea"));
  bridge.entered = ({ kind }) => kind !== "property";
  assert.deepEqual(await deliver(), waits);
  assert.deepEqual(
    platform.messages("b").map(({ text }) => text),
    ["one", "two"],
  );
  assert.deepEqual(await open(), []);
});

void test("a room that is behind and not entered is told nothing in short, and nothing is passed over", async (t) => {
  const { sample, bridge, platform, later, message, say, deliver } = await stage(t);
  await say(message("one"), message("two"), property("topic", "tea"), message("three"));
  later(limits.backlogMs);
  await sample.sql(`update binding set lag_told_at = 1 where id = ${sample.b.id}`);
  bridge.entered = ({ kind }) => kind !== "property";
  assert.deepEqual(await deliver({ backlog: "digest" }), waits);
  bridge.entered = () => true;
  assert.deepEqual(await deliver({ backlog: "digest" }), { kind: "caught-up" });
  assert.equal(platform.state("b").topic, "tea");
});

for (const lost of ["lost-after", "lost-before"] as const)
  void test(`what was erased after its answer was lost (${lost}) is made no more, and known where it stands`, async (t) => {
    const { sample, platform, later, message, say, deliver, open } = await stage(t);
    const secret = message("secret");
    await say(secret);
    platform.onCall = () => ({ kind: lost });
    assert.equal((await deliver()).kind, "put-off");
    platform.onCall = () => null;
    await sample.sql(`update event set content = null, erased_at = ${AT} where id = '${secret.id}'`);
    later(usualModes.settleMs);
    assert.deepEqual(await deliver(), { kind: "caught-up" });
    const stands = platform.messages("b").map(({ id }) => id);
    assert.equal(stands.length, lost === "lost-after" ? 1 : 0);
    const links = await sample.sql(`select native, part, event_id from link where binding = ${sample.b.id}`);
    assert.deepEqual(
      links.map(({ native, part, event_id: event }) => ({ native, part, event })),
      stands.map((native) => ({ native, part: 0, event: secret.id })),
    );
    assert.deepEqual(await open(), []);
  });

void test("a room that can't be entered is left without its last line, and one that is being entered is not", async (t) => {
  const { sample, bridge, later, deliver } = await stage(t);
  const { account, b } = sample;
  bridge.entered = () => false;
  await sample.store.write("unlink", {
    account: account.id,
    native: b.native,
    label: "fake:b",
    erase: false,
    at: AT,
    actor: "test",
  });
  const state = async () => (await sample.sql(`select state from binding where id = ${b.id}`))[0]?.["state"];
  bridge.why = "the room was destroyed";
  assert.deepEqual(await deliver(), waits, "it may be one of those faults that pass");
  later(60_000);
  bridge.why = null;
  assert.deepEqual(await deliver(), waits);
  assert.deepEqual([await state(), bridge.left], ["leaving", []]);
  bridge.why = "the room was destroyed";
  assert.deepEqual(await deliver(), { kind: "caught-up" });
  assert.deepEqual([await state(), bridge.left], ["ended", ["b"]]);
});

void test("the parts of one message leave one after the other where a room takes one call at a time", async (t) => {
  const { platform, message, say, deliver } = await stage(t, { window: 1, textBytes: 4 });
  platform.latency = () => 5;
  await say(message("onetwo4three"), message("end."));
  assert.deepEqual(await deliver(), { kind: "caught-up" });
  assert.equal(platform.beyondWindow, 0);
  assert.deepEqual(
    platform.messages("b").map(({ text }) => text),
    ["onet", "wo4t", "hree", "end."],
  );
});

void test("the parts after one that the room does not take now are not made before it, and not asked for", async (t) => {
  const { platform, message, say, deliver, open } = await stage(t, { window: 1, textBytes: 4 });
  await say(message("onetwo4three"));
  platform.onCall = () => ({ kind: "throttle", ms: 50 });
  assert.equal((await deliver()).kind, "put-off");
  assert.equal(platform.calls.length, 1);
  assert.deepEqual(await open(), ["queued 0", "queued 0", "queued 0"]);
  platform.onCall = () => null;
  assert.deepEqual(await deliver(), { kind: "caught-up" });
  assert.deepEqual(
    platform.messages("b").map(({ text }) => text),
    ["onet", "wo4t", "hree"],
  );
});
