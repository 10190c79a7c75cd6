import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RepairProgress } from "../../../bridges/slack/repair-progress.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";

void describe("the progress of reading what was missed", () => {
  const lines: string[] = [];
  const log = createLogger({ level: "info", bodies: false, stream: { write: (line) => lines.push(line) } });
  let now = 1_000_000;
  const progress = new RepairProgress("C1" as NativeRoom, log, () => now);

  void it("is nobody's business at first", () => {
    progress.begin();
    progress.read(200);
    assert.equal(progress.text, null);
    assert.deepEqual(lines, []);
  });

  void it("says after a while how far it is and how much is behind", () => {
    now += 4_000;
    progress.read(15);
    progress.handed(10, `${(now - 10 * 60_000) / 1_000}.000000`);
    assert.equal(progress.text, "reading what was missed: 2 pages, 215 messages, 10 taken in, 10 min behind");
  });

  void it("is logged every few seconds, not with every page", () => {
    now += 1_000;
    for (let page = 0; page < 5; page++) progress.read(1);
    assert.equal(lines.length, 1);
    const [line = ""] = lines;
    assert.match(line, /"room":"C1".*"pages":3,"messages":216,"handed":10,"lagMs":600000/);
    now += 5_000;
    progress.read(1);
    assert.equal(lines.length, 2);
  });

  void it("is none any more at the end, and begins anew", () => {
    progress.end();
    assert.equal(progress.text, null);
    progress.begin();
    now += 4_000;
    assert.equal(progress.text, "reading what was missed: 0 pages, 0 messages, 0 taken in");
  });
});
