/** What stands in messages, from one Matrix room into another: as the other room's people see it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { editContent, fileContent, htmlContent } from "../../../deploy/clients/matrix-contents.ts";
import type { ShownMessage } from "../../../deploy/clients/matrix-shown.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { PNG } from "../../core/media/picture-server.ts";
import { type LinkedRooms, linkingRooms } from "./matrix-gateway.ts";

const PATIENCE_MS = 30_000;
const HTML = "org.matrix.custom.html";
const linkedRooms = await linkingRooms("matrix-contents", { broadcasts: true });
const matrixTo = (id: string): string => `https://matrix.to/#/${encodeURIComponent(id)}`;
const bytes = new Uint8Array(PNG);

/** The message as a person reads it. */
const read = (person: MatrixUser, room: string, what: string, is: (one: ShownMessage) => boolean) =>
  person.waitFor(what, async () => (await person.messages(room)).findLast(is), PATIENCE_MS);

const everybody = (text: string) => ({
  msgtype: "m.text",
  body: `@room ${text}`,
  "m.mentions": { room: true },
});

/** What the last event of a type says that refers to a poll. */
const last = (
  reader: MatrixUser,
  room: string,
  about: string,
  type: string,
  is: (words: string) => boolean,
) =>
  reader.waitFor(
    `${type} of a poll`,
    async () => {
      const found = (await reader.timeline(room)).findLast(
        (one) => one.type === type && JSON.stringify(one.content["m.relates_to"]).includes(about),
      );
      return found && is(JSON.stringify(found.content)) ? found : null;
    },
    PATIENCE_MS,
  );

