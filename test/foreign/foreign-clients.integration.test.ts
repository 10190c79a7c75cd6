/** People with clients of other makes take part in linked rooms, and see each other as their own libraries read it. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { ForeignPerson } from "./foreign-person.ts";
import { leftOut } from "./foreign-python.ts";
import {
  allHear,
  copies,
  type Copies,
  copyOf,
  heardTwice,
  hears,
  messagesOf,
  reactionsSeen,
} from "./hearing.ts";
import { type ThreePeople, threePeople } from "./three-people.ts";

const start = await threePeople();

void describe("people at matrix-nio, slixmpp and stanza", { skip: leftOut() }, () => {
  let started: ThreePeople | null = null;
  const people = (): ThreePeople["people"] => started?.people ?? assert.fail("nothing runs");
  const others = (person: ForeignPerson) => people().filter((one) => one !== person);
  before(async () => {
    started = await start();
  });
  after(() => started?.stop());

  /** The author says it. Resolves with what each of the three then has of it. */
  const said = async (
    author: ForeignPerson,
    text: string,
    more?: Parameters<ForeignPerson["say"]>[1],
  ): Promise<Copies> => {
    await author.say(text, more);
    return copies(people(), author, `"${text}"`, (one) => one.text === text);
  };

  void it("hear what each says as he said it, and see him come", async () => {
    for (const author of people()) {
      await said(author, `it is one at ${author.library}: <b> & "quotes", 1 < 2 🫖 ünï\n\nand a second line`);
      await allHear(others(author), "coming", (one) => one.what === "there" && one.by === author.name);
    }
  });

  void it("see what each does", async () => {
    for (const author of people()) await said(author, `/me nods at ${author.library}`);
  });

  void it("see each other's formatted text", async () => {
    const [anna, ben, cora] = people();
    const html = "<strong>bold</strong> <em>soft</em> <del>gone</del> <code>mono</code>";
    await anna.say("bold soft gone mono", { html });
    for (const person of [ben, cora])
      await hears(person, "her marks", ({ text }) => text === "*bold* _soft_ ~gone~ `mono`");
    for (const author of [ben, cora]) {
      const text = `*bold* _soft_ ~gone~ \`mono\` from ${author.library}`;
      await author.say(text);
      await hears(anna, "his marks", (one) => one.html === `${html} from ${author.library}`);
      for (const person of [ben, cora]) await hears(person, "his marks", (one) => one.text === text);
    }
  });

  void it("mention each other", async () => {
    for (const author of people())
      for (const whom of others(author)) {
        const text = `look, from ${author.library} to ${whom.library}`;
        await author.mention(whom.name, text);
        const heard = await copies(people(), author, "the mention", (one) => one.text.endsWith(text));
        for (const listener of others(author)) {
          const { mentions } = copyOf(heard, listener);
          if (mentions !== null) assert.deepEqual(mentions, [whom.name], listener.library);
        }
      }
  });

  void it("see each other's corrections, of what they had", async () => {
    for (const author of people()) {
      const first = await said(author, `a frist from ${author.library}`);
      await author.correct(copyOf(first, author), `a first from ${author.library}`);
      const second = await copies(
        people(),
        author,
        "the correction",
        (one) => one.text === `a first from ${author.library}`,
      );
      for (const listener of people())
        assert.equal(copyOf(second, listener).replaces, copyOf(first, listener).own);
    }
  });

  void it("see each other's retractions", async () => {
    for (const author of people()) {
      const word = await said(author, `a slip from ${author.library}`);
      await author.retract(copyOf(word, author));
      await allHear(
        others(author),
        "the retraction",
        (one, listener) =>
          one.what === "gone" && one.by === author.name && one.of === copyOf(word, listener).id,
      );
    }
  });

  void it("reply to each other", async () => {
    for (const author of people())
      for (const asker of others(author)) {
        const question = await said(author, `does ${asker.library} hear ${author.library}?`);
        const text = `${asker.library} hears ${author.library}`;
        await asker.reply(copyOf(question, asker), text);
        const answers = await copies(people(), asker, "the reply", (one) => one.text.endsWith(text));
        for (const listener of others(asker)) {
          const answer = copyOf(answers, listener);
          assert.equal(answer.replyTo, copyOf(question, listener).id, listener.library);
          // Only one of the libraries knows which part of the text is for those that know no replies.
          const quoted = listener.library === "slixmpp" ? answer.quote : answer.text.slice(0, -text.length);
          assert.equal(
            quoted,
            listener.library === "matrix-nio" ? "" : `> ${author.name}: ${copyOf(question, listener).text}\n`,
          );
        }
      }
  });

  void it("see each other's reactions come and go", async () => {
    for (const author of people()) {
      const [asker = author] = others(author);
      const question = await said(asker, `is it liked at ${author.library}?`);
      for (const emoji of [["👍", "🎉"], ["🎉"], ["❤️", "🎉"], []]) {
        await author.react(copyOf(question, author), emoji);
        for (const listener of others(author))
          await listener.until(`${author.name} having ${emoji.join()}`, () => {
            const seen = reactionsSeen(listener, author.name, copyOf(question, listener).id);
            return seen.join() === emoji.toSorted().join();
          });
      }
    }
  });

  void it("share a thread", async () => {
    const [anna, ben, cora] = people();
    const root = await said(anna, "a thread");
    const second = await said(anna, "the second of the thread", { thread: copyOf(root, anna).id });
    for (const author of [ben, cora]) {
      const { thread } = copyOf(second, author);
      assert.ok(thread !== null, `a thread at ${author.library}`);
      const part = await said(author, `the part from ${author.library}`, { thread });
      assert.equal(copyOf(part, anna).thread, copyOf(root, anna).id);
      for (const listener of others(author))
        assert.equal(copyOf(part, listener).thread, copyOf(second, listener).thread, listener.library);
    }
  });

  void it("keep a thread that a client of a MUC has named, where clients know such names", async () => {
    const [anna, ben, cora] = people();
    for (const author of [ben, cora]) {
      const thread = `talk-${author.library}`;
      const word = await said(author, `under a name from ${author.library}`, { thread });
      for (const listener of [ben, cora]) assert.equal(copyOf(word, listener).thread, thread);
      assert.equal(copyOf(word, anna).thread, null);
    }
  });

  void it("see each other type", async () => {
    for (const author of people())
      for (const on of [true, false]) {
        const before = new Map(others(author).map((one) => [one, one.heard.length]));
        await author.type(on);
        await Promise.all(
          others(author).map(async (listener) =>
            listener.until(`${author.name} typing: ${on}`, () =>
              listener.heard
                .slice(before.get(listener))
                .some((one) => one.what === "typing" && one.by === author.name && one.on === on),
            ),
          ),
        );
      }
  });

  void it("see what each has read", async () => {
    for (const reader of people()) {
      const [author = reader] = others(reader);
      const word = await said(author, `from ${author.library} for ${reader.library} to read`);
      await reader.read(copyOf(word, reader));
      await allHear(
        others(reader),
        "the reading",
        (one, listener) =>
          one.what === "read" && one.by === reader.name && one.of === copyOf(word, listener).id,
      );
    }
  });

  void it("get each other's files", async () => {
    for (const author of people()) {
      const name = `cat-of-${author.library}.png`;
      const bytes = new Uint8Array(randomBytes(5_000));
      await author.share({ name, type: "image/png", bytes });
      for (const listener of others(author)) {
        const file = await hears(listener, name, (one) => one.by === author.name && one.url !== null);
        assert.ok(file.text.includes(name), file.text);
        assert.deepEqual(await listener.fetch(file.url ?? ""), Buffer.from(bytes));
      }
    }
  });

  void it("have the same topic", async () => {
    for (const author of people()) {
      const text = `What ${author.library} is about`;
      await author.topic(text);
      await allHear(others(author), "the topic", (one) => one.what === "topic" && one.text === text);
    }
  });

  void it("have heard everything once, and nothing that nobody said", async () => {
    for (const author of people()) await said(author, `no more from ${author.library}`);
    for (const listener of people()) {
      assert.deepEqual(heardTwice(listener), [], listener.library);
      for (const author of people())
        assert.equal(messagesOf(listener, author), messagesOf(author, author), listener.library);
      // The gateway itself has had nothing to say but that the rooms are linked.
      const told = listener.heard
        .filter((one) => one.what === "said")
        .filter(({ by }) => !people().some(({ name }) => name === by));
      assert.deepEqual(
        told.map(({ text }) => text.split(" with ")[0]),
        ["This room is now linked"],
      );
    }
  });

  void it("see when somebody of the homeserver goes", async () => {
    const [anna, ben, cora] = people();
    await anna.leave();
    await allHear([ben, cora], "her going", ({ what, by }) => what === "left" && by === anna.name);
  });
});
