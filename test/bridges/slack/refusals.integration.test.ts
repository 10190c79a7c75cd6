import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

const ALICE = "U0ALICE";
const BOB = "U0BOB";

void describe("what an author is told of what was not carried", () => {
  const folder = temporaryFolder("slack-refusals");
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder);
  });
  after(() => run.stop());

  const people = () => run.here.workspace().people;
  const told = (user: string) => run.here.workspace().ephemerals.filter((line) => line.user === user);
  const arrived = (words: string) =>
    run.shows(`a copy of ${words}`, (all) => carried(all).find(({ text }) => text === words));
  const refusing = (words: string) => {
    run.there.faults.onCall = ({ method, arguments: { text } }) =>
      method === "chat.postMessage" && text === words ? { kind: "refuse", error: "restricted_action" } : null;
  };

  void it("stands in the thread where he wrote, once, for him alone", async () => {
    const root = people().post(FROM, BOB, "the head of a thread");
    await arrived("the head of a thread");
    refusing("refused in the thread");
    people().post(FROM, ALICE, "refused in the thread", { threadTs: root });
    const line = await eventually("the line for Alice", () => told(ALICE)[0]);
    assert.equal(line.threadTs, root);
    assert.equal(line.channel, FROM);
    assert.match(
      line.text,
      /^Your message was not delivered to C0TO: Slack refused chat\.postMessage: restricted_action/,
    );
    people().post(FROM, ALICE, "and after it");
    await arrived("and after it");
    assert.equal(told(ALICE).length, 1);
    assert.deepEqual(told(BOB), []);
  });

  void it("stands in the channel where he wrote there", async () => {
    refusing("refused in the channel");
    people().post(FROM, BOB, "refused in the channel");
    const line = await eventually("the line for Bob", () => told(BOB)[0]);
    assert.equal(line.threadTs, undefined);
  });

  void it("is why the group takes nothing of him, in plain words, in his thread", async () => {
    const { operations } = run.gateway();
    const [binding] = (await operations.status()).bindings;
    const group = binding?.group ?? "";
    const member = (await operations.federation.members(group)).find(({ name }) => name === "Alice Liddell");
    await operations.moderation.moderate(group, { act: "mute", user: member?.uri ?? "", forMs: null });
    const root = people().post(FROM, BOB, "another head");
    await arrived("another head");
    const before = told(ALICE).length;
    people().post(FROM, ALICE, "not to be heard", { threadTs: root });
    const line = await eventually("the verdict for Alice", () => told(ALICE)[before]);
    assert.match(line.text, /^This was not carried to the linked rooms: /);
    assert.equal(line.threadTs, root);
    await operations.moderation.moderate(group, { act: "unmute", user: member?.uri ?? "" });
    people().post(FROM, ALICE, "heard again");
    await arrived("heard again");
    assert.equal(told(ALICE).length, before + 1);
  });

  void it("is nothing where it is an app, which nobody can tell anything", async () => {
    people().addUser({ id: "U0ROBOT", name: "robot", realName: "Robot", isBot: true });
    people().join(FROM, "U0ROBOT");
    refusing("said by an app");
    const before = (await run.gateway().operations.setAsideList()).length;
    people().post(FROM, "U0ROBOT", "said by an app");
    people().post(FROM, ALICE, "said behind it");
    await arrived("said behind it");
    await eventually("what is set aside", async () => {
      const aside = await run.gateway().operations.setAsideList();
      return aside.length === before + 1;
    });
    // What waits for the channel comes before what is said elsewhere from now on.
    run.there.workspace().people.post(TO, BOB, "heard behind it");
    await eventually("what is said elsewhere", () =>
      run.here
        .workspace()
        .messages(FROM)
        .some(({ text }) => text === "heard behind it"),
    );
    const asked = run.here.calls.filter(
      ({ method, arguments: args }) => method === "chat.postEphemeral" && args["user"] === "U0ROBOT",
    );
    assert.deepEqual(asked, []);
  });

  void it("is nothing where he has left the channel meanwhile, which is no failure", async () => {
    const before = (await run.gateway().operations.setAsideList()).length;
    refusing("said in leaving");
    const refuse = run.there.faults.onCall;
    run.there.faults.onCall = (call) => {
      const fault = refuse(call);
      if (fault) people().leave(FROM, BOB);
      return fault;
    };
    const answers = () =>
      run.here.calls.filter(
        ({ method, arguments: args }) => method === "chat.postEphemeral" && args["user"] === BOB,
      ).length;
    const answered = answers();
    people().post(FROM, BOB, "said in leaving");
    await eventually("the answer to Bob", () => answers() > answered);
    people().post(FROM, ALICE, "still going on");
    await arrived("still going on");
    const aside = await run.gateway().operations.setAsideList();
    assert.equal(aside.length, before + 1);
    assert.ok(aside.every(({ room }) => room !== FROM));
  });
});
