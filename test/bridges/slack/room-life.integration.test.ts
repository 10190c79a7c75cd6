/** What becomes of a linked channel as a whole: its pins, its archiving, the app's place in it, its id. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../support/harness-eventually.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { carried, FROM, linkedChannels, type SlackRun, TO } from "./slack-gateway.ts";

const folder = temporaryFolder("slack-room-life");
const ALICE = "U0ALICE";
const BOB = "U0BOB";

const emoji = (name: string) => ({ type: "emoji", name });

void describe("the life of a linked channel", () => {
  let run: SlackRun;
  before(async () => {
    run = await linkedChannels(folder, { account: { settle: "1s" } });
  });
  after(() => run.stop());

  const people = () => run.here.workspace().people;
  const peopleThere = () => run.there.workspace().people;
  const copyOf = (text: string) =>
    run.shows(`a copy of ${text}`, (all) => carried(all).findLast((message) => message.text === text));
  const pinnedThere = (what: string, ts: string, isPinned: boolean) =>
    eventually(what, () => run.there.workspace().channel(TO).pinned.includes(ts) === isPinned);
  const pinnedHere = (what: string, ts: string, isPinned: boolean) =>
    eventually(what, () => run.here.workspace().channel(FROM).pinned.includes(ts) === isPinned);
  const statusOf = async (account: string) =>
    (await run.gateway().operations.status()).bindings.find((room) => room.account === account);
  const fault = async (account: string) => (await statusOf(account))?.lastError ?? null;
  const callsThere = (method: string) => run.there.calls.filter((call) => call.method === method).length;

  void it("pins on the other side what is pinned, both ways, and takes it down again", async () => {
    const ts = people().post(FROM, ALICE, "worth keeping");
    const copy = await copyOf("worth keeping");
    people().pin(FROM, ts, BOB);
    await pinnedThere("the pin", copy.ts, true);
    peopleThere().unpin(TO, copy.ts, ALICE);
    await pinnedHere("the pin to be gone at its origin", ts, false);
    peopleThere().pin(TO, copy.ts, ALICE);
    await pinnedHere("the pin of somebody there", ts, true);
    people().unpin(FROM, ts, ALICE);
    await pinnedThere("the pin to be gone", copy.ts, false);
    await Promise.all([run.here.events.settled(), run.there.events.settled()]);
    assert.equal(callsThere("pins.add"), 1, "its own pins come back as nothing new");
  });

  void it("shows the workspace's own emoji where the other workspace has one of that name, else the name", async () => {
    const image = "https://emoji.example/party.png";
    for (const side of [people(), peopleThere()]) side.addEmoji("party", image);
    people().addEmoji("onlyhere", "https://emoji.example/onlyhere.png");
    people().addEmoji("hooray", "alias:tada");
    await Promise.all([run.here.events.settled(), run.there.events.settled()]);
    await eventually("the lists to be read again", () => callsThere("emoji.list") >= 2);
    const elements = [emoji("party"), emoji("onlyhere"), emoji("hooray"), { type: "text", text: " it is" }];
    const blocks = [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }];
    const ts = people().post(FROM, ALICE, ":party::onlyhere::hooray: it is", { blocks });
    const copy = await run.shows("the emoji", (all) =>
      carried(all).findLast(({ blocks: shown }) => JSON.stringify(shown).includes(" it is")),
    );
    const shown = JSON.stringify(copy.blocks);
    assert.match(shown, /"type":"emoji","name":"party"/);
    assert.match(shown, /:onlyhere:/);
    assert.doesNotMatch(shown, /"name":"onlyhere"/);
    assert.ok(shown.includes("🎉"), shown);
    for (const name of ["party", "onlyhere", "hooray"]) people().react(FROM, ts, ALICE, name);
    await run.shows("the reactions", (all) => {
      const names = all.find((message) => message.ts === copy.ts)?.reactions.map(({ name }) => name) ?? [];
      return names.toSorted().join() === "party,tada";
    });
    people().unreact(FROM, ts, ALICE, "hooray");
    await run.shows("one of them less", (all) =>
      all.find((message) => message.ts === copy.ts)?.reactions.every(({ name }) => name === "party"),
    );
  });

  void it("finds out what was pinned and taken down while the gateway was away", async () => {
    const [kept, dropped, added] = ["kept", "dropped", "added"].map((word) =>
      people().post(FROM, ALICE, word),
    );
    const copies = await Promise.all(["kept", "dropped", "added"].map(copyOf));
    const [keptCopy, droppedCopy, addedCopy] = copies.map(({ ts }) => ts);
    for (const ts of [kept, dropped]) people().pin(FROM, ts ?? "", ALICE);
    await pinnedThere("the first pin", keptCopy ?? "", true);
    await pinnedThere("the second pin", droppedCopy ?? "", true);
    const pinCalls = callsThere("pins.add");
    await run.away(() => {
      people().unpin(FROM, dropped ?? "", ALICE);
      people().pin(FROM, added ?? "", BOB);
    });
    await pinnedThere("the pin of meanwhile", addedCopy ?? "", true);
    await pinnedThere("what was taken down meanwhile", droppedCopy ?? "", false);
    assert.ok(
      run.there
        .workspace()
        .channel(TO)
        .pinned.includes(keptCopy ?? ""),
    );
    assert.equal(callsThere("pins.add"), pinCalls + 1, "what stood is not pinned again");
    await run.away(() => undefined);
    people().post(FROM, ALICE, "after two repairs");
    await copyOf("after two repairs");
    assert.equal(callsThere("pins.add"), pinCalls + 1);
  });

  void it("lets what is for an archived channel wait, and says why, until it is unarchived", async () => {
    // Heard there means that the channel has been read since the restart.
    peopleThere().post(TO, ALICE, "before the archive");
    await eventually("what is said there", () =>
      carried(run.here.workspace().messages(FROM)).some(({ text }) => text === "before the archive"),
    );
    peopleThere().archive(TO, ALICE);
    await eventually("the cause", async () => (await fault("there"))?.includes("archived: unarchive it"));
    const calls = run.there.calls.length;
    for (const text of ["said meanwhile 1", "said meanwhile 2"]) people().post(FROM, ALICE, text);
    await eventually("the queue", async () => ((await statusOf("there"))?.behind ?? 0) >= 2);
    assert.deepEqual(
      run.there.calls.slice(calls).filter(({ arguments: args }) => args["channel"] === TO),
      [],
      "Slack is not asked again and again",
    );
    peopleThere().unarchive(TO, ALICE);
    await copyOf("said meanwhile 2");
    const texts = carried(run.there.workspace().messages(TO)).map(({ text }) => text);
    assert.deepEqual(texts.slice(-2), ["said meanwhile 1", "said meanwhile 2"]);
    await eventually("the cause to be gone", async () => (await fault("there")) === null);
  });

  void it("learns from a refusal, too, that a channel is archived", async () => {
    run.there.faults.onEvent = () => ({ copies: 0 });
    peopleThere().archive(TO, ALICE);
    people().post(FROM, ALICE, "said into the archive");
    await eventually("the cause", async () => (await fault("there"))?.includes("archived"));
    const refused = callsThere("chat.postMessage");
    run.there.faults.onEvent = () => null;
    peopleThere().unarchive(TO, ALICE);
    await copyOf("said into the archive");
    assert.equal(callsThere("chat.postMessage"), refused + 1);
  });

  void it("stays out of a channel that it was put out of, and goes on when it is invited again", async () => {
    peopleThere().removeBot(TO, ALICE);
    await eventually("the cause", async () => (await fault("there"))?.includes("/invite"));
    people().post(FROM, ALICE, "said without the app");
    const joins = callsThere("conversations.join");
    await eventually("the queue", async () => ((await statusOf("there"))?.behind ?? 0) >= 1);
    peopleThere().inviteBot(TO, ALICE);
    await copyOf("said without the app");
    assert.equal(callsThere("conversations.join"), joins, "nobody but people brings it back");
  });

  void it("leaves a channel at once that is archived, when it is unlinked", async () => {
    peopleThere().addChannel({ id: "C0OTHER", name: "other", members: [ALICE], bot: true });
    const rooms = [
      { account: "here", room: FROM },
      { account: "there", room: "C0OTHER" },
    ];
    await run.gateway().operations.link(rooms, null);
    people().post(FROM, ALICE, "to both");
    await eventually("the copy in the other channel", () =>
      run.there
        .workspace()
        .messages("C0OTHER")
        .some(({ text }) => text === "to both"),
    );
    peopleThere().archive("C0OTHER", ALICE);
    people().post(FROM, ALICE, "to one of them");
    await copyOf("to one of them");
    await run.gateway().operations.unlink({ account: "there", room: "C0OTHER" }, false);
    await eventually(
      "the channel to be gone",
      async () => (await run.gateway().operations.status()).bindings.length === 2,
    );
  });

  void it("goes on under a channel's new id, without saying anything twice", async () => {
    people().post(FROM, ALICE, "before the move");
    await copyOf("before the move");
    people().move(FROM, "C0MOVED");
    await eventually("the new name", async () => (await statusOf("here"))?.room === "C0MOVED");
    const ts = people().post("C0MOVED", ALICE, "after the move");
    await copyOf("after the move");
    people().edit("C0MOVED", ts, "after the move, edited");
    await copyOf("after the move, edited");
    await run.away(() => people().post("C0MOVED", ALICE, "after a restart"));
    await copyOf("after a restart");
    const texts = carried(run.there.workspace().messages(TO)).map(({ text }) => text);
    for (const text of ["before the move", "after the move, edited", "after a restart"])
      assert.equal(texts.filter((one) => one === text).length, 1, text);
    peopleThere().post(TO, BOB, "an answer to the new place");
    await eventually("the answer", () =>
      carried(run.here.workspace().messages("C0MOVED")).some(
        ({ text }) => text === "an answer to the new place",
      ),
    );
  });
});
