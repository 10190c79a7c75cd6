/** A Slack that does not answer, and one that answers and tells nothing: it is told of in another workspace, and nothing is lost. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

const PATIENCE_MS = 40_000;
const ALARMS = "C0ALARMS";
const folder = temporaryFolder("slack-silence");

const waits = (what: string, ask: () => boolean | Promise<boolean>) => eventually(what, ask, PATIENCE_MS);

void describe("a workspace that falls silent", () => {
  let started: SlackRun | null = null;
  const run = (): SlackRun => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedChannels(folder, {
      limits: { watchEveryMs: 100, pingEveryMs: 200, accountSilentMs: 2_500, roomSilentMs: 60_000 },
      alarms: ALARMS,
      account: { silence: "1s" },
    });
    await waits("the channels for alarms to be linked", () =>
      sides.every((side) => count(side, "now linked with", ALARMS) > 0),
    );
  });
  after(() => started?.stop());

  const sides = ["here", "there"] as const;
  const texts = (side: (typeof sides)[number], channel: string) => {
    const { here, there } = run();
    const simulator = side === "here" ? here : there;
    return simulator
      .workspace()
      .messages(channel)
      .map(({ text }) => text);
  };
  const count = (side: (typeof sides)[number], part: string, channel: string) =>
    texts(side, channel).filter((text) => text.includes(part)).length;
  const said = (text: string) => count("here", text, FROM);
  const say = (text: string) => run().there.workspace().people.post(TO, "U0ALICE", text);

  void it("where its calls are not answered", async () => {
    const { here } = run();
    const held = Promise.withResolvers<void>();
    here.faults.onCall = () => ({ kind: "late", until: held.promise });
    try {
      say("said while nothing is answered");
      await waits("the alarm", () => count("there", "Alarm: account here is silent since ", ALARMS) > 0);
      assert.equal(count("here", "Alarm: account here", ALARMS), 0);
    } finally {
      here.faults.onCall = () => null;
      held.resolve();
    }
    await waits("the end of it in both", () =>
      sides.every((side) => count(side, "Over: account here answers again ", ALARMS) > 0),
    );
    await waits("what was said", () => said("said while nothing is answered") === 1);
  });

  void it("where it takes posts, and no event comes", async () => {
    const { here } = run();
    const before = count("there", "Over: account here", ALARMS);
    here.faults.onEvent = () => ({ copies: 0 });
    try {
      say("heard by nobody");
      await waits("the post", () => said("heard by nobody") === 1);
      const why = "does not tell of it";
      await waits("the alarm", () =>
        texts("there", ALARMS).some((text) => text.includes("Alarm: ") && text.includes(why)),
      );
    } finally {
      here.faults.onEvent = () => null;
    }
    say("heard again");
    await waits("the end of it", () => count("there", "Over: account here", ALARMS) > before);
    await waits("what was said", () => said("heard again") === 1);
    assert.equal(said("heard by nobody"), 1);
  });
});
