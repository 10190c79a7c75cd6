import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../../support/harness-eventually.ts";
import { ALICE, holds, runs, together } from "./faults-run.ts";
import { FROM, type SlackRun, TO } from "./slack-gateway.ts";

const opened = ({ here }: SlackRun): number =>
  here.calls.filter(({ method }) => method === "apps.connections.open").length;

/** Says these texts, one after the other. */
async function say({ here }: SlackRun, texts: readonly string[], every: number): Promise<void> {
  for (const text of texts) {
    here.workspace().people.post(FROM, ALICE, text);
    await pause(every);
  }
}

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);

void describe("sockets", together, () => {
  const begin = runs("slack-sockets");

  void it("that are cut every second lose and double nothing", async (test) => {
    const run = await begin(test);
    run.here.faults.socketLifeMs = 1_000;
    run.here.events.sockets.drop();
    const texts = numbered("cut", 40);
    await say(run, texts, 100);
    await eventually("them to be opened again and again", () => opened(run) >= 3);
    await holds(run, texts);
  });

  void it("that Slack renews, all of them at once, lose nothing", async (test) => {
    const run = await begin(test);
    const texts = numbered("renewed", 20);
    const before = opened(run);
    const talk = say(run, texts, 50);
    await pause(300);
    run.here.events.sockets.disconnect("refresh_requested");
    await talk;
    await holds(run, texts);
    assert.ok(opened(run) > before);
  });

  void it("that are connected and silent are noticed, and what they withheld is read", async (test) => {
    const run = await begin(test, { account: { silence: "1s" } });
    const before = opened(run);
    run.here.faults.silentSockets = true;
    run.here.workspace().people.post(FROM, ALICE, "unheard");
    // The gateway posts into the channel, and does not hear it.
    run.there.workspace().people.post(TO, ALICE, "from the other side");
    await eventually("a new socket", () => opened(run) > before);
    run.here.faults.silentSockets = false;
    await holds(run, ["unheard"]);
  });

  void it("that can't be opened for a while hold nothing up that goes the other way", async (test) => {
    const run = await begin(test);
    run.here.faults.onCall = ({ method }) =>
      method === "apps.connections.open" ? { kind: "status", status: 503 } : null;
    run.here.events.sockets.drop();
    run.there.workspace().people.post(TO, ALICE, "into it");
    await eventually("the post", () =>
      run.here
        .workspace()
        .messages(FROM)
        .some(({ text }) => text === "into it"),
    );
    run.here.workspace().people.post(FROM, ALICE, "out of it");
    run.here.faults.onCall = () => null;
    await holds(run, ["out of it"]);
  });
});
