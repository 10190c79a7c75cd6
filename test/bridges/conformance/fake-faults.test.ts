/** Faults of calls on demand, which only a scripted platform has: what becomes of each, and of what is said around it. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { FakeCall, FakeFault, FakeModes } from "../../support/fake-platform.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { arrives, link, linked as linkedIn, numbered, quiet, sayAll } from "./fake-linked.ts";

const folder = temporaryFolder("faults");
const linked = (t: TestContext, modes: Partial<FakeModes> = {}) => linkedIn(folder, t, modes);

/** The fault for the first call with this text, and none afterwards. */
function once(faults: Readonly<Record<string, FakeFault>>): (call: FakeCall) => FakeFault | null {
  const left = new Map(Object.entries(faults));
  return ({ text }) => {
    const fault = left.get(text) ?? null;
    left.delete(text);
    return fault;
  };
}

for (const window of [1, 5]) {
  void describe(`${window} calls at a time`, () => {
    void test("what the platform says twice is carried once", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      platform.repeating = true;
      sayAll(platform, numbered(20));
      await arrives(platform, numbered(20));
      await quiet(gateway);
      assert.deepEqual(platform.texts("b"), numbered(20));
    });

    void test("an answer lost before or after the effect neither loses nor doubles a message", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      platform.onCall = once({ m3: { kind: "lost-before" }, m7: { kind: "lost-after" } });
      sayAll(platform, numbered(10));
      await eventually("all to have arrived", () => platform.texts("b").length >= 10);
      await quiet(gateway);
      assert.deepEqual(platform.texts("b").toSorted(), numbered(10).toSorted());
      // A call without an answer may be followed by others that were under way with it, by nothing else.
      if (window === 1) assert.deepEqual(platform.texts("b"), numbered(10));
      assert.equal((await gateway.operations.status()).unclear, 0);
    });

    void test("what shows only after a while is not made again before that", async (t) => {
      const { platform, gateway } = await linked(t, { window, settleMs: 400 });
      platform.onCall = once({ m2: { kind: "lost-unseen", ms: 250 } });
      sayAll(platform, numbered(6));
      await arrives(platform, numbered(6));
      await quiet(gateway);
      assert.deepEqual(platform.texts("b"), numbered(6));
    });

    void test("a late answer holds back no more than the window", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      const gate = Promise.withResolvers<void>();
      platform.onCall = once({ m1: { kind: "late", until: gate.promise } });
      sayAll(platform, numbered(12));
      await platform.until(
        "the window to be full",
        () => platform.calls.filter(({ op }) => op === "message").length === window,
      );
      await eventually("all to be in the log", async () =>
        (await gateway.operations.status()).bindings.every(({ inbox }) => inbox === 0),
      );
      assert.equal(platform.calls.filter(({ op }) => op === "message").length, window);
      gate.resolve();
      await quiet(gateway);
      assert.deepEqual(platform.texts("b").toSorted(), numbered(12).toSorted());
      assert.equal(platform.beyondWindow, 0);
    });

    void test("a throttled room waits as long as it was asked to, and other rooms do not", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      await link(platform, gateway, "c", "d");
      const wait = 3_000;
      let throttledAt = 0;
      const again: number[] = [];
      platform.onCall = ({ room }) => {
        if (room !== "b") return null;
        // The gateway's clock counts whole milliseconds.
        if (throttledAt > 0 && performance.now() - throttledAt >= wait - 5) {
          again.push(performance.now());
          return null;
        }
        if (throttledAt === 0) throttledAt = performance.now();
        return { kind: "throttle", ms: wait };
      };
      sayAll(platform, numbered(5));
      await platform.until("the room to throttle", () => throttledAt > 0);
      const calls = () => platform.calls.filter(({ room, op }) => room === "b" && op === "message").length;
      platform.say("c", "carl", "quick");
      await arrives(platform, ["quick"], "d");
      assert.deepEqual(again, [], "the other room waited");
      await eventually("the room to be put off", async () => {
        const { bindings } = await gateway.operations.status();
        const { lastError } = bindings.find(({ room }) => room === "b") ?? {};
        return lastError?.includes("delivery_throttled");
      });
      const throttled = calls();
      assert.ok(throttled <= window);
      await arrives(platform, numbered(5));
      assert.equal(calls(), throttled + 5, "nothing was tried while the room was put off");
      const [first = Infinity] = again;
      assert.ok(first - throttledAt < wait * 2, "the room was put off longer than it was asked for");
      await eventually("nothing to wait any more", async () => {
        const { bindings } = await gateway.operations.status();
        return bindings.every(({ lastError }) => lastError === null);
      });
      assert.equal((await gateway.operations.status()).setAside, 0);
    });

    void test("order stands where an earlier call is throttled and a later one loses its answer", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      const gate = Promise.withResolvers<void>();
      // Until all are in the log the first call is under way, so that the next ones leave together.
      platform.onCall = once({ m1: { kind: "late", until: gate.promise } });
      sayAll(platform, numbered(8));
      await eventually("all to be in the log", async () =>
        (await gateway.operations.status()).bindings.every(({ inbox }) => inbox === 0),
      );
      const faults = once({ m6: { kind: "throttle", ms: 50 } });
      platform.onCall = (call) => {
        if (call.text === "m6") return faults(call);
        return platform.texts("b").includes("m6") || call.text < "m6" ? null : { kind: "lost-before" };
      };
      gate.resolve();
      await eventually("all to have arrived", () => platform.texts("b").length >= 8);
      await quiet(gateway);
      assert.deepEqual(platform.texts("b").slice(-3), ["m6", "m7", "m8"]);
    });

    void test("a rate of its own slows a room down and loses nothing", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      platform.rate = { calls: 4, ms: 150 };
      sayAll(platform, numbered(16));
      await arrives(platform, numbered(16));
      await quiet(gateway);
      assert.equal((await gateway.operations.status()).setAside, 0);
    });

    void test("a message that is never answered for is set aside after its tries, and those behind it go on", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      platform.onCall = ({ text }) => (text === "m2" ? { kind: "lost-before" } : null);
      sayAll(platform, ["m1", "m2"]);
      await platform.until("the author to be told", () =>
        platform.notices("a", "anna").some((line) => line.includes("was not delivered")),
      );
      platform.say("a", "anna", "m3");
      await arrives(platform, ["m1", "m3"]);
      assert.equal(
        platform.calls.filter(({ text }) => text === "m2").length,
        4,
        "as often as the limit says",
      );
      const [aside] = await gateway.operations.setAsideList();
      assert.equal(aside?.code, "delivery_refused");
    });

    void test("a fault that passes is tried again, with its tries counted", async (t) => {
      const { platform, gateway } = await linked(t, { window });
      let stumbles = 0;
      platform.onCall = ({ text }) => (text === "m2" && ++stumbles <= 2 ? { kind: "stumble" } : null);
      sayAll(platform, ["m1", "m2"]);
      await arrives(platform, ["m1", "m2"]);
      await quiet(gateway);
      const native = platform.messages("a").find(({ text }) => text === "m2")?.id ?? "";
      const [trace] = await gateway.operations.trace(native);
      const delivered = trace?.hops.find(({ step }) => step === "delivered");
      assert.equal(delivered?.attempt, 3);
    });

    void test("a long message goes out in several steps, and a fault in one repeats that one only", async (t) => {
      const { platform, gateway } = await linked(t, { window, textBytes: 4 });
      platform.onCall = once({ eeff: { kind: "lost-after" }, gghh: { kind: "lost-before" } });
      sayAll(platform, ["aabbccddeeffgghh"]);
      await eventually("all pieces", () => platform.texts("b").length >= 4);
      await quiet(gateway);
      assert.deepEqual(platform.texts("b"), ["aabb", "ccdd", "eeff", "gghh"]);
    });
  });
}

