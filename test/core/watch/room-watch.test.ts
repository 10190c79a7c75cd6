import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RoomSeen, RoomWatch } from "../../../core/watch/room-watch.ts";

const still: RoomSeen = { out: null, in: null, fault: null, error: null };
const behind: RoomSeen = { ...still, out: 5 };

function watched() {
  const at = { now: 1_000 };
  const watch = new RoomWatch({ roomSilentMs: 35_000 }, () => at.now);
  const look = (afterMs: number, seen: RoomSeen) => {
    at.now += afterMs;
    return watch.look(seen);
  };
  return { watch, look };
}

void describe("a room that is watched", () => {
  void it("is well as long as nothing waits for it, however quiet it is", () => {
    const { look } = watched();
    for (let i = 0; i < 10; i += 1) assert.deepEqual(look(60_000, still), { state: "well" });
  });

  void it("is silent when something waits and nothing moves, with the reason of its lane", () => {
    const { look } = watched();
    look(0, still);
    assert.deepEqual(look(5_000, behind), { state: "waiting" });
    assert.deepEqual(look(34_999, behind), { state: "waiting" });
    const verdict = look(1, { ...behind, error: "delivery_refused: not now" });
    assert.deepEqual(verdict, { state: "silent", since: 6_000, why: "delivery_refused: not now" });
    assert.deepEqual(look(5_000, still), { state: "waiting" });
    assert.deepEqual(look(30_000, still), { state: "well" });
  });

  void it("is not silent as long as it gets on, however much waits", () => {
    const { look } = watched();
    look(0, behind);
    for (let i = 1; i < 20; i += 1)
      assert.deepEqual(look(30_000, { ...behind, out: 5 + i }), { state: "well" });
  });

  void it("is silent when what was said in it is not carried, though what waits for it goes on", () => {
    const { look } = watched();
    look(0, still);
    for (let i = 0; i < 7; i += 1)
      assert.deepEqual(look(5_000, { ...behind, out: 5 + i, in: 7_000 }), { state: "waiting" });
    const verdict = look(5_000, { ...behind, out: 99, in: 7_000 });
    assert.deepEqual(verdict, { state: "silent", since: 6_000, why: "what was said there is not carried" });
    assert.deepEqual(look(5_000, { ...behind, out: 100, in: 9_000 }), { state: "waiting" });
    assert.deepEqual(look(30_000, { ...behind, out: 101, in: 10_000 }), { state: "well" });
  });

  void it("is silent when the gateway is not in it, though nothing waits", () => {
    const { look } = watched();
    look(0, still);
    const shut = { ...still, fault: "banned" };
    assert.deepEqual(look(1_000, shut), { state: "waiting" });
    assert.deepEqual(look(35_000, shut), { state: "silent", since: 2_000, why: "banned" });
    assert.deepEqual(look(35_000, still), { state: "well" });
    assert.deepEqual(look(1_000, shut), { state: "waiting" }, "a new fault has its own time");
  });

  void it("is not well in between, where something gets in only now and then", () => {
    const { look } = watched();
    look(0, behind);
    const states = Array.from({ length: 30 }, (_, i) => {
      const seen = { ...behind, out: 5 + Math.floor(i / 10) };
      return look(5_000, { ...seen, error: "delivery_throttled: later" }).state;
    });
    assert.ok(
      states.includes("silent") && !states.slice(states.indexOf("silent")).includes("well"),
      states.join(),
    );
  });

  void it("begins anew where something else has held it up", () => {
    const { watch, look } = watched();
    look(0, behind);
    look(34_000, behind);
    watch.begin();
    assert.deepEqual(look(34_000, behind), { state: "waiting" });
    assert.deepEqual(look(34_000, behind), { state: "waiting" });
    assert.equal(look(1_000, behind).state, "silent");
  });
});
