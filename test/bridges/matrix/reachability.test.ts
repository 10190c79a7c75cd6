import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reachability } from "../../../bridges/matrix/reachability.ts";
import { createLogger } from "../../../core/log.ts";
import { eventually } from "../../support/harness-eventually.ts";

const log = createLogger({ level: "error", bodies: false, stream: { write: () => undefined } });
const LOST = new Error("socket hang up");

/** A homeserver that is there or not, and how often it was asked and came back. */
function reaching() {
  const homeserver = { there: true, asked: 0, back: 0 };
  const reach: Reachability = new Reachability({
    ask: () => {
      homeserver.asked += 1;
      if (homeserver.there) reach.answered();
      else reach.unanswered(LOST);
      return Promise.resolve();
    },
    back: () => {
      homeserver.back += 1;
    },
    log,
  });
  reach.begin();
  return { homeserver, reach };
}

void describe("whether a homeserver answers", () => {
  void it("is no question where one answer was lost and the next comes", () => {
    const { homeserver, reach } = reaching();
    reach.answered();
    reach.unanswered(LOST);
    assert.deepEqual(
      [reach.health.state, reach.away, homeserver],
      ["up", false, { ...homeserver, asked: 1, back: 0 }],
    );
    reach.end();
  });

  void it("is denied where the next does not come either, until it answers again", async () => {
    const { homeserver, reach } = reaching();
    reach.answered();
    homeserver.there = false;
    reach.unanswered(LOST);
    assert.deepEqual([reach.health.state, reach.away, homeserver.asked], ["down", true, 1]);
    homeserver.there = true;
    await eventually("it to be asked again", () => reach.health.state === "up");
    assert.deepEqual([homeserver.asked, homeserver.back], [2, 1]);
    reach.end();
  });

  void it("is denied at once of one that has never answered", () => {
    const { homeserver, reach } = reaching();
    reach.unanswered(LOST);
    assert.deepEqual([reach.health.state, homeserver.asked], ["down", 0]);
    reach.end();
    assert.ok(!reach.away);
  });
});
