/** What refers to what was said before: edits, retractions, reactions, replies, threads. Two rooms on a real Prosody. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { XmppUser } from "../../deploy/clients/xmpp-user.ts";
import type { GroupMessage } from "../../deploy/clients/xmpp-messages.ts";
import { installation, linkedPair, type Pair } from "./installation.ts";

const NS = {
  correct: "urn:xmpp:message-correct:0",
  retract: "urn:xmpp:message-retract:1",
  reactions: "urn:xmpp:reactions:0",
  reply: "urn:xmpp:reply:0",
  fallback: "urn:xmpp:fallback:0",
} as const;

const parts = installation();
const body = (text: string) => xml("body", {}, text);
const correction = (of: GroupMessage, text: string) =>
  [body(text), xml("replace", { xmlns: NS.correct, id: of.id ?? "" })] as const;
const retraction = (of: GroupMessage) => xml("retract", { xmlns: NS.retract, id: of.stanzaId ?? "" });
const reactions = (of: GroupMessage, ...emoji: readonly string[]) =>
  xml(
    "reactions",
    { xmlns: NS.reactions, id: of.stanzaId ?? "" },
    ...emoji.map((one) => xml("reaction", {}, one)),
  );

/** The last message of the room that answers. */
function find({ room, user }: Pair["here"], answers: (message: GroupMessage) => boolean) {
  return user.waitFor(`a message in ${room}`, () =>
    user.messages(room).findLast((message) => !message.delayed && answers(message)),
  );
}
const said = (side: Pair["here"], text: string) => find(side, (message) => message.body === text);
const child = (message: GroupMessage, name: string, namespace: string): Element | undefined =>
  message.stanza.getChild(name, namespace);
const attribute = (element: Element | undefined, name: string): unknown => element?.attrs[name];

/** Says it, and waits until it stands in the other room too. */
async function carried(from: Pair["here"], to: Pair["here"], text: string) {
  const original = await from.user.say(from.room, text);
  return { original, copy: await said(to, text) };
}

/** The set of reactions that a person has put on a message. */
async function set(side: Pair["here"], nick: string, expected: readonly string[], id: string | null) {
  await side.user.waitFor(`${nick}'s reactions ${expected.join("")} in ${side.room}`, () => {
    const last = side.user
      .messages(side.room)
      .findLast((message) => message.nick === nick && child(message, "reactions", NS.reactions));
    const element = last && child(last, "reactions", NS.reactions);
    const emoji = element?.getChildren("reaction").map((one) => one.getText());
    return attribute(element, "id") === id && emoji?.join() === expected.join();
  });
}

