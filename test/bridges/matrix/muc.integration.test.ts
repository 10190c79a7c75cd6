/** Every kind of content between a room of a real Synapse and a MUC of a real Prosody, as people at their clients see it. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { editContent, fileContent, htmlContent } from "../../../deploy/clients/matrix-contents.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import type { GroupMessage } from "../../../deploy/clients/xmpp-messages.ts";
import {
  correction,
  file,
  inThread,
  mention,
  NS,
  place,
  reactions,
  reply,
  retraction,
  spoiler,
  typing,
} from "../../../deploy/demo/stanzas.ts";
import { GIF, PNG } from "../../core/media/picture-server.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { hang, pictureAt, wear } from "../../support/worn-picture.ts";
import { component } from "../conformance/xmpp-conformance.ts";
import { linkingMatrixAndMuc, type MatrixAndMuc } from "./matrix-and-muc.ts";

const MARKERS = "urn:xmpp:chat-markers:0";
const MENTIONS = "urn:xmpp:mentions:0";
const STICKERS = "urn:xmpp:stickers:0";
const linked = await linkingMatrixAndMuc("matrix-muc");

const child = (message: GroupMessage, name: string, namespace: string): Element | undefined =>
  message.stanza.getChild(name, namespace);
const attribute = (element: Element | undefined, name: string): unknown => element?.attrs[name];
/** The address that clients show as a file: the body and XEP-0066 say the same. */
const fileOf = (message: GroupMessage): string | null => {
  const url = child(message, "x", NS.oob)?.getChildText("url") ?? null;
  return url !== null && url === message.body ? url : null;
};

