/** What messages of XMPP refer to and carry. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import {
  al,
  alsMessage,
  codes,
  flat,
  fromAl,
  id,
  paragraph,
  read,
  readBodyOf,
  readOne,
  ROOM,
  text,
  xml,
} from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const shows = (feature: FeatureKey, name: string, run: () => void): MappingCase => ({
  feature,
  direction: "in",
  name,
  run,
});

const reply = "<reply xmlns='urn:xmpp:reply:0' to='eng@muc.example/Al' id='S-AL'/>";
const fallback = (range: string, of = "urn:xmpp:reply:0"): string =>
  `<fallback xmlns='urn:xmpp:fallback:0' for='${of}'><body ${range}/></fallback>`;
const retract = "<retract xmlns='urn:xmpp:message-retract:1' id='S-AL'/>";
const reactions = (...emoji: readonly string[]): string =>
  `<reactions xmlns='urn:xmpp:reactions:0' id='S-AL'>${emoji.map((one) => `<reaction>${one}</reaction>`).join("")}</reactions>`;
const URL = "https://up.example/1/cat.png";
const oob = `<x xmlns='jabber:x:oob'><url>${URL}</url></x>`;
const sources = `<sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${URL}'/></sources>`;
const sharing = (metadata: string, inner = sources): string =>
  `<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'>${metadata}</file>${inner}</file-sharing>`;

export const xmppMessagesIn: readonly MappingCase[] = [
  shows("reply", "with its quotation marked", () => {
    const { message } = readOne(
      "message",
      `<body>&gt; Al: 😀\nRight</body>${reply}${fallback("start='0' end='8'")}`,
    );
    assert.equal(message.replyTo, alsMessage.version);
    assert.deepEqual(message.thread, alsMessage.thread);
    assert.ok(message.body.kind === "text");
    assert.deepEqual(message.body.text, flat(paragraph(text("Right"))));
  }),
  shows("reply", "with its quotation unmarked", () => {
    const stanza = `<body>&gt; Al: hi\n&gt; there\nRight</body>${reply}`;
    assert.deepEqual(readBodyOf("text", stanza).text, flat(paragraph(text("Right"))));
  }),
  shows("reply", "to what nobody knows", () => {
    const stanza = "<body>Right</body><reply xmlns='urn:xmpp:reply:0' id='S-GONE'/>";
    assert.equal(readOne("message", stanza).message.replyTo, null);
    assert.deepEqual(codes(read(stanza)), ["reply_unrelated"]);
  }),
  shows("thread", "by its own id or an event's", () => {
    const own = readOne("message", "<body>a</body><thread>e-7</thread>").message.thread;
    assert.equal(Buffer.from(own).toString(), "e-7");
    const event = readOne("message", `<body>a</body><thread>${id("7")}</thread>`).message.thread;
    assert.equal(Buffer.from(event).toString("hex"), id("7"));
  }),
  shows("edit", "of the author's own", () => {
    const stanza = "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='o-al'/>";
    const { message } = readOne("message", stanza);
    const { root, replyTo, thread } = alsMessage;
    assert.deepEqual([message.replaces, message.replyTo, message.thread], [root, replyTo, thread]);
  }),
  shows("edit", "of somebody else's is not taken", () => {
    const stanza = "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='S-BO'/>";
    assert.deepEqual([read(stanza).events, codes(read(stanza))], [[], ["edit_unverified"]]);
  }),
  shows("edit", "of what nobody knows is a message that says so", () => {
    const stanza = "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='gone'/>";
    assert.deepEqual(
      readBodyOf("text", stanza).text,
      flat(paragraph(text("new")), paragraph(text("(edited)"))),
    );
  }),
  shows("deletion", "by the author", () => {
    const stanza = `<body>/me retracted</body>${retract}<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>`;
    const { message } = readOne("message", stanza);
    assert.deepEqual(message.body, { kind: "deletion", by: null });
    assert.equal(message.replaces, alsMessage.root);
  }),
  shows("deletion", "in its older form", () => {
    const stanza =
      "<apply-to xmlns='urn:xmpp:fasten:0' id='o-al'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>";
    assert.equal(readOne("message", stanza).message.replaces, alsMessage.root);
  }),
  shows("deletion", "by somebody else is not taken", () => {
    const stanza = retract.replace("S-AL", "S-BO");
    assert.deepEqual([read(stanza).events, codes(read(stanza))], [[], ["edit_unverified"]]);
  }),
  shows("moderator-deletion", "announced by the room", () => {
    const moderated =
      "<retract xmlns='urn:xmpp:message-retract:1' id='S-AL'><moderated xmlns='urn:xmpp:message-moderate:1' by='eng@muc.example/Mo'/><reason>spam</reason></retract>";
    const stanza = xml(`<message type='groupchat' from='${ROOM}'>${moderated}</message>`);
    assert.deepEqual(readBodyOf("deletion", stanza), {
      kind: "deletion",
      by: { name: "Mo", reason: "spam" },
    });
    assert.deepEqual(codes(read(fromAl(moderated))), ["edit_unverified"]);
  }),
  shows("reaction", "what is new in the set", () => {
    const events = read(reactions("👍", "🎉"), { reactions: () => [{ id: id("9"), emoji: "👍" }] }).events;
    assert.deepEqual(
      events.map((event) => event.kind === "message" && [event.message.body, event.message.replyTo]),
      [[{ kind: "reaction", reaction: { kind: "unicode", emoji: "🎉" } }, alsMessage.version]],
    );
  }),
  shows("reaction", "what is no emoji is named as a loss", () => {
    assert.deepEqual(codes(read(reactions("no"))), ["reaction_unsupported"]);
  }),
  shows("unreaction", "what is no longer in the set", () => {
    const events = read(reactions(), { reactions: () => [{ id: id("9"), emoji: "👍" }] }).events;
    assert.deepEqual(
      events.map((event) => event.kind === "message" && [event.message.body, event.message.replaces]),
      [[{ kind: "unreaction" }, id("9")]],
    );
  }),
  shows("sticker", "as a picture of its own kind", () => {
    const stanza = `<body>😺</body><sticker xmlns='urn:xmpp:stickers:0' pack='p'/>${sharing("<media-type>image/png</media-type><desc>😺</desc>")}`;
    const body = readBodyOf("media", stanza);
    assert.deepEqual([body.sticker, body.caption, body.files[0]?.description], [true, null, "😺"]);
  }),
  shows("file", "as a bare URL", () => {
    const [file] = readBodyOf("media", `<body>${URL}</body>${oob}`).files;
    assert.deepEqual([file?.source, file?.contentType, file?.filename], [URL, "image/png", "cat.png"]);
  }),
  shows("file", "with all that is known of it, and a caption", () => {
    const hash = `<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${Buffer.alloc(32, 7).toString("base64")}</hash>`;
    const known = `<media-type>image/jpeg</media-type><name>../a.jpg</name><size>9</size><width>3</width><height>4</height>${hash}`;
    const body = readBodyOf("media", `<body>Look!</body>${sharing(known)}`);
    assert.deepEqual(body.caption, flat(paragraph(text("Look!"))));
    assert.deepEqual(body.files, [
      {
        source: URL,
        contentType: "image/jpeg",
        filename: "a.jpg",
        description: "",
        size: 9,
        sha256: new Uint8Array(32).fill(7),
        encryption: null,
        inline: true,
        width: 3,
        height: 4,
        duration: null,
        voice: false,
      },
    ]);
  }),
  shows("file", "a URL beside other words is no file", () => {
    assert.equal(readBodyOf("text", `<body>see ${URL}</body>${oob}`).kind, "text");
    const captioned = readBodyOf("media", `<body>my cat</body>${oob}`);
    assert.deepEqual(
      [captioned.files[0]?.source, captioned.caption && plainTextOf(captioned.caption)],
      [URL, "my cat"],
    );
  }),
  shows("files", "all of one message", () => {
    assert.equal(readBodyOf("media", `<body/>${sharing("")}${sharing("")}`).files.length, 2);
  }),
  shows("voice", "as audio of a duration", () => {
    const known = "<media-type>audio/ogg</media-type><length>1500</length>";
    const [file] = readBodyOf("media", `<body>${URL}</body>${sharing(known)}`).files;
    assert.deepEqual([file?.contentType, file?.duration], ["audio/ogg", 1500]);
  }),
  shows("encrypted-file", "by XEP-0448", () => {
    const sealed = `<sources><encrypted xmlns='urn:xmpp:esfs:0' cipher='urn:xmpp:ciphers:aes-256-gcm-nopadding:0'><key>AQI=</key><iv>Aw==</iv><sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='${URL}'/></sources></encrypted></sources>`;
    const [file] = readBodyOf("media", `<body/>${sharing("", sealed)}`).files;
    assert.deepEqual(file?.encryption, {
      algorithm: 2,
      key: new Uint8Array([1, 2]),
      nonce: new Uint8Array([3]),
      aad: new Uint8Array(),
    });
  }),
  shows("encrypted-file", "by its URL, whose secret goes no further", () => {
    const stanza = `<body>aesgcm://up.example/a.png#${"0a".repeat(12)}${"0b".repeat(32)}</body>`;
    const [file] = readBodyOf("media", stanza).files;
    assert.equal(file?.source, "https://up.example/a.png");
    assert.deepEqual(file?.encryption?.key, new Uint8Array(32).fill(11));
  }),
  shows("expiry", "after so many seconds", () => {
    const stanza = "<body>a</body><ephemeral xmlns='urn:xmpp:ephemeral:0' timer='60'/>";
    assert.deepEqual(readOne("message", stanza).message.expires, { relative: true, seconds: 60 });
  }),
  shows("poll", "a vote by keycap", () => {
    const body = readBodyOf("vote", reactions("2️⃣"), { pollOptions: () => ["a", "b"] });
    assert.deepEqual(body.options, ["b"]);
  }),
  shows("poll", "a vote in words", () => {
    const body = readBodyOf("vote", `<body>!vote 1</body>${reply}`, { pollOptions: () => ["a", "b"] });
    assert.deepEqual(body.options, ["a"]);
  }),
  shows("location", "with a name", () => {
    const geoloc =
      "<geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>52.5200071</lat><lon>-13</lon><description>Park</description></geoloc>";
    const expected = { kind: "location", geo: "geo:52.520007,-13", name: "Park" };
    assert.deepEqual(readBodyOf("location", `<body>geo:52.52,-13</body>${geoloc}`), expected);
    assert.deepEqual(readBodyOf("location", "<body>geo:1.5,2;u=5</body>").geo, "geo:1.5,2");
  }),
  shows("spoiler", "with a reason", () => {
    const stanza = "<body>dies</body><spoiler xmlns='urn:xmpp:spoiler:0'>the end</spoiler>";
    assert.equal(readBodyOf("text", stanza).spoiler, "the end");
  }),
  shows("emote", "exactly by its prefix", () => {
    const body = readBodyOf("text", "<body>/me waves</body>");
    assert.deepEqual([body.style, body.text], ["emote", flat(paragraph(text("waves")))]);
    for (const other of ["/mewaves", " /me waves", "/ME waves"])
      assert.equal(readBodyOf("text", `<body>${other}</body>`).style, "plain");
  }),
  shows("notice", "what the room says itself", () => {
    const stanza = xml(`<message type='groupchat' from='${ROOM}' id='n'><body>Welcome</body></message>`);
    assert.equal(readBodyOf("text", stanza).style, "notice");
  }),
  shows("link-preview", "by XEP-0511", () => {
    const stanza =
      "<body>https://a.example</body><rdf:Description xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:og='https://ogp.me/ns#' rdf:about='https://a.example'><og:title>T</og:title></rdf:Description>";
    assert.deepEqual(readBodyOf("text", stanza).previews, [
      { url: "https://a.example", title: "T", description: "" },
    ]);
  }),
  shows("encrypted-room", "is never relayed", () => {
    const stanza =
      "<body>OMEMO</body><encrypted xmlns='eu.siacs.conversations.axolotl'/><store xmlns='urn:xmpp:hints'/>";
    assert.deepEqual(read(stanza).events, [{ kind: "private", sender: al, encrypted: true }]);
    assert.deepEqual(codes(read(stanza)), ["encrypted_not_relayed"]);
  }),
  shows("private-message", "is never relayed", () => {
    const stanza = xml(
      `<message type='chat' from='${ROOM}/Al' to='z@gw.example'><body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    );
    assert.deepEqual(read(stanza).events, [{ kind: "private", sender: al, encrypted: false }]);
    assert.deepEqual(codes(read(stanza)), ["private_not_relayed"]);
  }),
  shows("call", "by its link", () => {
    const stanza =
      "<body>Call</body><invite xmlns='urn:xmpp:call-invites:0'><external uri='https://meet.example/x'/></invite>";
    assert.deepEqual(readBodyOf("call", stanza), {
      kind: "call",
      url: "https://meet.example/x",
      name: "Call",
    });
  }),
];
