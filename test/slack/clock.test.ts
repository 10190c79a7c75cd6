import assert from "node:assert/strict";
import { it } from "node:test";
import { SimulatedClock } from "./clock.ts";

void it("a clock that stands rings in order as it is moved, also what is set while it rings", () => {
  const clock = new SimulatedClock(1_000);
  const rung: string[] = [];
  const ring = (name: string) => () => rung.push(`${name} at ${clock.now()}`);
  clock.after(200, ring("b"));
  clock.after(100, () => {
    ring("a")();
    clock.after(50, ring("between"));
  });
  const callOff = clock.after(150, ring("never"));
  callOff();
  clock.after(301, ring("later"));
  clock.advance(300);
  assert.deepEqual(rung, ["a at 1100", "between at 1150", "b at 1200"]);
  assert.equal(clock.now(), 1_300);
});

void it("a clock that runs can be moved on too", async () => {
  const clock = new SimulatedClock();
  const before = clock.now();
  let isRung = false;
  clock.after(3_600_000, () => (isRung = true));
  clock.advance(3_600_000);
  assert.equal(isRung, true);
  assert.ok(clock.now() >= before + 3_600_000);
  await new Promise<void>((resolve) => clock.after(1, resolve));
});