void describe("what stands in a message of a Matrix room", () => {
  let started: LinkedRooms | null = null;
  const run = (): LinkedRooms => started ?? assert.fail("nothing runs");
  before(async () => {
    started = await linkedRooms();
  });
  after(() => started?.stop());

  const inThere = (what: string, is: (one: ShownMessage) => boolean) => read(run().ben, run().to, what, is);
  const inHere = (what: string, is: (one: ShownMessage) => boolean) => read(run().anna, run().from, what, is);
  /** Ben says it, and Anna gets it. */
  const asked = async (text: string) => {
    const original = await run().ben.say(run().to, text);
    return { original, copy: await inHere(text, ({ body }) => body === text) };
  };

  void it("keeps its markup: marks, headings, quotes, code, lists and tables", async () => {
    const { anna, from } = run();
    const html = [
      "<h2>Plan</h2>",
      "<p><strong>bold</strong> <em>it</em> <del>no</del> <u>under</u> <code>x&lt;y</code></p>",
      "<blockquote>quoted</blockquote>",
      '<pre><code class="language-ts">const a = 1;\n</code></pre>',
      '<ol start="3"><li>three<ul><li>inner</li></ul></li><li>four</li></ol>',
      "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
      '<p>see <a href="https://example.org/x">there</a></p>',
    ];
    await anna.sayHtml(from, "a plan", html.join(""));
    const { body, content } = await inThere("the plan", (one) => one.body.includes("Plan"));
    const shown = String(content["formatted_body"]).replaceAll(/<\/?(?:p|thead|tbody)>/g, "");
    for (const piece of [
      "<h2>Plan</h2>",
      "<strong>bold</strong> <em>it</em> <del>no</del> <u>under</u> <code>x&lt;y</code>",
      "<blockquote>quoted</blockquote>",
      '<code class="language-ts">const a = 1;',
      '<ol start="3"><li>three<ul><li>inner</li></ul></li><li>four</li></ol>',
      "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr>",
      '<a href="https://example.org/x">there</a>',
    ])
      assert.ok(shown.includes(piece), `${piece} in ${shown}`);
    assert.ok(body.includes("**bold**") && body.includes("const a = 1;"), "the plain text can be read, too");
  });

  void it("mentions whom it mentions: ghosts are the people that they stand for", async () => {
    const { anna, ben, from, to } = run();
    const { sender: ghostOfBen } = (await asked("who is Ben here?")).copy;
    const pill = `<a href="https://matrix.to/#/${ghostOfBen}">Ben</a>: look`;
    const mentions = { "m.mentions": { user_ids: [ghostOfBen] } };
    await anna.send(from, "m.room.message", { ...htmlContent("Ben: look", pill), ...mentions });
    const there = await inThere("the mention", ({ body }) => body.endsWith(": look"));
    assert.deepEqual(there.content["m.mentions"], { user_ids: [ben.id] });
    assert.ok(String(there.content["formatted_body"]).includes(matrixTo(ben.id)));
    const back = `<a href="${matrixTo(there.sender)}">Anna</a> thanks`;
    const her = { "m.mentions": { user_ids: [there.sender] } };
    await ben.send(to, "m.room.message", { ...htmlContent("Anna thanks", back), ...her });
    const here = await inHere("the mention", ({ body }) => body.endsWith(" thanks"));
    assert.deepEqual(here.content["m.mentions"], { user_ids: [anna.id] });
    const silent = htmlContent("Ben, asleep", `<a href="${matrixTo(ghostOfBen)}">Ben</a>, asleep`);
    await anna.send(from, "m.room.message", { ...silent, "m.mentions": {} });
    const unheard = await inThere("the silent one", ({ body }) => body.endsWith(", asleep"));
    assert.deepEqual(unheard.content["m.mentions"], {}, "whom the author does not notify, nobody does");
  });

  void it("addresses the whole room where its author may", async () => {
    const { anna, bot, from, synapse } = run();
    await anna.send(from, "m.room.message", everybody("lunch"));
    const lunch = await inThere("the call", ({ body }) => body.endsWith(" lunch"));
    assert.match(lunch.body, /anna.*: @room lunch$/i);
    assert.deepEqual(
      [lunch.sender, lunch.content["m.mentions"]],
      [bot, { room: true }],
      "ghosts lack the power",
    );
    const dora = await MatrixUser.register(synapse, "dora");
    await anna.invite(from, dora.id);
    await dora.join(from);
    await dora.send(from, "m.room.message", everybody("spam"));
    const spam = await inThere("the spam", ({ body }) => body.endsWith(" spam"));
    assert.deepEqual(spam.content["m.mentions"], {}, "who may not at home may not here");
  });

  void it("answers within threads, whichever side began them", async () => {
    const { anna, ben, from, to } = run();
    const { original: root, copy: rootHere } = await asked("a thread's beginning");
    const first = await ben.inThread(to, root, "Ben in the thread");
    const firstHere = await inHere("the first", ({ body }) => body === "Ben in the thread");
    assert.deepEqual([firstHere.thread, firstHere.replyTo], [rootHere.id, null]);
    await anna.send(from, "m.room.message", {
      msgtype: "m.text",
      body: "Anna's answer in it",
      "m.relates_to": {
        rel_type: "m.thread",
        event_id: rootHere.id,
        is_falling_back: false,
        "m.in_reply_to": { event_id: firstHere.id },
      },
    });
    const answer = await inThere("the answer", ({ body }) => body === "Anna's answer in it");
    assert.deepEqual([answer.thread, answer.replyTo], [root, first]);
  });

  void it("is a picture with a caption, which can be changed, a voice, a sticker", async () => {
    const { anna, ben, from } = run();
    const file = { name: "cat.png", type: "image/png", bytes };
    const url = await anna.http.upload(file.name, file.type, file.bytes);
    const event = await anna.send(from, "m.room.message", fileContent({ ...file, caption: "a cat" }, url));
    const picture = await inThere("the picture", ({ body }) => body === "a cat");
    const { msgtype, filename } = picture.content;
    assert.deepEqual([msgtype, filename], ["m.image", "cat.png"]);
    const better = fileContent({ ...file, caption: "a better cat" }, url);
    await anna.send(from, "m.room.message", editContent(event, better));
    const edited = await inThere("the new caption", ({ body }) => body === "a better cat");
    assert.equal(edited.id, picture.id);
    assert.deepEqual(Buffer.from((await ben.http.download(String(edited.content["url"]))).bytes), PNG);

    await anna.send(from, "m.room.message", {
      ...fileContent({ name: "voice.ogg", type: "audio/ogg", bytes }, url),
      "org.matrix.msc3245.voice": {},
      "org.matrix.msc1767.audio": { duration: 1_200 },
    });
    const voice = await inThere("the voice", ({ content }) => content["filename"] === "voice.ogg");
    assert.deepEqual(voice.content["org.matrix.msc3245.voice"], {});
    assert.deepEqual(voice.content["org.matrix.msc1767.audio"], { duration: 1_200 });

    await anna.sticker(from, { ...file, caption: "a waving cat" });
    const sticker = await inThere("the sticker", ({ type }) => type === "m.sticker");
    assert.equal(sticker.body, "a waving cat");
    assert.match(String(sticker.content["url"]), /^mxc:/);
  });

  void it("has custom emoji, also as reactions, which can be taken back", async () => {
    const { anna, from } = run();
    const url = await anna.http.upload("parrot.png", "image/png", bytes);
    const image = `<img data-mx-emoticon src="${url}" alt=":parrot:" title=":parrot:" height="32">`;
    const event = await anna.sayHtml(from, "party :parrot:", `party ${image}`);
    const party = await inThere("the emoji", ({ body }) => body === "party :parrot:");
    assert.match(String(party.content["formatted_body"]), new RegExp(`<img [^>]*src="${url}"`));
    const relation = { rel_type: "m.annotation", event_id: event, key: url };
    const shortcode = { "com.beeper.reaction.shortcode": ":parrot:" };
    const reaction = await anna.send(from, "m.reaction", { "m.relates_to": relation, ...shortcode });
    const reactions = (is: (emoji: readonly string[]) => boolean) =>
      inThere(
        "the reactions",
        ({ id, reactions: given }) => id === party.id && is(given.map(({ emoji }) => emoji)),
      );
    await reactions((all) => all.includes(url));
    await anna.redact(from, reaction);
    await reactions((all) => all.length === 0);
  });

  void it("is a place with its name, an emote, a program's notice, or hidden", async () => {
    const { anna, from } = run();
    await anna.send(from, "m.room.message", {
      msgtype: "m.location",
      body: "The tower: geo:48.85837,2.294481",
      geo_uri: "geo:48.85837,2.294481",
      "org.matrix.msc3488.location": { uri: "geo:48.85837,2.294481", description: "The tower" },
    });
    await anna.send(from, "m.room.message", { msgtype: "m.emote", body: "waves" });
    await anna.send(from, "m.room.message", { msgtype: "m.notice", body: "build passed" });
    await anna.sayHtml(from, "a secret", "it was <span data-mx-spoiler>the butler</span>");
    await anna.sayHtml(from, "a secret", '<span data-mx-spoiler="the murderer">the cook</span>');
    const place = await inThere("the place", ({ content }) => content["msgtype"] === "m.location");
    assert.deepEqual(
      [place.content["geo_uri"], place.content["org.matrix.msc3488.location"]],
      ["geo:48.85837,2.294481", { uri: "geo:48.85837,2.294481", description: "The tower" }],
    );
    const emote = await inThere("the emote", ({ body }) => body === "waves");
    assert.equal(emote.content["msgtype"], "m.emote");
    const notice = await inThere("the notice", ({ body }) => body === "build passed");
    assert.equal(notice.content["msgtype"], "m.notice");
    const hidden = await inThere("the spoiler", ({ body }) => body.startsWith("it was "));
    assert.equal(hidden.content["format"], HTML);
    assert.match(String(hidden.content["formatted_body"]), /^it was <span data-mx-spoiler[^>]*>the butler</);
    assert.ok(!hidden.body.includes("butler"), "notifications show the body");
    const whole = await inThere("all of it hidden", ({ body }) => body.includes("the murderer"));
    assert.match(String(whole.content["formatted_body"]), /data-mx-spoiler="the murderer">the cook</);
    assert.ok(!whole.body.includes("cook"));
  });

  void it("is a poll, under the names of either version, that counts each one's last vote", async () => {
    const { anna, ben, from, to } = run();
    const poll = await anna.poll(from, "Tea or coffee?", ["Tea", "Coffee"]);
    const UNSTABLE = "org.matrix.msc3381.poll";
    const there = await inThere("the poll", ({ type, content }) => {
      return type === `${UNSTABLE}.start` && JSON.stringify(content).includes("Tea or coffee?");
    });
    await ben.vote(to, there.id, [1]);
    await last(anna, from, poll, `${UNSTABLE}.response`, (words) => words.includes('["1"]'));
    await ben.vote(to, there.id, [0]);
    await last(anna, from, poll, `${UNSTABLE}.response`, (words) => words.includes('["0"]'));
    await anna.endPoll(from, poll);
    await last(ben, to, there.id, `${UNSTABLE}.end`, () => true);

    const stable = await ben.send(to, "m.poll.start", {
      "m.text": [{ body: "Now?" }],
      "m.poll": {
        kind: "m.disclosed",
        max_selections: 1,
        question: { "m.text": [{ body: "Now or later?" }] },
        answers: ["Now", "Later"].map((text) => ({ "m.id": text, "m.text": [{ body: text }] })),
      },
    });
    const here = await inHere("the stable poll", ({ type, content }) => {
      return type === `${UNSTABLE}.start` && JSON.stringify(content).includes("Now or later?");
    });
    await ben.send(to, "m.poll.response", {
      "m.relates_to": { rel_type: "m.reference", event_id: stable },
      "m.selections": ["Later"],
    });
    await last(anna, from, here.id, `${UNSTABLE}.response`, (words) => words.includes('["Later"]'));
  });

  void it("goes, or goes back to what it was, when a moderator redacts it, with the reason", async () => {
    const { anna, ben, bot, from, to, synapse } = run();
    const carl = await MatrixUser.register(synapse, "carl");
    await anna.invite(from, carl.id);
    await carl.join(from);
    await anna.setPower(from, carl.id, 50);
    const event = await anna.say(from, "said too much");
    const edited = await anna.say(from, "said well");
    const edit = await anna.edit(from, edited, "said badly");
    const copy = await inThere("the message", ({ body }) => body === "said too much");
    await inThere("the edit", ({ body }) => body === "said badly");
    await carl.redact(from, event, "off topic");
    await inThere("the redaction", ({ id, deleted }) => id === copy.id && deleted);
    const why = (await ben.timeline(to)).find(
      ({ type, redacts, content }) =>
        type === "m.room.redaction" && [redacts, content["redacts"]].includes(copy.id),
    );
    assert.deepEqual([why?.sender, why?.content["reason"]], [bot, "off topic (carl)"]);
    await carl.redact(from, edit);
    const back = await inThere("the former text", ({ body }) => body === "said well");
    assert.ok(!back.deleted);
  });
});
