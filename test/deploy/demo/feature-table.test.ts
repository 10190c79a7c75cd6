import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { featureFaults, renderFeatures, type Showing, verdict } from "../../../deploy/demo/feature-table.ts";

const fine: Showing = {
  feature: "emote (0245)",
  done: "* anna waves",
  held: "* anna waves",
  times: 1,
  sound: true,
  tookMs: 12,
};
const missing: Showing = { ...fine, feature: "topic", held: null, times: 0, tookMs: null };
const doubled: Showing = { ...fine, times: 2 };
const damaged: Showing = { ...fine, sound: false };

void describe("the demo's table of features", () => {
  void it("tells what arrived once from what is missing, came twice or was damaged", () => {
    assert.deepEqual([fine, missing, doubled, damaged].map(verdict), [
      "arrived",
      "MISSING",
      "2 TIMES",
      "DAMAGED",
    ]);
    const late = { ...fine, held: null, tookMs: null };
    assert.equal(verdict(late), "MISSING", "what came only after all waiting");
  });

  void it("names each fault, and none where all is well", () => {
    assert.deepEqual(featureFaults([fine]), []);
    assert.deepEqual(featureFaults([missing, fine, doubled]), [
      "topic: MISSING: * anna waves",
      "emote (0245): 2 TIMES: * anna waves",
    ]);
  });

  void it("shows both rooms side by side", () => {
    assert.equal(
      renderFeatures([fine, missing]),
      `FEATURE       DONE IN ONE ROOM  HELD BY THE OTHER ROOM
emote (0245)  * anna waves      * anna waves            arrived, 12 ms
topic         * anna waves      -                       MISSING
`,
    );
  });
});
