import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CallBudget } from "../../../bridges/slack/limits.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { ALICE, holds, runs, textsThere, together } from "./faults-run.ts";
import { FROM, type SlackRun, TO } from "./slack-gateway.ts";

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);

/** Links two more channels beside FROM and TO. */
async function linkMore({ here, there, gateway }: SlackRun): Promise<{ from: string; to: string }> {
  const channels = { from: "C0MOREFROM", to: "C0MORETO" };
  for (const [simulator, id] of [
    [here, channels.from],
    [there, channels.to],
  ] as const)
    simulator.workspace().people.addChannel({ id, name: "more", members: [ALICE], bot: true });
  const rooms = [
    { account: "here", room: channels.from },
    { account: "there", room: channels.to },
  ];
  await gateway().operations.link(rooms, null);
  return channels;
}

void describe("a storm of 429", together, () => {
  const begin = runs("slack-storms");

  void it("on one channel delays nothing in another, and loses nothing", async (test) => {
    const run = await begin(test, { pace: () => new CallBudget() });
    const more = await linkMore(run);
    const storm = { blows: true };
    run.there.faults.onCall = ({ method, arguments: args }) =>
      storm.blows && method === "chat.postMessage" && args["channel"] === TO
        ? { kind: "throttle", seconds: 1 }
        : null;
    const { people } = run.here.workspace();
    const texts = numbered("stormy", 3);
    for (const text of texts) people.post(FROM, ALICE, text);
    await eventually("the storm to be felt", () =>
      run.there.calls.some(({ arguments: args }) => args["channel"] === TO && args["text"] === "stormy 1"),
    );
    people.post(more.from, ALICE, "calm");
    await eventually("the other channel", () =>
      run.there
        .workspace()
        .messages(more.to)
        .some(({ text }) => text === "calm"),
    );
    assert.deepEqual(textsThere(run), []);
    storm.blows = false;
    await holds(run, texts);
  });

  void it("on one method delays none of another, and loses nothing", async (test) => {
    const run = await begin(test, { pace: () => new CallBudget() });
    const more = await linkMore(run);
    const { people } = run.here.workspace();
    const edited = people.post(FROM, ALICE, "to be edited");
    await holds(run, ["to be edited"]);
    const end = run.there.faults.storm(1, ["chat.update"]);
    people.edit(FROM, edited, "edited");
    await eventually("the storm to be felt", () =>
      run.there.calls.some(({ method }) => method === "chat.update"),
    );
    people.post(more.from, ALICE, "calm");
    await eventually("the other channel", () =>
      run.there
        .workspace()
        .messages(more.to)
        .some(({ text }) => text === "calm"),
    );
    assert.deepEqual(textsThere(run), ["to be edited"]);
    end();
    await eventually("the edit", () => textsThere(run).join() === "edited");
  });

  void it("on everything ends with everything there, once and in order", async (test) => {
    const run = await begin(test, { pace: () => new CallBudget() });
    const end = run.there.faults.storm(1);
    const texts = numbered("all", 3);
    for (const text of texts) run.here.workspace().people.post(FROM, ALICE, text);
    const posts = () =>
      run.there.calls.filter(
        ({ method, arguments: args }) =>
          method === "chat.postMessage" && String(args["text"]).startsWith("all "),
      ).length;
    await eventually("the storm to be felt", () => posts() > 0);
    end();
    await holds(run, texts);
    assert.ok(posts() < 3 * texts.length, `Slack was not pressed: ${posts()} posts`);
  });
});
