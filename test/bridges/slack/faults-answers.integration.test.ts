import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SimulatedClock } from "../../slack/clock.ts";
import type { CallFault } from "../../slack/faults.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ALICE, holds, runs, SETTLE_MS, textsThere, together } from "./faults-run.ts";
import { FROM, type SlackRun, TO } from "./slack-gateway.ts";

/** Much longer than it takes until what is not seen is believed to be absent. */
const UNSEEN_MS = 60_000;

/** The first post meets the fault; returns how many were made. */
function atFirstPost({ there }: SlackRun, fault: CallFault): () => number {
  let posts = 0;
  there.faults.onCall = ({ method }) => (method === "chat.postMessage" && posts++ === 0 ? fault : null);
  return () => posts;
}

void describe("a post of which the answer is lost", together, () => {
  const begin = runs("slack-answers");

  void it("is made once where it is seen at once", async (test) => {
    const run = await begin(test);
    const posts = atFirstPost(run, { kind: "lost-after" });
    run.here.workspace().people.post(FROM, ALICE, "lost");
    run.here.workspace().people.post(FROM, ALICE, "after it");
    await holds(run, ["lost", "after it"]);
    assert.equal(posts(), 2);
  });

  void it("is made once where it is seen late, before its absence is believed", async (test) => {
    const run = await begin(test);
    const posts = atFirstPost(run, { kind: "lost-unseen", ms: SETTLE_MS / 2 });
    run.here.workspace().people.post(FROM, ALICE, "lost and late");
    run.here.workspace().people.post(FROM, ALICE, "after it");
    await holds(run, ["lost and late", "after it"]);
    assert.equal(posts(), 2);
  });

  for (const unclear of ["hold", "repeat"])
    void it(`stands there twice where it is seen after its absence was believed, counted and traced (${unclear})`, async (test) => {
      const clock = new SimulatedClock();
      const run = await begin(test, { simulator: { limits: "off", clock }, account: { unclear } });
      const posts = atFirstPost(run, { kind: "lost-unseen", ms: UNSEEN_MS });
      run.here.workspace().people.post(FROM, ALICE, "seen too late");
      run.here.workspace().people.post(FROM, ALICE, "after it");
      await eventually("it to be made again", () => posts() >= 2);
      clock.advance(UNSEEN_MS);
      const [late] = await run.shows("both", (all) => {
        const found = all.filter(({ text }) => text === "seen too late");
        return found.length === 2 && found;
      });
      assert.ok(late !== undefined);
      await run.shows("what comes after it", (all) => all.some(({ text }) => text === "after it"));
      await eventually(
        "it to be counted",
        async () => (await run.gateway().operations.status()).unclear === 1,
      );
      const [report] = await run.gateway().operations.trace(late.ts);
      const steps = report?.hops.filter(({ account }) => account === "there").map(({ step }) => step);
      assert.deepEqual(steps, ["delivered", "unclear"]);
      assert.equal(posts(), 3);
      // Whatever people do to the copy they do to the message.
      run.there.workspace().people.react(TO, late.ts, ALICE, "tada");
      await eventually("the reaction", () =>
        run.here
          .workspace()
          .messages(FROM)
          .some(({ text, reactions }) => text === "seen too late" && reactions.length === 1),
      );
    });

  void it("is made again where Slack never took it", async (test) => {
    const run = await begin(test);
    const posts = atFirstPost(run, { kind: "lost-before" });
    run.here.workspace().people.post(FROM, ALICE, "lost before");
    await holds(run, ["lost before"]);
    assert.equal(posts(), 2);
  });

  void it("is not overtaken by an edit and a deletion that come meanwhile", async (test) => {
    const run = await begin(test);
    atFirstPost(run, { kind: "lost-unseen", ms: SETTLE_MS / 2 });
    const { people } = run.here.workspace();
    const edited = people.post(FROM, ALICE, "to be edited");
    const deleted = people.post(FROM, ALICE, "to be deleted");
    people.edit(FROM, edited, "edited");
    people.delete(FROM, deleted);
    people.post(FROM, ALICE, "the last");
    await holds(run, ["edited", "the last"]);
  });
});

void describe("a change of which the answer is lost", together, () => {
  const begin = runs("slack-changes");

  void it("is made again, and finds that it was made: a reaction, an edit, a thread's first message deleted", async (test) => {
    const run = await begin(test);
    const { people } = run.here.workspace();
    const head = people.post(FROM, ALICE, "a head");
    people.post(FROM, ALICE, "below it", { threadTs: head });
    const edited = people.post(FROM, ALICE, "to be edited");
    await holds(run, ["a head", "below it", "to be edited"]);
    const lost = new Set<string>();
    run.there.faults.onCall = ({ method }) => {
      const first = ["reactions.add", "chat.update", "chat.delete"].includes(method) && !lost.has(method);
      lost.add(method);
      return first ? { kind: "lost-after" } : null;
    };
    people.react(FROM, edited, ALICE, "tada");
    people.edit(FROM, edited, "edited");
    people.delete(FROM, head);
    people.post(FROM, ALICE, "the last");
    await holds(run, ["below it", "edited", "the last"]);
    const { setAside, unclear } = await run.gateway().operations.status();
    assert.deepEqual([setAside, unclear], [0, 0]);
    const last = run.there
      .workspace()
      .messages(TO)
      .find(({ text }) => text === "edited");
    assert.deepEqual(
      last?.reactions.map(({ name, users }) => [name, users.length]),
      [["tada", 1]],
    );
  });
});

void describe("an answer of the Web API that is none", together, () => {
  const begin = runs("slack-no-answers");

  for (const status of [500, 503])
    void it(`is asked for again after HTTP status ${status} and a page`, async (test) => {
      const run = await begin(test);
      const posts = atFirstPost(run, { kind: "status", status });
      run.here.workspace().people.post(FROM, ALICE, "once");
      await holds(run, ["once"]);
      assert.equal(posts(), 2);
    });

  for (const [what, body] of [
    ["HTML", "<html>We are doing maintenance</html>"],
    ["broken JSON", '{"ok":true,"channel":"C0TO","ts":"17'],
  ] as const)
    void it(`is no proof that a post was made, or was not, where it is ${what} with status 200`, async (test) => {
      const run = await begin(test);
      const posts = atFirstPost(run, { kind: "garbled", body });
      run.here.workspace().people.post(FROM, ALICE, "garbled");
      run.here.workspace().people.post(FROM, ALICE, "after it");
      await holds(run, ["garbled", "after it"]);
      assert.equal(posts(), 2);
    });

  void it("may be one that says that something failed inside, after the post was made or not", async (test) => {
    const run = await begin(test);
    const posts = atFirstPost(run, { kind: "refuse", error: "internal_error" });
    run.here.workspace().people.post(FROM, ALICE, "failed inside");
    await holds(run, ["failed inside"]);
    assert.equal(posts(), 2);
  });

  void it("may take long, and is then the answer of the one post", async (test) => {
    const run = await begin(test);
    const gate = Promise.withResolvers<void>();
    const posts = atFirstPost(run, { kind: "late", until: gate.promise });
    run.here.workspace().people.post(FROM, ALICE, "slow");
    run.here.workspace().people.post(FROM, ALICE, "after it");
    await run.there.workspace().until("the post", () => textsThere(run).length === 1);
    await pause(200);
    assert.deepEqual(textsThere(run), ["slow"], "what comes after it waits for its answer");
    gate.resolve();
    await holds(run, ["slow", "after it"]);
    assert.equal(posts(), 2);
  });
});
