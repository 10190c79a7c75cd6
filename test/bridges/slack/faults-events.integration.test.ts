import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { SimulatedClock } from "../../slack/clock.ts";
import { ALICE, holds, runs, textsThere, together } from "./faults-run.ts";
import { FROM } from "./slack-gateway.ts";

const HOUR_MS = 3_600_000;

void describe("events", together, () => {
  const begin = runs("slack-events");

  void it("that are all sent three times change everything once", async (test) => {
    const run = await begin(test);
    run.here.faults.onEvent = () => ({ copies: 3 });
    const { people } = run.here.workspace();
    const first = people.post(FROM, ALICE, "first");
    const second = people.post(FROM, ALICE, "second");
    await holds(run, ["first", "second"]);
    people.edit(FROM, first, "first, edited");
    people.react(FROM, second, ALICE, "tada");
    const third = people.post(FROM, ALICE, "third");
    people.delete(FROM, third);
    people.post(FROM, ALICE, "fourth");
    await holds(run, ["first, edited", "second", "fourth"]);
    await run.here.events.settled();
    await holds(run, ["first, edited", "second", "fourth"]);
    const updates = run.there.calls.filter(({ method }) => method === "chat.update");
    assert.equal(updates.length, 1);
    await run.shows("one reaction", (all) =>
      all.some(({ text, reactions }) => text === "second" && reactions.length === 1),
    );
  });

  void it("that are withheld for an hour arrive after it, once and in order", async (test) => {
    const clock = new SimulatedClock();
    const run = await begin(test, { simulator: { limits: "off", clock } });
    run.here.faults.withholdEvents();
    const { people } = run.here.workspace();
    const early = people.post(FROM, ALICE, "at the beginning");
    clock.advance(HOUR_MS / 2);
    people.post(FROM, ALICE, "in the middle");
    people.edit(FROM, early, "at the beginning, edited");
    clock.advance(HOUR_MS / 2);
    run.here.faults.releaseEvents();
    people.post(FROM, ALICE, "after the hour");
    await holds(run, ["at the beginning, edited", "in the middle", "after the hour"]);
  });

  void it("that are withheld for an hour with a restart in it arrive once, by the history", async (test) => {
    const clock = new SimulatedClock();
    const run = await begin(test, { simulator: { limits: "off", clock } });
    run.here.faults.withholdEvents();
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, "withheld");
    await run.away(() => clock.advance(HOUR_MS));
    await holds(run, ["withheld"]);
    run.here.faults.releaseEvents();
    people.post(FROM, ALICE, "after it");
    await run.here.events.settled();
    await holds(run, ["withheld", "after it"]);
  });

  void it("that come in the wrong order come to what stands in the channel", async (test) => {
    const run = await begin(test);
    run.here.faults.withholdEvents();
    const { people } = run.here.workspace();
    const edited = people.post(FROM, ALICE, "to be edited");
    people.edit(FROM, edited, "edited");
    people.post(FROM, ALICE, "untouched");
    const gone = people.post(FROM, ALICE, "to be deleted");
    people.delete(FROM, gone);
    const marked = people.post(FROM, ALICE, "marked");
    people.react(FROM, marked, ALICE, "tada");
    people.unreact(FROM, marked, ALICE, "tada");
    people.react(FROM, marked, ALICE, "+1");
    run.here.faults.releaseEvents("reversed");
    await run.here.events.settled();
    people.post(FROM, ALICE, "the last");
    const due = ["edited", "marked", "the last", "untouched"];
    // What is missing is said by the comparison.
    await eventually("all of it", () => textsThere(run).toSorted().join() === due.join()).catch(
      () => undefined,
    );
    assert.deepEqual(textsThere(run).toSorted(), due);
  });

  void it("that Slack did not send are read when it says so", async (test) => {
    const run = await begin(test);
    const { people, id } = run.here.workspace();
    // What was said before the channel was entered is read in any case.
    people.post(FROM, ALICE, "before");
    await holds(run, ["before"]);
    run.here.faults.onEvent = ({ event }) => (event["type"] === "message" ? { copies: 0 } : null);
    people.post(FROM, ALICE, "kept back");
    run.here.faults.onEvent = () => null;
    run.here.events.limit(id);
    await holds(run, ["before", "kept back"]);
  });
});
