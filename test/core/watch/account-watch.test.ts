import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { describe, it } from "node:test";
import type { Health } from "../../../core/bridge/room.ts";
import { GatewayError } from "../../../core/errors.ts";
import { limits as usual } from "../../../core/limits.ts";
import { AccountWatch, type Seen } from "../../../core/watch/account-watch.ts";

const limits = { pingEveryMs: 10_000, accountSilentMs: 30_000 };
const up: Seen = { kind: "here", health: { state: "up", since: 0 } };
const seen = (health: Health): Seen => ({ kind: "here", health });

/** A platform that is asked, and a clock that stands until it is moved. */
function asked() {
  const at = { now: 1_000_000 };
  const open: PromiseWithResolvers<void>[] = [];
  const ping = (): Promise<void> => {
    const one = Promise.withResolvers<void>();
    open.push(one);
    return one.promise;
  };
  const watch = new AccountWatch({ ping, limits, now: () => at.now });
  return {
    open,
    watch,
    /** Looks after so long, and lets what was answered be noticed. */
    look: async (afterMs: number, as: Seen = up) => {
      at.now += afterMs;
      await turn();
      const verdict = watch.look(as);
      await turn();
      return verdict;
    },
    pass: (ms: number) => void (at.now += ms),
  };
}

void describe("an account that is watched", () => {
  void it("is well once its platform has answered, and is asked at intervals, one question at a time", async () => {
    const { open, watch, look, pass } = asked();
    assert.deepEqual(await look(0), { state: "waiting" });
    assert.deepEqual(await look(5_000), { state: "waiting" });
    assert.equal(open.length, 1);
    pass(200);
    open[0]?.resolve();
    assert.deepEqual(await look(0), { state: "well" });
    assert.equal(watch.tripMs, 5_200);
    await look(4_700);
    assert.equal(open.length, 1, "not yet");
    await look(200);
    assert.equal(open.length, 2);
  });

  void it("is silent when it has not answered for long although it is connected, and well again with its answer", async () => {
    const { open, look } = asked();
    await look(0);
    open[0]?.resolve();
    await look(0);
    const answeredAt = 1_000_000;
    for (let i = 0; i < 5; i += 1) assert.deepEqual(await look(5_900), { state: "well" });
    const silent = await look(500);
    assert.deepEqual(silent, { state: "silent", since: answeredAt, why: "its platform does not answer" });
    assert.equal(open.length, 2, "what is not answered is not asked again and again");
    await look(12_000);
    assert.equal(open.length, 3, "unless it would not count any more");
    open[1]?.resolve();
    assert.deepEqual(await look(100), { state: "well" });
  });

  void it("is silent for the reason of the last refusal", async () => {
    const { open, look } = asked();
    await look(0);
    for (let i = 0; i < 4; i += 1) {
      open[i]?.reject(new GatewayError("request_timeout", `refused ${i}`));
      await look(10_000);
    }
    const verdict = await look(0);
    assert.equal(verdict.state, "silent");
    assert.match(verdict.state === "silent" ? verdict.why : "", /^request_timeout: refused [23]$/);
  });

  void it("is silent when it is not connected, for the reason that its bridge gives, and is not asked then", async () => {
    const { open, look } = asked();
    const down = seen({ state: "down", since: 0, reason: "refused" });
    assert.deepEqual(await look(0, down), { state: "waiting" });
    const verdict = await look(30_000, down);
    assert.deepEqual(verdict, { state: "silent", since: 1_000_000, why: "refused" });
    assert.equal(open.length, 0);
    const nobody: Seen = { kind: "nowhere", why: "no process serves it" };
    const other = await look(0, nobody);
    assert.equal(other.state === "silent" && other.why, "no process serves it");
  });

  void it("is not well by an answer that came when the connection was lost", async () => {
    const { open, look } = asked();
    await look(0);
    await look(10_000, seen({ state: "connecting", since: 0, reason: null }));
    open[0]?.resolve();
    assert.deepEqual(await look(0), { state: "waiting" });
  });

  void it("is not judged as long as another process serves it, nor for the time when nobody watched", async () => {
    const { watch, look } = asked();
    for (let i = 0; i < 10; i += 1)
      assert.deepEqual(await look(10_000, { kind: "elsewhere" }), { state: "elsewhere" });
    assert.deepEqual(await look(10_000), { state: "waiting" });
    await look(19_000);
    watch.begin();
    assert.deepEqual(await look(20_000), { state: "waiting" });
    assert.equal((await look(10_000)).state, "silent");
  });

  void it("is well as long as it is connected where its platform can't be asked", () => {
    let now = 0;
    const watch = new AccountWatch({ ping: null, limits, now: () => now });
    const verdicts = [up, up, seen({ state: "down", since: 0, reason: null })].map((as) => {
      now += 29_000;
      return watch.look(as).state;
    });
    assert.deepEqual(verdicts, ["well", "well", "waiting"]);
  });

  void it("is told of within a minute of its last answer, by the numbers that are usual", async () => {
    const { watchEveryMs, pingEveryMs, accountSilentMs, roomSilentMs } = usual;
    let now = 0;
    let frozenAt: number | null = null;
    const ping = () => (frozenAt === null ? Promise.resolve() : new Promise<void>(() => undefined));
    const watch = new AccountWatch({ ping, limits: { pingEveryMs, accountSilentMs }, now: () => now });
    for (; now < 600_000; now += watchEveryMs) {
      if (now === 300_000) frozenAt = now;
      const { state } = watch.look(up);
      await turn();
      if (frozenAt === null) assert.notEqual(state, "silent");
      else if (state === "silent") break;
    }
    assert.ok(now - (frozenAt ?? 0) <= 40_000, `after ${now - (frozenAt ?? 0)} ms`);
    // The service of rooms is noticed within a ping and the time for its answer, and is then a fault of its rooms.
    assert.ok(pingEveryMs + 5_000 + roomSilentMs + watchEveryMs < 60_000);
  });
});
