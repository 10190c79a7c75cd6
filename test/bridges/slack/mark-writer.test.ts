import assert from "node:assert/strict";
import { it } from "node:test";
import { MarkWriter } from "../../../bridges/slack/mark-writer.ts";
import { createLogger } from "../../../core/log.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });

void it("a mark that moves again and again is written every five seconds, and again after a failure", (test) => {
  test.mock.timers.enable({ apis: ["setTimeout"] });
  let writes = 0;
  const marks = new MarkWriter(() => {
    writes += 1;
    return writes === 1 ? Promise.reject(new Error("away")) : Promise.resolve();
  }, log);
  marks.moved();
  marks.moved();
  test.mock.timers.tick(4_999);
  assert.equal(writes, 0);
  test.mock.timers.tick(1);
  assert.equal(writes, 1);
  test.mock.timers.tick(60_000);
  assert.equal(writes, 1);
  marks.moved();
  test.mock.timers.tick(5_000);
  assert.equal(writes, 2);
  marks.moved();
  marks.stop();
  test.mock.timers.tick(5_000);
  assert.equal(writes, 2);
});
