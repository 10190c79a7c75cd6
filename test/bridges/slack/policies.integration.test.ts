/** What an operator lays down for single channels, and the pace of each, as the simulated workspaces then hold it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CallBudget, type Pace } from "../../../bridges/slack/limits.ts";
import type { Milliseconds } from "../../../core/time.ts";
import { SimulatedClock } from "../../slack/clock.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, type SlackRunOptions, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-policies");
const ALICE = "U0ALICE";
const BOB = "U0BOB";
const from = { account: "here", room: FROM };
const to = { account: "there", room: TO };

let all: SlackRun;
const runs = (options: SlackRunOptions = {}) => {
  before(async () => (all = await linkedChannels(folder, options)));
  after(() => all.stop());
};

const people = () => all.here.workspace().people;
const policy = () => all.gateway().operations.policy;
const shown = () => carried(all.there.workspace().messages(TO));
const lastName = () => shown().at(-1)?.username;
const blocksOf = (word: string) =>
  JSON.stringify(shown().find(({ text }) => text.includes(word))?.blocks ?? null);
const texts = () => shown().map(({ text }) => text);

/** Resolves when this was carried, and so everything before it was decided. */
const arrives = (text: string) => eventually(text, () => texts().includes(text), 60_000);

void describe("the policy of a channel", () => {
  runs();

  void it("keeps what is ignored, and who has opted out, from the others, save what they take back", async () => {
    const before = people().post(FROM, BOB, "said before I left");
    await arrives("said before I left");
    await policy().set(from, "ignore", ALICE);
    assert.equal(await policy().optOut("here", BOB, true), true);
    people().post(FROM, ALICE, "ignored");
    people().post(FROM, BOB, "opted out");
    people().delete(FROM, before);
    await eventually("his message to go", () => !texts().includes("said before I left"));
    await policy().reset(from, "ignore");
    people().post(FROM, ALICE, "heard again");
    await arrives("heard again");
    assert.deepEqual(texts(), ["heard again"]);
    await policy().optOut("here", BOB, false);
    people().post(FROM, BOB, "back");
    await arrives("back");
  });

  void it("keeps kinds from a room, and from leaving one", async () => {
    await policy().set(to, "kinds-out", "text,edit,state");
    await policy().set(from, "kinds-in", "text,delete,reaction");
    const ts = people().post(FROM, ALICE, "never changed");
    await arrives("never changed");
    people().react(FROM, ts, BOB, "tada");
    people().edit(FROM, ts, "changed after all");
    people().delete(FROM, people().post(FROM, ALICE, "never deleted"));
    people().post(FROM, ALICE, "the last of it");
    await arrives("the last of it");
    await eventually("all to be delivered", async () =>
      (await all.gateway().operations.status()).bindings.every(({ behind, inbox }) => behind + inbox === 0),
    );
    assert.deepEqual(texts().slice(-3), ["never changed", "never deleted", "the last of it"]);
    assert.deepEqual(shown().at(-3)?.reactions, []);
    await policy().reset(to, null);
    await policy().reset(from, null);
  });

  void it("says how remote people are called, and the platform does without one", async () => {
    people().post(FROM, ALICE, "as ever");
    await arrives("as ever");
    assert.match(lastName() ?? "", /^Alice.* \(here\.mimi\.test\)$/);
    await policy().set(to, "name-template", "{name} via {provider}");
    people().post(FROM, ALICE, "by template");
    await arrives("by template");
    assert.match(lastName() ?? "", /^Alice.* via here\.mimi\.test$/);
    await policy().set(to, "name-template", "{name}");
    people().post(FROM, ALICE, "by name");
    await arrives("by name");
    assert.match(lastName() ?? "", /^Alice[^()]*$/);
    await policy().reset(to, null);
  });

  void it("says whether remote people may notify everybody", async () => {
    people().post(FROM, ALICE, "<!channel> quiet");
    await eventually("the quiet one", () => texts().some((text) => text.includes("quiet")));
    assert.doesNotMatch(blocksOf("quiet"), /"broadcast"/);
    await policy().set(to, "mass-mentions", "yes");
    people().post(FROM, ALICE, "<!channel> loud");
    await eventually("the loud one", () => texts().some((text) => text.includes("loud")));
    assert.match(blocksOf("loud"), /"broadcast"/);
    await policy().reset(to, null);
  });

  void it("is refused for people of other platforms, unknown keys and rooms that are not linked", async () => {
    const refused = (key: string, value: string) =>
      assert.rejects(policy().set(from, key, value), { code: "usage" });
    await refused("ignore", "mimi://there.mimi.test/u/0a");
    await refused("ignore", "mimi://there.mimi.test/r/0a");
    await refused("colour", "blue");
    await assert.rejects(policy().show([{ account: "here", room: "C0NONE" }]), { code: "room_not_linked" });
    await assert.rejects(policy().show([{ account: "no", room: FROM }]), { code: "account_unknown" });
    const [report] = await policy().show([from]);
    assert.ok(report?.values.every(({ set }) => !set));
  });
});

