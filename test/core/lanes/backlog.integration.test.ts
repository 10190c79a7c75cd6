/** Rooms that have fallen behind: told so once, and given what waits one by one or in short, also across restarts. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { RunningGateway } from "../../../core/gateway.ts";
import { arrives, link, numbered, quiet, sayAll } from "../../bridges/conformance/fake-linked.ts";
import {
  type FakeCall,
  type FakeFault,
  type FakeMessage,
  type FakeModes,
  FakePlatform,
} from "../../support/fake-platform.ts";
import { startFakeGateway } from "../../support/harness.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("backlog");
const ROOM = { account: "fake", room: "b" };
/** After so long a room is behind. */
const BEHIND_MS = 150;
/** The same where something said later is to come before that. */
const PATIENT_MS = 2_000;

/** Two linked rooms of a gateway that can be stopped and started again. */
async function linked(
  t: TestContext,
  modes: Partial<FakeModes>,
  { digestBytes = 2_000, behindMs = BEHIND_MS } = {},
) {
  const platform = new FakePlatform(modes);
  const own = join(folder, randomUUID().slice(0, 8));
  const limits = { backlogMs: behindMs, backlogSoonMs: behindMs, digestBytes };
  const start = () => startFakeGateway({ folder: own, limits }, { fake: platform });
  let gateway: RunningGateway = await start();
  t.after(() => gateway.stop());
  await link(platform, gateway, "a", "b");
  const greeted = platform.notices("b").length;
  return {
    platform,
    gateway: () => gateway,
    restart: async () => {
      await gateway.stop();
      gateway = await start();
    },
    /** What the gateway said in b since the link. */
    told: () => linesIn(platform).slice(greeted),
  };
}

const isLine = ({ key }: FakeMessage): boolean => /^notice-|-digest$/.test(key ?? "");
const linesIn = (platform: FakePlatform): readonly string[] =>
  platform.messages("b").flatMap((one) => (isLine(one) ? [one.text] : []));
/** What came into b by itself. */
const aloneIn = (platform: FakePlatform): readonly string[] =>
  platform.messages("b").flatMap((one) => (isLine(one) ? [] : [one.text]));

/** Says all in a while b takes nothing, until it has waited long enough. */
async function fallBehind(
  platform: FakePlatform,
  gateway: RunningGateway,
  texts: readonly string[],
  behindMs = BEHIND_MS,
) {
  platform.onCall = ({ room }) => (room === "b" ? { kind: "throttle", ms: 50 } : null);
  sayAll(platform, texts);
  const last = platform.messages("a").at(-1)?.id ?? "";
  await eventually("all to be in the log", async () => {
    const [report] = await gateway.operations.trace(last).catch(() => []);
    return report?.hops.some(({ step }) => step === "ordered");
  });
  const since = Date.now();
  await eventually("it to have waited", () => Date.now() - since > behindMs);
}

const linesOf = (notices: readonly string[]): readonly string[] =>
  notices.flatMap((notice) => (/^\d+ messages? /.test(notice) ? notice.split("\n").slice(1) : []));
const lags = (notices: readonly string[]): readonly string[] =>
  notices.filter((notice) => notice.startsWith("This room is behind by "));

for (const modes of [{ window: 1, connected: false }, { window: 5 }])
  void describe(`a room that is behind, ${JSON.stringify(modes)}`, () => {
    void test("is told so once, and given what waits one by one", async (t) => {
      const { platform, gateway, told } = await linked(t, modes);
      await fallBehind(platform, gateway(), numbered(12));
      platform.onCall = () => null;
      await arrives(platform, numbered(12));
      await quiet(gateway());
      assert.equal(lags(told()).length, 1);
      assert.match(told()[0] ?? "", /about \d+ messages wait, the oldest from \d\d:\d\d UTC/);
      assert.equal(told().length, 1);
    });

    void test("is given texts in short where its policy says so, and what is no text in its place", async (t) => {
      const { platform, gateway, told } = await linked(t, modes, { behindMs: PATIENT_MS });
      await gateway().operations.policy.set(ROOM, "backlog", "digest");
      await fallBehind(platform, gateway(), numbered(20), PATIENT_MS);
      platform.setState("a", { topic: "tea" });
      await fallBehind(platform, gateway(), ["late 1", "late 2", "late 3"], PATIENT_MS);
      platform.onCall = () => null;
      await platform.until("the last to be told", () => linesOf(told()).includes("anna: late 3"));
      await quiet(gateway());
      const alone = aloneIn(platform);
      const inShort = linesOf(told()).map((line) => line.replace("anna: ", ""));
      const all = [...alone, ...inShort].toSorted();
      assert.deepEqual(all, [...numbered(20), "late 1", "late 2", "late 3"].toSorted());
      assert.deepEqual(alone, numbered(alone.length), "what was under way already came by itself");
      assert.ok(alone.length <= modes.window);
      assert.equal(lags(told()).length, 1);
      assert.equal(platform.state("b").topic, "tea");
      assert.ok(told().length <= 4, "few messages");
      platform.say("a", "anna", "as ever");
      await platform.until("the next to come", () => aloneIn(platform).includes("as ever"));
    });
  });

