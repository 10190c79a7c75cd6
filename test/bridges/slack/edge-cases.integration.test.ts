/** What Slack does and nobody expects, where the whole way from one channel to another can go wrong. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { SimulatedClock } from "../../slack/clock.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, type SlackRunOptions, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-edge");
const ALICE = "U0ALICE";
const BOB = "U0BOB";
const HOUR_MS = 60 * 60_000;

const copyOf = (all: SlackRun, text: string) =>
  all.shows(`a copy of ${text}`, (messages) => carried(messages).find((message) => message.text === text));

void describe("Slack", () => {
  let run: SlackRun | null = null;
  const begin = async (options: SlackRunOptions = {}) => (run = await linkedChannels(folder, options));
  afterEach(async () => {
    await run?.stop();
    run = null;
  });

  void it("tells of a reaction and an answer to a post before it has answered the post", async () => {
    const all = await begin();
    const { people } = all.here.workspace();
    const { people: others } = all.there.workspace();
    const answered = Promise.withResolvers<void>();
    all.there.faults.onCall = ({ method }) =>
      method === "chat.postMessage" ? { kind: "late", until: answered.promise } : null;
    const said = people.post(FROM, ALICE, "answered late");
    const copy = await copyOf(all, "answered late");
    others.react(TO, copy.ts, BOB, "eyes");
    others.post(TO, BOB, "an answer to it", { threadTs: copy.ts });
    await all.there.events.settled();
    answered.resolve();
    const messages = () => all.here.workspace().messages(FROM);
    const back = await eventually("the answer", () =>
      messages().find(({ text }) => text === "an answer to it"),
    );
    assert.equal(back.threadTs, said);
    await eventually("the reaction", () =>
      messages().some(({ ts, reactions }) => ts === said && reactions[0]?.name === "eyes"),
    );
  });

  for (const [title, offset] of [
    ["may have a clock that is an hour ahead", HOUR_MS],
    ["may have a clock that is an hour behind", -HOUR_MS],
  ] as const)
    void it(title, async () => {
      const clock = new SimulatedClock(Date.now() + offset);
      const all = await begin({ simulator: { limits: "off", clock }, account: { settle: "1s" } });
      const { people } = all.here.workspace();
      const say = (text: string) => {
        clock.advance(1_000);
        return people.post(FROM, ALICE, text);
      };
      const [edited, deleted] = [say("to be edited"), say("to be deleted")];
      await copyOf(all, "to be deleted");
      await all.away(() => {
        people.edit(FROM, edited, "edited by then");
        people.delete(FROM, deleted);
        people.react(FROM, edited, BOB, "tada");
        say("said meanwhile");
      });
      await copyOf(all, "said meanwhile");
      say("said afterwards");
      await copyOf(all, "said afterwards");
      const texts = () => carried(all.there.workspace().messages(TO)).map(({ text }) => text);
      assert.deepEqual(texts(), ["edited by then", "said meanwhile", "said afterwards"]);
      await all.shows("the reaction", (messages) =>
        messages.some(({ text, reactions }) => text === "edited by then" && reactions[0]?.name === "tada"),
      );
    });

  void it("may give no more than 15 messages at a time", async () => {
    const clock = new SimulatedClock(Date.now() - HOUR_MS);
    const all = await begin({ simulator: { limits: "off", clock, history: "restricted" } });
    const { people } = all.here.workspace();
    const head = people.post(FROM, ALICE, "a head");
    await copyOf(all, "a head");
    const texts = Array.from({ length: 40 }, (_, i) => `missed ${i + 1}`);
    const answers = Array.from({ length: 20 }, (_, i) => `answer ${i + 1}`);
    await all.away(() => {
      for (const text of texts) people.post(FROM, ALICE, text);
      for (const text of answers) people.post(FROM, BOB, text, { threadTs: head });
    });
    await copyOf(all, "answer 20");
    assert.deepEqual(
      carried(all.there.workspace().messages(TO)).map(({ text }) => text),
      ["a head", ...texts, ...answers],
    );
  });
});