void describe("a channel that is behind", () => {
  const behindMs = 3_000;
  runs({ limits: { backlogMs: behindMs, backlogSoonMs: behindMs } });

  void it("is told so, and given texts in short, to which nothing refers that is said there", async () => {
    await policy().set(to, "backlog", "digest");
    const { faults } = all.there;
    faults.onCall = ({ method }) => (method === "chat.postMessage" ? { kind: "throttle", seconds: 1 } : null);
    const posted = [people().post(FROM, ALICE, "waiting 1")];
    await eventually("the first to be refused", () =>
      all.there.calls.some(({ arguments: args }) => args["text"] === "waiting 1"),
    );
    for (const [n, who] of [BOB, ALICE, BOB, ALICE, BOB].entries())
      posted.push(people().post(FROM, who, `waiting ${n + 2}`));
    people().edit(FROM, posted[3] ?? "", "waiting, edited");
    people().react(FROM, posted[4] ?? "", BOB, "tada");
    people().delete(FROM, posted[5] ?? "");
    await eventually("all to be in the log", async () =>
      (await all.gateway().operations.status()).bindings.some(
        ({ room, behind }) => room === TO && behind >= 9,
      ),
    );
    const since = Date.now();
    await eventually("it to have waited", () => Date.now() - since > behindMs);
    faults.onCall = () => null;
    const lines = () =>
      all.there
        .workspace()
        .messages(TO)
        .map(({ text, blocks }) => text + JSON.stringify(blocks));
    const digest = await eventually("the digest", () =>
      all.there
        .workspace()
        .messages(TO)
        .find(({ text }) => text.includes("waiting, edited")),
    );
    assert.match(digest.text, /^4 messages (?:of|from \d\d:\d\d to) \d\d:\d\d UTC:\n/);
    assert.match(
      digest.text,
      /\nBob[^:]*: waiting 2\nAlice[^:]*: waiting 3\nBob[^:]*: waiting, edited\nAlice[^:]*: waiting 5 \[🎉\]$/,
    );
    assert.equal(lines().filter((line) => line.includes("This room is behind by")).length, 1);
    assert.deepEqual(texts(), ["waiting 1"]);
    // Whoever answers it answers none of them.
    all.there.workspace().people.post(TO, BOB, "which of them?", { threadTs: digest.ts });
    const back = await eventually("the answer", () =>
      all.here
        .workspace()
        .messages(FROM)
        .find(({ text }) => text === "which of them?"),
    );
    assert.equal(back.threadTs ?? null, null);
    // What is changed of them later is said anew.
    people().edit(FROM, posted[1] ?? "", "waiting no more");
    await eventually("the edit", () => texts().some((text) => text.includes("waiting no more")));
    assert.equal(texts().length, 2);
    assert.equal((await all.gateway().operations.status()).setAside, 0);
  });
});

/** Calls take their time to arrive, some longer than others: what Slack allows in a second it allows here in a quarter. */
class QuickClock extends SimulatedClock {
  readonly #begun = Date.now();

  override now(): Milliseconds {
    return super.now() + 3 * (Date.now() - this.#begun);
  }
}

void describe("the pace of calls", () => {
  let refused = 0;
  const counted = (): Pace => {
    const budget = new CallBudget();
    return {
      take: (method, channel, most) => budget.take(method, channel, most),
      refused: (method, channel, wait) => {
        refused += 1;
        return budget.refused(method, channel, wait);
      },
    };
  };
  runs({ simulator: { limits: "enforced", clock: new QuickClock() }, pace: counted });

  void it("stays within the tiers, so that nothing is refused", async () => {
    const many = Array.from({ length: 5 }, (_, n) => `within ${n + 1}`);
    for (const text of many) people().post(FROM, ALICE, text);
    await arrives("within 5");
    assert.deepEqual(texts(), many);
    assert.equal(refused, 0);
  });
});
