import assert from "node:assert/strict";
import { it } from "node:test";
import { caughtUp } from "../../../bridges/slack/catch-up.ts";
import { History } from "../../../bridges/slack/history.ts";
import { compareTimestamps, markOf, positionOf } from "../../../bridges/slack/names.ts";
import { RepairProgress } from "../../../bridges/slack/repair-progress.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { self } from "./around.ts";

const room = "C0TEST" as NativeRoom;
const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const SAID = 450;

void it("no mark of what is read again is later than what was handed over with it or before it", async () => {
  const messages = Array.from({ length: SAID }, (_, i) => ({
    type: "message",
    user: "U1",
    text: "said",
    ts: `${2_000_000 + i}.000100`,
  })).toReversed();
  const position = { read: "2000000.000000", begin: "1000000.000000" };
  const batches = caughtUp(room, markOf(position), {
    history: new History(() => Promise.resolve({ messages })),
    host: { threads: () => Promise.resolve([]) },
    self,
    progress: new RepairProgress(room, log, () => 0),
    settleMs: 1_000,
    heard: { gap: 0 },
  });
  let [last, handed, seen] = [position.read, 0, 0];
  for await (const { raws, mark } of batches) {
    for (const { nativeKey } of raws) {
      if (nativeKey === null) continue;
      last = nativeKey.split(":")[1] ?? "";
      handed += 1;
    }
    assert.ok(mark);
    assert.ok(compareTimestamps(positionOf(mark).read, last) <= 0, `${mark} after ${last}`);
    seen += 1;
  }
  assert.equal(handed, SAID);
  assert.ok(seen > 2);
  assert.equal(last, `${2_000_000 + SAID - 1}.000100`);
});