void describe("a room that keeps nothing that could be asked", () => {
  void test("hold: an unclear delivery is set aside, counted and told to its author; a retry makes it", async (t) => {
    const { platform, gateway } = await linked(t, { archive: false, unclear: "hold" });
    platform.onCall = once({ m2: { kind: "lost-before" } });
    sayAll(platform, numbered(3));
    await arrives(platform, ["m1", "m3"]);
    await platform.until("the author to be told", () =>
      platform.notices("a", "anna").some((line) => line.includes("may not have reached")),
    );
    const status = await gateway.operations.status();
    assert.equal(status.unclear, 1);
    assert.equal(status.setAside, 1);
    const [aside] = await gateway.operations.setAsideList();
    assert.equal(aside?.code, "delivery_unclear");
    await gateway.operations.setAsideRetry(aside?.id ?? 0);
    await arrives(platform, ["m1", "m3", "m2"]);
    assert.equal(platform.notices("a", "anna").length, 1);
  });

  void test("repeat: an unclear delivery is made again, and counted", async (t) => {
    const { platform, gateway } = await linked(t, { archive: false, unclear: "repeat" });
    platform.onCall = once({ m2: { kind: "lost-after" } });
    sayAll(platform, numbered(3));
    await arrives(platform, ["m1", "m2", "m2", "m3"]);
    const status = await gateway.operations.status();
    assert.equal(status.unclear, 1);
    assert.equal(status.setAside, 0);
  });
});
