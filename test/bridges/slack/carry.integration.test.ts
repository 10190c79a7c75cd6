import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-carry");
const ALICE = "U0ALICE";
const BOB = "U0BOB";
/** What Slack marks its previews with, and does not document as something that apps may send. */
const preview: object = { from_url: "https://example.org", fallback: "Example", title: "Example" };

void describe("what is said and done in a channel, in another one", () => {
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder);
  });
  after(() => run.stop());

  const people = () => run.here.workspace().people;
  const said = () => run.here.workspace().messages(FROM);
  const peopleThere = () => run.there.workspace().people;
  const copyOf = (text: string) =>
    run.shows(`a copy of ${text}`, (all) => carried(all).findLast((message) => message.text === text));

  void it("shows the author's name and where he is from", async () => {
    people().post(FROM, BOB, "a first word");
    const { username, botId } = await copyOf("a first word");
    assert.equal(username, "Bobby (here.mimi.test)");
    assert.equal(botId, run.there.workspace().botId);
  });

  void it("carries an edit into the copy, and the preview of a link not at all", async () => {
    const ts = people().post(FROM, ALICE, "before the edit");
    const copy = await copyOf("before the edit");
    const calls = run.there.calls.length;
    people().unfurl(FROM, ts, { title_link: "https://example.org", ...preview });
    people().edit(FROM, ts, "after the edit");
    await run.shows("the edit", (all) =>
      all.find(({ ts: at, text }) => at === copy.ts && text === "after the edit"),
    );
    const updates = run.there.calls.slice(calls).filter(({ method }) => method === "chat.update");
    assert.equal(updates.length, 1);
  });

  void it("carries a deletion, of the original and by a person of the copy", async () => {
    const first = people().post(FROM, ALICE, "deleted by its author");
    const copy = await copyOf("deleted by its author");
    people().delete(FROM, first);
    await run.shows("the deletion", (all) => all.every(({ ts }) => ts !== copy.ts));
    people().post(FROM, ALICE, "deleted over there");
    const second = await copyOf("deleted over there");
    peopleThere().delete(TO, second.ts);
    // The app may not take away what a person has said: it stays where it was said.
    await run.there.events.settled();
    assert.ok(
      run.here
        .workspace()
        .messages(FROM)
        .some(({ text }) => text === "deleted over there"),
    );
  });

  void it("shows the same reactions of two people as one, until both are gone", async () => {
    const ts = people().post(FROM, ALICE, "react to this");
    const copy = await copyOf("react to this");
    const reactions = (what: string, names: readonly string[]) =>
      run.shows(what, (all) => {
        const now = all.find((message) => message.ts === copy.ts)?.reactions.map(({ name }) => name) ?? [];
        return now.join() === names.join();
      });
    people().react(FROM, ts, ALICE, "tada");
    await reactions("the first reaction", ["tada"]);
    people().react(FROM, ts, BOB, "tada");
    people().unreact(FROM, ts, ALICE, "tada");
    people().react(FROM, ts, ALICE, "+1");
    await reactions("both reactions", ["tada", "+1"]);
    people().unreact(FROM, ts, BOB, "tada");
    await reactions("the last one", ["+1"]);
  });

  void it("keeps threads, and says in the channel what was sent to it too", async () => {
    const head = people().post(FROM, ALICE, "a head");
    const copy = await copyOf("a head");
    people().post(FROM, BOB, "a reply", { threadTs: head });
    const reply = await copyOf("a reply");
    assert.equal(reply.threadTs, copy.ts);
    people().post(FROM, BOB, "a loud reply", { threadTs: head, broadcast: true });
    const loud = await copyOf("a loud reply");
    assert.equal(loud.threadTs, copy.ts);
    assert.equal(loud.subtype, "thread_broadcast");
  });

  void it("carries an answer in the other channel into the thread that it belongs to", async () => {
    people().post(FROM, ALICE, "a question");
    const copy = await copyOf("a question");
    peopleThere().post(TO, BOB, "an answer", { threadTs: copy.ts });
    const answer = await eventually("the answer", () =>
      carried(said()).find(({ text }) => text === "an answer"),
    );
    assert.equal(answer.threadTs, said().find(({ text }) => text === "a question")?.ts);
  });

  void it("posts a text that is too long for messages as a file", async () => {
    const text = `${"long ".repeat(7_000)}end`;
    people().post(FROM, ALICE, text);
    const copy = await run.shows("the file", (all) => all.find(({ files }) => files.length === 1));
    const [file = ""] = copy.files;
    assert.equal(Buffer.from(run.there.workspace().bytes(file)).toString().trim(), text);
  });

  void it("answers its command to whoever typed it alone", async () => {
    const answer = await run.here.workspace().asking.command(FROM, ALICE, "/mimi", "help");
    assert.ok(answer !== null);
    const { payload } = answer;
    assert.ok(typeof payload === "object" && payload !== null && "response_type" in payload);
    assert.equal(payload.response_type, "ephemeral");
  });

  void it("carries every message once when Slack sends its events twice and in disorder", async () => {
    const { faults } = run.here;
    faults.onEvent = () => ({ copies: 2 });
    faults.withholdEvents();
    const texts = ["one", "two", "three"].map((word) => `disorder ${word}`);
    for (const text of texts) people().post(FROM, ALICE, text);
    faults.releaseEvents("reversed");
    await Promise.all(texts.map(copyOf));
    await run.here.events.settled();
    faults.onEvent = () => null;
    const copies = carried(run.there.workspace().messages(TO)).filter(({ text }) =>
      text.startsWith("disorder"),
    );
    assert.equal(copies.length, texts.length);
  });
});
