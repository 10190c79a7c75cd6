import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { CallBudget } from "../../../bridges/slack/limits.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, type SlackRunOptions, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-faults");
const ALICE = "U0ALICE";

const textsThere = ({ there }: SlackRun) => carried(there.workspace().messages(TO)).map(({ text }) => text);

const holds = (all: SlackRun, texts: readonly string[]) =>
  eventually(
    texts.join(", "),
    () => textsThere(all).length >= texts.length && (assert.deepEqual(textsThere(all), texts), true),
    30_000,
  );

void describe("faults of Slack", () => {
  let run: SlackRun | null = null;
  const begin = async (options: SlackRunOptions = {}) => (run = await linkedChannels(folder, options));
  afterEach(async () => {
    await run?.stop();
    run = null;
  });

  void it("makes no second post where an answer was lost and the post is seen 10 s late", async () => {
    const all = await begin();
    let lost = 0;
    all.there.faults.onCall = ({ method }) =>
      method === "chat.postMessage" && lost++ === 0 ? { kind: "lost-unseen", ms: 10_000 } : null;
    all.here.workspace().people.post(FROM, ALICE, "lost and late");
    all.here.workspace().people.post(FROM, ALICE, "after it");
    await holds(all, ["lost and late", "after it"]);
    assert.equal(lost, 2);
  });

  void it("repeats a post that was lost before Slack took it", async () => {
    const all = await begin();
    let lost = 0;
    all.there.faults.onCall = ({ method }) =>
      method === "chat.postMessage" && lost++ === 0 ? { kind: "lost-before" } : null;
    all.here.workspace().people.post(FROM, ALICE, "lost before");
    await holds(all, ["lost before"]);
    assert.equal(lost, 2);
  });

  void it("carries through an outage what was said, edited, answered and deleted in it", async () => {
    const all = await begin();
    const { people } = all.here.workspace();
    const edited = people.post(FROM, ALICE, "to be edited");
    const head = people.post(FROM, ALICE, "a head");
    await holds(all, ["to be edited", "a head"]);
    await all.away(() => {
      people.edit(FROM, edited, "edited meanwhile");
      people.post(FROM, ALICE, "said meanwhile");
      people.post(FROM, ALICE, "answered meanwhile", { threadTs: head });
      const both = people.post(FROM, ALICE, "said and");
      people.edit(FROM, both, "said and edited");
    });
    const now = () => textsThere(all).toSorted();
    await eventually("all of it", () => now().length >= 5 && now().includes("edited meanwhile"), 20_000);
    assert.deepEqual(now(), [
      "a head",
      "answered meanwhile",
      "edited meanwhile",
      "said and edited",
      "said meanwhile",
    ]);
    const messages = carried(all.there.workspace().messages(TO));
    const answer = messages.find(({ text }) => text === "answered meanwhile");
    assert.equal(answer?.threadTs, messages.find(({ text }) => text === "a head")?.ts);
  });

  void it("loses nothing while its sockets are cut every second", async () => {
    const all = await begin();
    all.here.faults.socketLifeMs = 1_000;
    const texts = Array.from({ length: 30 }, (_, i) => `cut ${i + 1}`);
    for (const text of texts) {
      all.here.workspace().people.post(FROM, ALICE, text);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await holds(all, texts);
  });

  void it("reads what Slack kept back when it says that it does", async () => {
    const all = await begin();
    const { people, id } = all.here.workspace();
    all.here.faults.onEvent = ({ event }) => (event["type"] === "message" ? { copies: 0 } : null);
    people.post(FROM, ALICE, "kept back");
    all.here.faults.onEvent = () => null;
    all.here.events.limit(id);
    await holds(all, ["kept back"]);
  });

  void it("puts off the channel that is throttled and delivers when it may", async () => {
    const all = await begin({ pace: () => new CallBudget() });
    let calls = 0;
    all.there.faults.onCall = ({ method }) =>
      method === "chat.postMessage" && calls++ === 0 ? { kind: "throttle", seconds: 3 } : null;
    all.here.workspace().people.post(FROM, ALICE, "throttled");
    const since = Date.now();
    await holds(all, ["throttled"]);
    assert.ok(Date.now() - since >= 3_000);
    assert.equal(calls, 2);
  });
});
