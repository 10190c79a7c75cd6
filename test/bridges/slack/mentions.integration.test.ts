import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackMessageRecord } from "../../slack/state/records.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { carried, FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

/** People of the same ids are in both workspaces, and are not the same. */
const ALICE = "U0ALICE";
/** What makes Slack notify somebody: elements of rich text, and tokens in a text. */
const ELEMENT = /"type":"(?:user|usergroup|broadcast)"/;
const TOKEN = /<[@!]/;

const copyOf = (run: SlackRun, words: string) =>
  run.shows(`a copy of ${words}`, (all) => carried(all).findLast(({ text }) => text.includes(words)));

const notifies = ({ text, blocks }: SlackMessageRecord): boolean =>
  TOKEN.test(text) || ELEMENT.test(JSON.stringify(blocks));

void describe("who is notified by what comes from elsewhere", () => {
  const folder = temporaryFolder("slack-mentions");
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder);
  });
  after(() => run.stop());
  const people = () => run.here.workspace().people;

  void it("is nobody who bears the same id in another workspace", async () => {
    people().post(FROM, ALICE, "<@U0BOB> look at one");
    const copy = await copyOf(run, "look at one");
    assert.equal(notifies(copy), false);
    assert.equal(copy.text, "@Bobby look at one");
  });

  void it("is not the whole channel, whichever way it is called", async () => {
    people().post(FROM, ALICE, "<!channel> <!here> <!everyone> look at two");
    const copy = await copyOf(run, "look at two");
    assert.equal(notifies(copy), false);
    // One of them is carried as what it is; nobody is called twice.
    assert.equal(copy.text, "@\u2060channel @room @room look at two");
  });

  void it("is no group of people of another workspace", async () => {
    const elements = [
      { type: "usergroup", usergroup_id: "S0OPS" },
      { type: "text", text: " look at groups" },
    ] as const;
    const section = { type: "rich_text_section", elements: [...elements] } as const;
    const blocks = [{ type: "rich_text", elements: [section] } as const];
    people().post(FROM, ALICE, "<!subteam^S0OPS|@ops> look at groups", { blocks });
    const copy = await copyOf(run, "look at groups");
    assert.equal(notifies(copy), false);
    assert.match(copy.text, /^@\w+ look at groups$/);
  });

  void it("is nobody by what only looks like a mention", async () => {
    people().post(FROM, ALICE, "&lt;!channel&gt; &lt;@U0BOB&gt; @channel look at three");
    const copy = await copyOf(run, "look at three");
    assert.equal(notifies(copy), false);
    const call = run.there.calls.findLast(({ method }) => method === "chat.postMessage");
    assert.equal(call?.arguments["parse"], "none");
    assert.equal(String(call?.arguments["link_names"]), "false");
  });

  void it("is nobody by an edit either", async () => {
    const ts = people().post(FROM, ALICE, "look at four");
    const copy = await copyOf(run, "look at four");
    people().edit(FROM, ts, "<!channel> <@U0BOB> look at four again");
    const edited = await run.shows("the edit", (all) =>
      all.find((message) => message.ts === copy.ts && message.text.includes("four again")),
    );
    assert.equal(notifies(edited), false);
  });
});

void describe("somebody elsewhere whose name is typed", () => {
  const folder = temporaryFolder("slack-typed-mentions");
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder);
    const { people } = run.there.workspace();
    for (const [id, realName] of [
      ["U0ZOE", "Zoe Zed"],
      ["U0MAX", "Max"],
      ["U0MAX2", "Max"],
    ] as const) {
      people.addUser({ id, name: id.toLowerCase(), realName });
      people.join(TO, id);
      people.post(TO, id, `here is ${id}`);
      await eventually(`what ${id} says`, () =>
        run.here
          .workspace()
          .messages(FROM)
          .some(({ text }) => text === `here is ${id}`),
      );
    }
  });
  after(() => run.stop());
  const post = (words: string) => run.here.workspace().people.post(FROM, ALICE, words);

  void it("is notified where nobody else bears it", async () => {
    post("well, @Zoe Zed: look at one");
    const copy = await copyOf(run, "look at one");
    assert.ok(JSON.stringify(copy.blocks).includes('{"type":"user","user_id":"U0ZOE"}'));
  });

  void it("is not where two bear it, or it is another one's", async () => {
    post("@Max @Zoe @zoe zed @Bobby look at two");
    const copy = await copyOf(run, "look at two");
    assert.equal(notifies(copy), false);
    assert.equal(copy.text, "@Max @Zoe @zoe zed @Bobby look at two");
  });
});

void describe("a channel whose operator lets others notify everybody", () => {
  const folder = temporaryFolder("slack-broadcasts");
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder, { account: { broadcasts: true } });
  });
  after(() => run.stop());

  void it("is notified as it was meant", async () => {
    run.here.workspace().people.post(FROM, ALICE, "<!here> look at this");
    const copy = await copyOf(run, "look at this");
    assert.ok(JSON.stringify(copy.blocks).includes('{"type":"broadcast","range":"here"}'));
    assert.ok(!copy.text.includes("<!"));
  });
});
