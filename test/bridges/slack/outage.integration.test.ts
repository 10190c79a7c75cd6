/** An hour in which nobody listened, by the simulator's clock: afterwards the other channel holds what Slack holds. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { SimulatedClock } from "../../slack/clock.ts";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-outage");
const ALICE = "U0ALICE";
const BOB = "U0BOB";
const HOUR_MS = 60 * 60_000;
const CHANGES = /^(?:chat\.(?:post|update|delete)|reactions\.(?:add|remove)|conversations\.set)/;

/** A channel as far as both sides show it alike. */
const held = (messages: readonly SlackMessageRecord[], shown: readonly SlackMessageRecord[]) =>
  messages
    .map(({ text, threadTs, ts, reactions }) => ({
      text,
      below: threadTs === ts ? null : (shown.find((root) => root.ts === threadTs)?.text ?? null),
      reactions: reactions.map(({ name }) => name).toSorted(),
    }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1));

void describe("an hour's outage", () => {
  let run: SlackRun;
  let clock: SimulatedClock;
  before(async () => {
    // What nobody has told yet must be old enough to be believed.
    clock = new SimulatedClock(Date.now() - 100 * HOUR_MS);
    run = await linkedChannels(folder, {
      simulator: { limits: "off", clock },
      account: { settle: "1s" },
    });
  });
  after(() => run.stop());

  const people = () => run.here.workspace().people;
  const onSlack = () => {
    const all = run.here.workspace().messages(FROM);
    return held(
      all.filter(
        ({ botId, subtype }) => botId === null && (subtype === null || subtype === "thread_broadcast"),
      ),
      all,
    );
  };
  const elsewhere = () => {
    const all = run.there.workspace().messages(TO);
    return held(carried(all), all);
  };
  const changesThere = () => run.there.calls.filter(({ method }) => CHANGES.test(method)).length;

  const say = (text: string, threadTs?: string) => {
    clock.advance(1_000);
    return people().post(FROM, ALICE, text, threadTs === undefined ? {} : { threadTs });
  };

  const agree = () =>
    eventually(
      "both channels to hold the same",
      () => {
        try {
          assert.deepEqual(elsewhere(), onSlack());
          return true;
        } catch (difference) {
          if (performance.now() > failAfter) return difference instanceof Error ? difference : false;
          return false;
        }
      },
      65_000,
    );
  let failAfter = Number.POSITIVE_INFINITY;
  const agreeing = async () => {
    failAfter = performance.now() + 60_000;
    await agree();
  };

  void it("is made good for: messages, edits, deletions, reactions, threads young and old, and the topic", async () => {
    const old = say("an old head");
    say("an old answer", old);
    clock.advance(48 * HOUR_MS);
    const kept = say("a kept one");
    const edited = say("one to be edited");
    const deleted = say("one to be deleted");
    const head = say("a young head");
    const answer = say("a young answer", head);
    const answerGone = say("an answer to be deleted", head);
    const stone = say("a head to be deleted");
    say("an answer that stays", stone);
    people().react(FROM, kept, ALICE, "+1");
    people().react(FROM, kept, BOB, "tada");
    people().react(FROM, answer, BOB, "eyes");
    await agreeing();

    await run.away(() => {
      clock.advance(HOUR_MS / 2);
      people().edit(FROM, edited, "one that was edited");
      people().delete(FROM, deleted);
      people().unreact(FROM, kept, ALICE, "+1");
      people().react(FROM, kept, ALICE, "tada");
      people().react(FROM, edited, BOB, "heart");
      people().unreact(FROM, answer, BOB, "eyes");
      say("another young answer", head);
      say("another old answer", old);
      people().edit(FROM, answer, "a young answer, edited");
      people().delete(FROM, answerGone);
      people().delete(FROM, stone);
      const both = say("said in the outage");
      people().edit(FROM, both, "said and edited in the outage");
      people().react(FROM, both, ALICE, "rocket");
      people().delete(FROM, say("said and deleted in the outage"));
      people().topic(FROM, BOB, "what we do now");
      clock.advance(HOUR_MS / 2);
    });
    say("after the outage");
    await agreeing();
    await eventually("the topic", () => run.there.workspace().channel(TO).topic === "what we do now");
  });

  void it("is made good for in the order in which it happened", () => {
    const texts = carried(run.there.workspace().messages(TO)).map(({ text }) => text);
    const order = [
      "another young answer",
      "another old answer",
      "said and edited in the outage",
      "after the outage",
    ];
    assert.deepEqual(
      texts.filter((text) => order.includes(text)),
      order,
    );
  });

  void it("changes nothing when it is made good for once more", async () => {
    const changes = changesThere();
    await run.away(() => undefined);
    await run.away(() => clock.advance(HOUR_MS));
    say("a word at the end");
    await agreeing();
    await run.there.events.settled();
    assert.equal(changesThere(), changes + 1);
  });

  void it("is made good for also where there is another gap while it is read", async () => {
    const read = Promise.withResolvers<void>();
    let reads = 0;
    run.here.faults.onCall = ({ method }) =>
      method === "conversations.history" && reads++ === 0 ? { kind: "late", until: read.promise } : null;
    await run.away(() => say("missed at first"));
    await eventually("the history to be read", () => reads >= 1);
    say("heard while it was read");
    run.here.faults.onEvent = () => ({ copies: 0 });
    say("missed while it was read");
    run.here.faults.onEvent = () => null;
    run.here.events.sockets.drop();
    read.resolve();
    await agreeing();
    run.here.faults.onCall = () => null;
  });

  void it("is made good for where Slack says that it has held events back", async () => {
    const changed = say("one that changes unheard");
    const gone = say("one that goes unheard");
    await agreeing();
    run.here.faults.onEvent = ({ event }) =>
      event["type"] === "message" || event["type"] === "reaction_added" ? { copies: 0 } : null;
    people().edit(FROM, changed, "one that has changed unheard");
    people().delete(FROM, gone);
    people().react(FROM, changed, BOB, "wave");
    say("one that nobody told of");
    run.here.faults.onEvent = () => null;
    run.here.events.limit(run.here.workspace().id);
    await agreeing();
  });
});