void describe("a Matrix room and a MUC", () => {
  let started: MatrixAndMuc | null = null;
  const run = (): MatrixAndMuc => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linked();
  });
  after(() => started?.stop());

  /** Anna says it, and Ben gets it. */
  const fromAnna = async (text: string) => {
    const { anna, room, benReads } = run();
    const original = await anna.say(room, text);
    return { original, copy: await benReads(text, (one) => one.body === text) };
  };
  /** Ben says it, and Anna gets it. */
  const fromBen = async (text: string) => {
    const { ben, muc, annaReads } = run();
    const original = await ben.say(muc, text);
    return { original, copy: await annaReads(text, (one) => one.body === text) };
  };

  void it("show each other's markup, each in its own way", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    const html =
      "<p><strong>bold</strong> <em>it</em> <del>no</del> <code>code</code></p><blockquote>quoted</blockquote>" +
      "<pre><code>let x;\n</code></pre><ul><li>one</li><li>two</li></ul>" +
      '<table><tr><td>cell a</td><td>cell b</td></tr></table><p><a href="https://example.org/x">there</a></p>';
    await anna.sayHtml(room, "markup", html);
    const { body: words } = await benReads("the markup", (one) => one.body?.includes("*bold*") ?? false);
    for (const piece of [
      "*bold* _it_ ~no~ `code`",
      "> quoted",
      "```\nlet x;\n```",
      "- one",
      "- two",
      "cell a",
    ])
      assert.ok(words?.includes(piece), `${piece} in ${String(words)}`);
    assert.match(words ?? "", /there.*https:\/\/example\.org\/x/s);
    await ben.say(muc, "*strong* _soft_ ~gone~ `mono`\n> said\n```\nlet y;\n```");
    const { content } = await annaReads("the styling", (one) => one.body.includes("strong"));
    const shown = String(content["formatted_body"]);
    for (const piece of ["<strong>strong</strong>", "<em>soft</em>", "<del>gone</del>", "<code>mono</code>"])
      assert.ok(shown.includes(piece), `${piece} in ${shown}`);
    assert.match(shown, /<blockquote>.*said.*<\/blockquote>.*<pre><code>let y;/s);
  });

  void it("mention each other's people, and the whole room", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    const ghostOfBen = (await fromBen("it is Ben")).copy.sender;
    const pill = `<a href="https://matrix.to/#/${ghostOfBen}">ben</a>: look`;
    const him = { "m.mentions": { user_ids: [ghostOfBen] } };
    await anna.send(room, "m.room.message", { ...htmlContent("ben: look", pill), ...him });
    const there = await benReads("the mention", (one) => one.body?.endsWith(": look") ?? false);
    const reference = child(there, "reference", NS.reference);
    assert.equal(attribute(reference, "uri"), `xmpp:${muc}/ben`);
    await ben.send(muc, ...mention(muc, there.nick ?? "", ": thanks"));
    const here = await annaReads("the mention", (one) => one.body.endsWith(": thanks"));
    assert.deepEqual(here.content["m.mentions"], { user_ids: [anna.id] });
    await anna.send(room, "m.room.message", {
      msgtype: "m.text",
      body: "@room lunch",
      "m.mentions": { room: true },
    });
    await benReads("the call", (one) => /^@(?:room|channel|all|everyone) lunch$/.test(one.body ?? ""));
    const everybody = { xmlns: MENTIONS, begin: "0", end: "4", mentions: `${MENTIONS}#channel` };
    await ben.send(muc, xml("body", {}, "@all: supper"), xml("mention", everybody));
    const call = await annaReads("his call", (one) => one.body.endsWith(": supper"));
    assert.deepEqual(call.content["m.mentions"], { room: true });
    assert.match(
      call.body,
      /ben.*@room: supper$/,
      "his ghost has no power to call everybody: the gateway does",
    );
  });

  void it("answer each other, and stay in their threads", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    const { original: question, copy: questionThere } = await fromAnna("a question of Anna");
    await ben.send(muc, ...reply(questionThere, `${muc}/${questionThere.nick}`, "Ben's answer"));
    const answer = await annaReads("the answer", (one) => one.body === "Ben's answer");
    assert.equal(answer.replyTo, question);
    assert.deepEqual(answer.content["m.mentions"], { user_ids: [anna.id] });
    const original = ben.messages(muc).findLast((one) => one.body === "Ben's answer");
    await anna.reply(room, answer.id, "and back");
    const back = await benReads("the reply", (one) => one.body?.endsWith("and back") ?? false);
    assert.equal(attribute(child(back, "reply", NS.reply), "id"), original?.stanzaId);

    const root = await anna.say(room, "Anna's thread");
    await benReads("the root", (one) => one.body === "Anna's thread");
    await anna.inThread(room, root, "in her thread");
    const threaded = await benReads("the thread", (one) => one.body?.endsWith("in her thread") ?? false);
    const thread = threaded.stanza.getChildText("thread");
    assert.ok(thread);
    await ben.send(muc, ...inThread(thread, "Ben in her thread"));
    const joined = await annaReads("his part", (one) => one.body === "Ben in her thread");
    assert.equal(joined.thread, root);
  });

  void it("correct and take back what was said, also edits", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    const hers = await fromAnna("Anna's frist");
    const edit = await anna.edit(room, hers.original, "Anna's first");
    const corrected = await benReads("the edit", (one) => one.body === "Anna's first");
    assert.equal(attribute(child(corrected, "replace", NS.correct), "id"), hers.copy.id);
    await anna.redact(room, edit);
    const again = (one: GroupMessage) =>
      one.body === "Anna's frist" && child(one, "replace", NS.correct) !== undefined;
    await benReads("the former text", again);
    await anna.redact(room, hers.original);
    const retracts = (one: GroupMessage) =>
      attribute(child(one, "retract", NS.retract), "id") === hers.copy.stanzaId;
    await benReads("the retraction", retracts);

    const his = await fromBen("Ben's frist");
    await ben.send(muc, ...correction(his.original, "Ben's first"));
    const changed = await annaReads("the correction", (one) => one.body === "Ben's first");
    assert.ok(changed.edited);
    assert.equal(changed.id, his.copy.id);
    await ben.send(muc, ...retraction(his.original));
    await annaReads("the retraction", ({ id, deleted }) => id === changed.id && deleted);
    const kept = await fromBen("Ben's own word");
    await anna.redact(room, kept.copy.id, "not here");
    await annaReads("the word to her", (one) => one.body.includes("changes a message of somebody else"));
    const gone = (one: GroupMessage) =>
      child(one, "retract", NS.retract)?.attrs["id"] === kept.original.stanzaId;
    assert.ok(!ben.messages(muc).some(gone), "in his room his word is for his moderators to delete");
  });

  void it("react, and take it back", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    const hers = await fromAnna("do you like it?");
    const given = (is: (emoji: string) => boolean) =>
      annaReads("the reactions", ({ id, reactions: all }) => {
        return id === hers.original && is(all.map(({ emoji }) => emoji).join());
      });
    await ben.send(muc, ...reactions(hers.copy, "👍", "🎉"));
    await given((all) => all.includes("👍") && all.includes("🎉"));
    await ben.send(muc, ...reactions(hers.copy, "🎉"));
    await given((all) => all === "🎉");
    const his = await fromBen("and you?");
    const set = (emoji: readonly string[]) =>
      benReads(`the reactions ${emoji.join()}`, (one) => {
        const element = child(one, "reactions", NS.reactions);
        const now = element?.getChildren("reaction").map((each) => each.getText());
        return attribute(element, "id") === his.original.stanzaId && now?.join() === emoji.join();
      });
    const reaction = await anna.react(room, his.copy.id, "❤️");
    await set(["❤️"]);
    await anna.redact(room, reaction);
    await set([]);
  });

  void it("send each other files, with their captions", async () => {
    const { anna, room, ben, muc, uploads, annaReads, benReads } = run();
    const bytes = new Uint8Array(randomBytes(5_000));
    const cat = { name: "cat.png", type: "image/png", bytes, caption: "a cat" };
    const url = await anna.http.upload(cat.name, cat.type, cat.bytes);
    const event = await anna.send(room, "m.room.message", fileContent(cat, url));
    const address =
      fileOf(await benReads("the file", (one) => fileOf(one)?.includes("cat.png") ?? false)) ?? "";
    const fetched = await (await fetch(address)).arrayBuffer();
    assert.deepEqual(Buffer.from(fetched), Buffer.from(bytes));
    const caption = await benReads("the caption", (one) => one.body === "a cat");
    await anna.send(
      room,
      "m.room.message",
      editContent(event, fileContent({ ...cat, caption: "my cat" }, url)),
    );
    const better = await benReads("the new caption", (one) => one.body === "my cat");
    assert.equal(attribute(child(better, "replace", NS.correct), "id"), caption.id);

    const stored = await ben.upload(uploads, "dog.jpg", bytes);
    await ben.send(muc, ...file(stored));
    const shown = await annaReads("his file", ({ content }) => content["filename"] === "dog.jpg");
    assert.equal(shown.content["msgtype"], "m.image");
    assert.deepEqual(
      Buffer.from((await anna.http.download(String(shown.content["url"]))).bytes),
      Buffer.from(bytes),
    );
    await ben.send(muc, ...file(stored), xml("sticker", { xmlns: STICKERS, pack: "dogs" }));
    await annaReads("his sticker", ({ type }) => type === "m.sticker");
    await anna.sticker(room, { name: "wave.png", type: "image/png", bytes });
    await benReads("her sticker", (one) => child(one, "sticker", STICKERS) !== undefined);
  });

  void it("show places, emotes, what is hidden, and what programs say", async () => {
    const { anna, room, ben, muc, annaReads, benReads } = run();
    await anna.location(room, "The tower", "geo:48.85837,2.294481");
    const there = await benReads("the place", (one) => child(one, "geoloc", NS.geoloc) !== undefined);
    assert.equal(child(there, "geoloc", NS.geoloc)?.getChildText("lat"), "48.85837");
    await ben.send(muc, ...place("52.5", "13.4"));
    await annaReads("his place", ({ content }) => content["geo_uri"] === "geo:52.5,13.4");
    await anna.send(room, "m.room.message", { msgtype: "m.emote", body: "waves" });
    await benReads("the emote", (one) => one.body === "/me waves");
    await ben.say(muc, "/me nods");
    const emote = await annaReads("his emote", (one) => one.body === "nods");
    assert.equal(emote.content["msgtype"], "m.emote");
    const secret = '<span data-mx-spoiler="who it was">the butler</span>';
    await anna.sayHtml(room, "[spoiler]", secret);
    const hidden = await benReads("the spoiler", (one) => one.body === "the butler");
    assert.equal(child(hidden, "spoiler", NS.spoiler)?.getText(), "who it was");
    await ben.send(muc, ...spoiler("his guess", "the cook"));
    const guess = await annaReads("his spoiler", ({ content }) => {
      return String(content["formatted_body"]).includes("the cook");
    });
    assert.match(String(guess.content["formatted_body"]), /data-mx-spoiler="his guess"/);
    assert.ok(!guess.body.includes("the cook"));
    await anna.send(room, "m.room.message", { msgtype: "m.notice", body: "build passed" });
    await benReads("the notice", (one) => one.body === "build passed");
  });

  void it("see people of the other room go when these go, and come back when they speak", async () => {
    const { anna, room, ben, muc, homeserver, benReads, benWaits } = run();
    const carl = await MatrixUser.register(homeserver, "carl");
    const comes = async (text: string) => {
      await anna.invite(room, carl.id);
      await carl.join(room);
      await carl.say(room, text);
      const { nick } = await benReads(text, (one) => one.body === text);
      return nick ?? "";
    };
    const nick = await comes("Carl is here");
    assert.ok(ben.occupants(muc).includes(nick));
    await carl.leave(room);
    await benWaits("his going", () => !ben.occupants(muc).includes(nick));
    assert.equal(await comes("Carl is back"), nick);
    assert.ok(ben.occupants(muc).includes(nick));
  });

  void it("see the pictures of people of the MUC, which their ghosts wear", async () => {
    const { anna, room, ben, muc } = run();
    await wear(ben, muc, PNG);
    const { sender } = (await fromBen("see my picture")).copy;
    const worn = await anna.waitFor(
      "the picture",
      async () => (await anna.state(room, "m.room.member", sender))?.["avatar_url"],
      20_000,
    );
    assert.deepEqual(Buffer.from((await anna.http.download(String(worn))).bytes), PNG);
  });

  void it("have the same picture, whichever of them gets it", async () => {
    const { anna, room, ben, muc } = run();
    await ben.grant(muc, `bridge@${component.domain}`, "owner");
    const first = await anna.http.upload("room.png", "image/png", Buffer.from(PNG));
    await anna.setAvatar(room, first);
    await eventually("the picture", async () => (await pictureAt(ben, muc))?.equals(PNG));
    await hang(ben, muc, GIF);
    const shown = await anna.waitFor(
      "the other picture",
      async () => {
        const url = (await anna.state(room, "m.room.avatar"))?.["url"];
        return url === first ? null : url;
      },
      20_000,
    );
    assert.deepEqual(Buffer.from((await anna.http.download(String(shown))).bytes), GIF);
    await hang(ben, muc, null);
    await anna.waitFor(
      "its end",
      async () => (await anna.state(room, "m.room.avatar"))?.["url"] === undefined,
      20_000,
    );
  });

  void it("vote on the same polls, and are told how they end", async () => {
    const { anna, room, ben, muc, benReads } = run();
    const poll = await anna.poll(room, "Tea or coffee?", ["Tea", "Coffee"]);
    const there = await benReads("the poll", (one) => one.body?.includes("Tea or coffee?") ?? false);
    assert.match(there.body ?? "", /1.*Tea.*2.*Coffee/s);
    const voted = (option: string) =>
      anna.waitFor(
        `a vote for ${option}`,
        async () =>
          (await anna.timeline(room)).findLast(
            ({ type, content }) =>
              type === "org.matrix.msc3381.poll.response" &&
              JSON.stringify(content["m.relates_to"]).includes(poll) &&
              JSON.stringify(content["org.matrix.msc3381.poll.response"]).includes(`"${option}"`),
          ),
        20_000,
      );
    await ben.send(muc, ...reactions(there, "2️⃣"));
    await voted("1");
    await ben.send(muc, ...reply(there, `${muc}/${there.nick}`, "!vote 1"));
    await voted("0");
    await anna.vote(room, poll, [0]);
    await anna.endPoll(room, poll);
    const end = await benReads("the end", (one) => one.body?.includes("Tea") === true && one.id !== there.id);
    assert.match(end.body ?? "", /Tea.*2/s);
  });

  void it("show who types, what was read and what is pinned", async () => {
    const { anna, room, ben, muc, benReads, benWaits } = run();
    const hers = await fromAnna("look who types");
    const his = await fromBen("so do I");
    await anna.typing(room, true);
    await benReads("her typing", (one) => child(one, "composing", NS.chatStates) !== undefined);
    await anna.typing(room, false);
    await ben.signal(muc, typing("composing"));
    await anna.waitFor("his typing", () => anna.sync.typing(room).includes(his.copy.sender), 20_000);
    await ben.signal(muc, typing("paused"));
    await anna.read(room, his.copy.id);
    await benWaits("her marker", () =>
      ben
        .messages(muc)
        .some((one) => attribute(child(one, "displayed", MARKERS), "id") === his.original.stanzaId),
    );
    await ben.signal(muc, xml("displayed", { xmlns: MARKERS, id: hers.copy.stanzaId ?? "" }));
    await anna.waitFor("his receipt", () => anna.sync.read(room, his.copy.sender) === hers.original, 20_000);
    await anna.setPins(room, [hers.original]);
    await benWaits("a line of the pin", () =>
      ben.messages(muc).some(({ nick, body }) => nick === "mimi-gateway" && body?.includes("look who types")),
    );
  });
});
