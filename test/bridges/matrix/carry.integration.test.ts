import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { LinkedRooms } from "./matrix-gateway.ts";
import { linkingRooms } from "./matrix-gateway.ts";

const linkedRooms = await linkingRooms("matrix-carry");

void describe("what is said in one Matrix room and shown in another", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  void it("is said by a ghost with the speaker's name, which follows him", async () => {
    const { anna, ben, from, to, shows } = run();
    // Homeservers tell rooms of a new name after they have answered.
    const isCalled = async (name: string) => {
      await anna.setDisplayName(name);
      const known = async () => (await anna.state(from, "m.room.member", anna.id))?.["displayname"] === name;
      await anna.waitFor("her name in the room", known);
    };
    await isCalled("Anna of Elsewhere");
    await anna.say(from, "who am I?");
    const first = await shows("the message", (all) => all.find(({ body }) => body === "who am I?"));
    assert.match(first.sender, /^@_mimi_matrix\.mimi\.test_[0-9a-f]{32}:matrix\.test$/);
    const named = async (name: string) =>
      (await ben.state(to, "m.room.member", first.sender))?.["displayname"] === name;
    await ben.waitFor("the ghost's name", () => named("Anna of Elsewhere"));
    await isCalled("Anna");
    await anna.say(from, "and now?");
    await ben.waitFor("the new name", () => named("Anna"));
  });

  void it("changes with edits, and goes with redactions, all of its versions", async () => {
    const { anna, ben, from, to, shows } = run();
    const event = await anna.say(from, "frist");
    await shows("the message", (all) => all.find(({ body }) => body === "frist"));
    await anna.edit(from, event, "first");
    const edited = await shows("the edit", (all) => all.find(({ body }) => body === "first"));
    assert.ok(edited.edited);
    await anna.redact(from, event);
    await shows("the redaction", (all) => all.find(({ id, deleted }) => id === edited.id && deleted));
    await ben.waitFor("nothing of the text to be left", async () => {
      const words = JSON.stringify((await ben.timeline(to)).map(({ content }) => content));
      return !words.includes("frist") && !words.includes("first");
    });
  });

  void it("says again what it said before when an edit is redacted", async () => {
    const { anna, from, shows } = run();
    const event = await anna.say(from, "original words");
    const change = await anna.edit(from, event, "changed words");
    await shows("the edit", (all) => all.find(({ body }) => body === "changed words"));
    await anna.redact(from, change);
    const back = await shows("the former text", (all) => all.find(({ body }) => body === "original words"));
    assert.ok(!back.deleted);
  });

  void it("answers, stands in threads, and mentions whom it answers", async () => {
    const { anna, ben, from, to, shows } = run();
    const question = await ben.say(to, "a question of Ben");
    const here = await anna.waitFor("the question", async () =>
      (await anna.messages(from)).find(({ body }) => body === "a question of Ben"),
    );
    await anna.reply(from, here.id, "an answer");
    const answer = await shows("the answer", (all) => all.find(({ body }) => body === "an answer"));
    assert.equal(answer.replyTo, question);
    assert.deepEqual(answer.content["m.mentions"], { user_ids: [ben.id] });
    await anna.inThread(from, here.id, "in a thread");
    const threaded = await shows("the thread", (all) => all.find(({ body }) => body === "in a thread"));
    assert.equal(threaded.thread, question);
  });

  void it("is reacted to, and the reaction goes when it is taken back", async () => {
    const { anna, ben, from, to, shows } = run();
    const liked = await ben.say(to, "do you like it?");
    const here = await anna.waitFor("the question", async () =>
      (await anna.messages(from)).find(({ body }) => body === "do you like it?"),
    );
    const reactions = (
      all: readonly { readonly id: string; readonly reactions: readonly { readonly emoji: string }[] }[],
    ) => all.find(({ id }) => id === liked)?.reactions.map(({ emoji }) => emoji) ?? [];
    const reaction = await anna.react(from, here.id, "👍");
    await shows("the reaction", (all) => reactions(all).includes("👍"));
    await anna.redact(from, reaction);
    await shows("its removal", (all) => reactions(all).length === 0);
  });

  void it("is pinned, in the list that stands there", async () => {
    const { anna, ben, from, to, shows } = run();
    const event = await anna.say(from, "to be pinned");
    const there = await shows("the message", (all) => all.find(({ body }) => body === "to be pinned"));
    await ben.setPins(to, ["$someone-elses"]);
    await anna.setPins(from, [event]);
    const pinned = async () => {
      const list = (await ben.state(to, "m.room.pinned_events"))?.["pinned"];
      return Array.isArray(list) ? list.map(String) : [];
    };
    await ben.waitFor("the pin", async () => (await pinned()).includes(there.id));
    assert.deepEqual(await pinned(), ["$someone-elses", there.id]);
    await anna.setPins(from, []);
    await ben.waitFor("its removal", async () => !(await pinned()).includes(there.id));
    assert.deepEqual(await pinned(), ["$someone-elses"]);
  });

  void it("can be voted on, and files and places come with it", async () => {
    const { anna, from, shows } = run();
    await anna.poll(from, "Tea or coffee?", ["Tea", "Coffee"]);
    await shows("the poll", (all) => all.find(({ type }) => type === "org.matrix.msc3381.poll.start"));
    await anna.location(from, "Here", "geo:52.5,13.4");
    const place = await shows("the place", (all) =>
      all.find(({ content }) => content["msgtype"] === "m.location"),
    );
    assert.equal(place.content["geo_uri"], "geo:52.5,13.4");
    const file = { name: "notes.txt", type: "text/plain", bytes: Buffer.from("some notes") };
    await anna.sendFile(from, file);
    const shown = await shows("the file", (all) => all.find(({ body }) => body === "notes.txt"));
    assert.match(String(shown.content["url"]), /^mxc:\/\/matrix\.test\//, "the homeserver has it already");
  });

  void it("shows who types, and what was read", async () => {
    const { anna, ben, from, to, shows } = run();
    const event = await anna.say(from, "look who types");
    const there = await shows("the message", (all) => all.find(({ body }) => body === "look who types"));
    await anna.typing(from, true);
    await ben.waitFor("somebody typing", () => ben.sync.typing(to).includes(there.sender));
    await anna.typing(from, false);
    await ben.waitFor("nobody typing", () => ben.sync.typing(to).length === 0);
    const answer = await ben.say(to, "Ben's last word");
    const here = await anna.waitFor("it", async () =>
      (await anna.messages(from)).find(({ body }) => body === "Ben's last word"),
    );
    await anna.read(from, here.id);
    await ben.waitFor("the receipt", () => ben.sync.read(to, there.sender) === answer);
    assert.notEqual(event, answer);
  });

  void it("is complete and in order after an outage with edits, reactions and redactions in it", async () => {
    const { anna, away, from, shows } = run();
    const kept = await anna.say(from, "outage 0");
    await shows("the first", (all) => all.find(({ body }) => body === "outage 0"));
    await away(async () => {
      for (let i = 1; i <= 5; i += 1) await anna.say(from, `outage ${i}`);
      const gone = await anna.say(from, "outage gone");
      await anna.redact(from, gone);
      await anna.edit(from, kept, "outage zero");
      await anna.react(from, kept, "🎉");
      await anna.say(from, "outage last");
    });
    const all = await shows("the last", (messages) =>
      messages.some(({ body }) => body === "outage last") ? messages : null,
    );
    const told = all.filter(({ body }) => body.startsWith("outage"));
    assert.deepEqual(
      told.map(({ body }) => body),
      ["outage zero", ...[1, 2, 3, 4, 5].map((i) => `outage ${i}`), "outage last"],
    );
    assert.deepEqual(
      told[0]?.reactions.map(({ emoji }) => emoji),
      ["🎉"],
    );
  });
});
