import assert from "node:assert/strict";
import { it } from "node:test";
import { SimulatedClock } from "../slack/clock.ts";
import { CountedPace } from "./counted-pace.ts";

void it("the counted pace lets every call go, and moves the clock on by what the tier asks for", async () => {
  const clock = new SimulatedClock(0);
  const pace = new CountedPace(clock);
  const patient = Number.MAX_SAFE_INTEGER;
  for (let call = 0; call < 55; call++) {
    assert.equal(await pace.take("conversations.history", "C0GENERAL", patient), 0);
  }
  assert.equal(pace.calls, 55);
  assert.equal(clock.now(), pace.waitedMs);
  // Ten at once, then 45 a minute.
  assert.ok(pace.waitedMs > 59_000 && pace.waitedMs < 62_000, `${pace.waitedMs} ms`);
  await pace.refused("conversations.history", "C0GENERAL", 30_000);
  assert.equal(pace.refusals, 1);
  assert.ok((await pace.take("conversations.history", "C0GENERAL", 1_000)) > 1_000);
  assert.equal(pace.calls, 55);
});