void describe("what refers to what was said before", async () => {
  const gateway = await parts.gateway("one");
  await gateway.start();
  const [anna, ben, carla] = await Promise.all([
    parts.person("anna"),
    parts.person("ben"),
    parts.person("carla"),
  ]);
  const pair = () => linkedPair(parts, gateway, "one", [anna, ben]);

  await it("corrects the copy, by the same occupant, again and again, in both directions", async () => {
    const { here, there } = await pair();
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      const { original, copy } = await carried(from, to, `teh text of ${from.room}`);
      const better = `the text of ${from.room}`;
      await from.user.send(from.room, ...correction(original, better));
      const corrected = await said(to, better);
      assert.equal(attribute(child(corrected, "replace", NS.correct), "id"), copy.id);
      assert.equal(corrected.nick, copy.nick);
      await from.user.send(from.room, ...correction(original, `*${better}*`));
      const again = await said(to, `*${better}*`);
      assert.equal(attribute(child(again, "replace", NS.correct), "id"), copy.id, "by its first id");
    }
  });

  await it("takes a correction that comes at once after what it corrects", async () => {
    const { here, there } = await pair();
    for (let i = 0; i < 5; i++) {
      const original = await here.user.say(here.room, `quick ${i}`);
      await here.user.send(here.room, ...correction(original, `corrected ${i}`));
    }
    const last = await said(there, "corrected 4");
    assert.ok(child(last, "replace", NS.correct));
    assert.equal(there.user.messages(there.room).filter(({ body }) => body?.startsWith("quick")).length, 5);
  });

  await it("does not let anybody correct or take back what somebody else has said", async () => {
    const { here, there } = await pair();
    await carla.join(here.room, "carla");
    const { original } = await carried(here, there, "said by anna");
    await carla.send(here.room, ...correction(original, "never said"));
    await carla.send(here.room, body("taken back"), retraction(original));
    await carried(here, there, "after that");
    const bodies = there.user.bodies(there.room);
    assert.ok(!bodies.includes("never said"), JSON.stringify(bodies));
    assert.ok(!there.user.messages(there.room).some((message) => child(message, "retract", NS.retract)));
  });

  await it("takes back what was taken back", async () => {
    const { here, there } = await pair();
    const { original, copy } = await carried(here, there, "a slip");
    await here.user.send(here.room, retraction(original), xml("store", { xmlns: "urn:xmpp:hints" }));
    const retracted = await find(there, (message) => child(message, "retract", NS.retract) !== undefined);
    assert.equal(attribute(child(retracted, "retract", NS.retract), "id"), copy.stanzaId);
    assert.equal(retracted.nick, "anna");
  });

  await it("adds and takes away reactions, each person's set by his own ghost", async () => {
    const { here, there } = await pair();
    const { original, copy } = await carried(here, there, "like it?");
    await ben.send(there.room, reactions(copy, "👍"));
    await set(here, "ben", ["👍"], original.stanzaId);
    await ben.send(there.room, reactions(copy, "👍", "🎉"));
    await set(here, "ben", ["👍", "🎉"], original.stanzaId);
    await anna.send(here.room, reactions(original, "❤️"));
    await set(there, "anna", ["❤️"], copy.stanzaId);
    await ben.send(there.room, reactions(copy, "🎉"));
    await set(here, "ben", ["🎉"], original.stanzaId);
    await ben.send(there.room, reactions(copy));
    await set(here, "ben", [], original.stanzaId);
  });

  await it("answers what is answered, in either room, with a quotation for clients that know no replies", async () => {
    const { here, there } = await pair();
    const { original, copy } = await carried(here, there, "a question");
    await ben.send(
      there.room,
      body("> a question\nan answer"),
      xml("reply", { xmlns: NS.reply, to: `${there.room}/anna`, id: copy.stanzaId ?? "" }),
      xml("fallback", { xmlns: NS.fallback, for: NS.reply }, xml("body", { start: "0", end: "13" })),
    );
    const answer = await find(here, (message) => message.body?.endsWith("\nan answer") ?? false);
    assert.equal(attribute(child(answer, "reply", NS.reply), "id"), original.stanzaId);
    const range = child(answer, "fallback", NS.fallback)?.getChild("body")?.attrs as Record<string, string>;
    const points = Array.from(answer.body ?? "");
    assert.equal(
      points.slice(Number(range["end"])).join(""),
      "an answer",
      "the fallback is the quotation alone",
    );
    assert.match(points.slice(0, Number(range["end"])).join(""), /^> .*a question\n$/s);
    const back = await said({ room: there.room, user: there.user }, "> a question\nan answer");
    await anna.send(
      here.room,
      body("and back"),
      xml("reply", { xmlns: NS.reply, to: `${here.room}/ben`, id: answer.stanzaId ?? "" }),
    );
    const thanks = await find(there, (message) => message.body?.endsWith("and back") ?? false);
    assert.equal(attribute(child(thanks, "reply", NS.reply), "id"), back.stanzaId);
  });

  await it("keeps what belongs to one thread in one thread", async () => {
    const { here, there } = await pair();
    const threads: (string | null)[] = [];
    for (const text of ["in the thread", "still in it"]) {
      await here.user.send(here.room, body(text), xml("thread", {}, "thread-1"));
      threads.push((await said(there, text)).stanza.getChildText("thread"));
    }
    await here.user.send(here.room, body("in another"), xml("thread", {}, "thread-2"));
    const other = (await said(there, "in another")).stanza.getChildText("thread");
    assert.ok(threads[0]);
    assert.equal(threads[1], threads[0]);
    assert.notEqual(other, threads[0]);
  });

  await it("splits what is too long, and corrects and takes back all of its parts", async () => {
    const { here, there } = await pair();
    const long = `${`${"many ".repeat(200)}end\n`.repeat(80)}the last`;
    const original = await here.user.say(here.room, long);
    const copies = () =>
      there.user
        .messages(there.room)
        .filter(({ nick, stanza }) => nick === "anna" && !stanza.getChild("replace", NS.correct));
    await there.user.waitFor(
      "all parts",
      () => copies().length >= 2 && copies().at(-1)?.body?.endsWith("the last"),
    );
    assert.equal(
      copies()
        .map((copy) => copy.body)
        .join("\n")
        .replaceAll(/\s+/g, " "),
      long.replaceAll(/\s+/g, " "),
    );
    const stood = copies().length;
    await here.user.send(here.room, ...correction(original, "short now"));
    const short = await said(there, "short now");
    assert.equal(attribute(child(short, "replace", NS.correct), "id"), copies()[0]?.id);
    const gone = () =>
      there.user
        .messages(there.room)
        .flatMap((message) => attribute(child(message, "retract", NS.retract), "id") ?? []);
    await there.user.waitFor("the other parts to go", () => gone().length === stood - 1);
    assert.deepEqual(
      gone(),
      copies()
        .slice(1, stood)
        .map(({ stanzaId }) => stanzaId),
    );
  });

  await it("carries them all after a restart of the gateway, which was away when they came", async () => {
    const { here, there } = await pair();
    const { original, copy } = await carried(here, there, "before the restart");
    await gateway.stop();
    await here.user.send(here.room, ...correction(original, "while it was away"));
    await ben.send(there.room, reactions(copy, "👋"), xml("store", { xmlns: "urn:xmpp:hints" }));
    await gateway.start();
    const corrected = await said(there, "while it was away");
    assert.equal(attribute(child(corrected, "replace", NS.correct), "id"), copy.id);
    const reacted = await find(here, (message) => child(message, "reactions", NS.reactions) !== undefined);
    assert.equal(attribute(child(reacted, "reactions", NS.reactions), "id"), original.stanzaId);
  });

  await it("says of a correction whose message nobody knows that it is one", async () => {
    const { here, there } = await pair();
    await here.user.send(here.room, body("of old"), xml("replace", { xmlns: NS.correct, id: "unknown" }));
    const shown = await find(there, (message) => message.body?.startsWith("of old") ?? false);
    assert.match(shown.body ?? "", /\(edited\)/);
    assert.equal(child(shown, "replace", NS.correct), undefined);
  });

  await seenQuiet(anna);
});

/** Nothing went wrong on the way that a person would have seen. */
async function seenQuiet(user: XmppUser): Promise<void> {
  await it("has told nobody of a failure", () => {
    assert.deepEqual(
      user.privateMessages.map(({ body }) => body),
      [],
    );
  });
}