/** The second digest's answer is lost after it was made, the third's before; then the gateway is restarted. */
const lost = (stopped: () => void) => {
  const seen: string[] = [];
  return ({ room, op, text }: FakeCall): FakeFault | null => {
    if (room !== "b" || op !== "notice" || !/^\d+ messages? /.test(text) || seen.includes(text)) return null;
    seen.push(text);
    if (seen.length === 2) stopped();
    return seen.length === 2 ? { kind: "lost-after" } : seen.length === 3 ? { kind: "lost-before" } : null;
  };
};

void describe("a digest", () => {
  void test("that a restart comes between is neither lost nor told twice", async (t) => {
    const { platform, gateway, told, restart } = await linked(t, { window: 1 }, { digestBytes: 200 });
    await gateway().operations.policy.set(ROOM, "backlog", "digest");
    await fallBehind(platform, gateway(), numbered(60));
    const middle = Promise.withResolvers<void>();
    platform.onCall = lost(middle.resolve);
    await middle.promise;
    await restart();
    await platform.until("the last to be told", () => linesOf(told()).includes("anna: m60"));
    await quiet(gateway());
    const lines = linesOf(told()).map((line) => line.replace("anna: ", ""));
    assert.deepEqual([...aloneIn(platform), ...lines], numbered(60));
    assert.equal(lags(told()).length, 1);
    assert.ok(told().length > 4);
  });

  void test("is what every message in it can be traced to, and nothing refers to it", async (t) => {
    const { platform, gateway, told } = await linked(t, { window: 1 });
    await gateway().operations.policy.set(ROOM, "backlog", "digest");
    await fallBehind(platform, gateway(), numbered(5));
    platform.onCall = () => null;
    await platform.until("the last to be told", () => linesOf(told()).includes("anna: m5"));
    await quiet(gateway());
    const digest = platform.messages("b").find(({ text }) => text.endsWith("anna: m5"));
    const said = platform.messages("a").find(({ text }) => text === "m4");
    const [trace] = await gateway().operations.trace(said?.id ?? "");
    const delivered = trace?.hops.filter(({ step }) => step === "delivered");
    assert.deepEqual(
      delivered?.map(({ room, native, detail }) => ({ room, native, detail })),
      [{ room: "b", native: digest?.id, detail: "in short, with others" }],
    );
    await assert.rejects(gateway().operations.trace(digest?.id ?? ""), { code: "event_unknown" });
  });

  void test("forgets what is erased before it is made", async (t) => {
    const { platform, gateway, told } = await linked(t, { window: 1 });
    const { operations } = gateway();
    await operations.policy.set(ROOM, "backlog", "digest");
    await fallBehind(platform, gateway(), numbered(5));
    let waits = false;
    platform.onCall = ({ room, text }) => {
      if (room !== "b" || !/^\d+ messages? /.test(text)) return null;
      waits = true;
      return { kind: "throttle", ms: 50 };
    };
    await eventually("the digest to wait", () => waits);
    const said = platform.messages("a").find(({ text }) => text === "m4");
    const [trace] = await operations.trace(said?.id ?? "");
    const [binding] = (await operations.status()).bindings;
    const deed = { act: "erase-events", events: [trace?.event ?? ""] } as const;
    await operations.moderation.moderate(binding?.group ?? "", deed);
    platform.onCall = () => null;
    await platform.until("the last to be told", () => linesOf(told()).includes("anna: m5"));
    await quiet(gateway());
    const lines = linesOf(told()).map((line) => line.replace("anna: ", ""));
    assert.deepEqual([...aloneIn(platform), ...lines], ["m1", "m2", "m3", "m5"]);
  });

  void test("that the room refuses is set aside message by message, and each can be put back", async (t) => {
    const { platform, gateway, told } = await linked(t, { window: 1 });
    await gateway().operations.policy.set(ROOM, "backlog", "digest");
    await fallBehind(platform, gateway(), numbered(4));
    platform.onCall = ({ room, text }) =>
      room === "b" && /^\d+ messages? /.test(text) ? { kind: "refuse" } : null;
    const asides = await eventually("it to be set aside", async () => {
      const list = await gateway().operations.setAsideList();
      return list.length > 0 && list;
    });
    assert.equal(linesOf(told()).length, 0);
    const before = aloneIn(platform);
    for (const { id } of asides) await gateway().operations.setAsideRetry(id);
    await platform.until("all to come", () => aloneIn(platform).length === 4);
    assert.deepEqual(aloneIn(platform), numbered(4));
    assert.equal(before.length + asides.length, 4);
  });
});
