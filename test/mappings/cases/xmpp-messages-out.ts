/** How messages look in a room of XMPP. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import { plainFlat } from "../../../mappings/markup/flat.ts";
import type { MediaFile, MessageBody } from "../../../mappings/message.ts";
import {
  als,
  author,
  codes,
  flat,
  id,
  paragraph,
  payloads,
  text,
  textBody,
  write,
  writeMessage,
  zoes,
} from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const shows = (feature: FeatureKey, name: string, run: () => void): MappingCase => ({
  feature,
  direction: "out",
  name,
  run,
});

const user = () => ({ native: "eng@muc.example/OCC-AL", name: "Al" });
const reactionsOf = (): readonly string[] => ["👍", ":cat:", "🎉"];
const reaction = () => ({ target: zoes, emoji: "🎉", part: null });
const words = textBody(plainFlat("words"));
const file: MediaFile = {
  source: "mxc://hs.example/abc",
  contentType: "image/png",
  filename: "a.png",
  description: "a cat",
  size: 9,
  sha256: new Uint8Array(32),
  encryption: null,
  inline: true,
  width: 3,
  height: 4,
  duration: null,
  voice: false,
};
const media = (
  files: readonly MediaFile[],
  rest: Partial<Extract<MessageBody, { kind: "media" }>> = {},
): MessageBody => ({
  kind: "media",
  files,
  caption: null,
  sticker: false,
  spoiler: null,
  ...rest,
});
const url = "https://gw.example/m/abc";
const picture =
  `<body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x>` +
  "<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'>" +
  "<media-type>image/png</media-type><name>a.png</name><desc>a cat</desc><size>9</size><width>3</width><height>4</height>" +
  `<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${Buffer.alloc(32).toString("base64")}</hash></file>` +
  `<sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${url}'></url-data></sources></file-sharing>` +
  "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body></body></fallback>";
const retracted = (native: string): string =>
  `<retract xmlns='urn:xmpp:message-retract:1' id='${native}'></retract><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'></fallback><store xmlns='urn:xmpp:hints'></store>`;

export const xmppMessagesOut: readonly MappingCase[] = [
  shows("reply", "with its quotation and offsets (golden example 7.2)", () => {
    const mention = { kind: "mention", user: author.uri, name: "Al", marks: 0 } as const;
    const body = textBody(flat(paragraph(text("Right on "), mention, text(" 👍"))));
    const [payload] = payloads(writeMessage(body, { replyTo: als.root }, {}, { user }));
    assert.equal(
      payload,
      "<body>&gt; Al: Ship *2.0* &amp; _win_\nRight on @Al 👍</body>" +
        "<reply xmlns='urn:xmpp:reply:0' to='eng@muc.example/Al' id='STANZA-ID-OF-ROOT'></reply>" +
        "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='25'></body></fallback>" +
        "<mention xmlns='urn:xmpp:mentions:0' begin='34' end='37' occupantid='OCC-AL'></mention>" +
        "<reference xmlns='urn:xmpp:reference:0' type='mention' begin='34' end='37' uri='xmpp:eng@muc.example/Al'></reference>",
    );
  }),
  shows("reply", "as a quotation alone where the room has no ids", () => {
    const written = writeMessage(words, { replyTo: als.root }, { stanzaId: false });
    assert.deepEqual(payloads(written), ["<body>&gt; Al: Ship *2.0* &amp; _win_\nwords</body>"]);
    assert.deepEqual(codes(written), ["reply_quoted"]);
  }),
  shows("reply", "to what is not here", () => {
    const written = writeMessage(words, { replyTo: id("0") });
    assert.deepEqual([payloads(written), codes(written)], [["<body>words</body>"], ["reply_unrelated"]]);
  }),
  shows("thread", "by its octets", () => {
    const thread = new Uint8Array(32).fill(1);
    assert.deepEqual(payloads(writeMessage(words, { thread })), [
      `<body>words</body><thread>${"01".repeat(32)}</thread>`,
    ]);
  }),
  shows("thread-broadcast", "as any message of a thread", () => {
    const said = writeMessage(words, { thread: new Uint8Array(Buffer.from("t-1")), broadcast: true });
    assert.deepEqual(payloads(said), ["<body>words</body><thread>t-1</thread>"]);
  }),
  shows("edit", "the first part is corrected, the other retracted", () => {
    const written = writeMessage(words, { replaces: zoes.root });
    assert.deepEqual(payloads(written), [
      "<body>words</body><replace xmlns='urn:xmpp:message-correct:0' id='o-zoe-1'></replace>",
      `<body>/me retracted a previous message, but your client does not show that.</body>${retracted("S-ZOE-2")}`,
    ]);
    for (const call of written.calls) assert.ok(call.kind === "message" && call.of === zoes.root);
  }),
  shows("edit", "of what is not here is a message", () => {
    const written = writeMessage(words, { replaces: id("0") });
    assert.deepEqual([payloads(written), codes(written)], [["<body>words</body>"], ["edit_reposted"]]);
  }),
  shows("deletion", "of every part", () => {
    const written = writeMessage({ kind: "deletion", by: null }, { replaces: zoes.root });
    assert.deepEqual(
      payloads(written).map((payload) => payload.replace(/<body>.*<\/body>/, "")),
      [retracted("S-ZOE-1"), retracted("S-ZOE-2")],
    );
  }),
  shows("moderator-deletion", "of what a native user said", () => {
    const body = { kind: "deletion", by: { name: "Mo", reason: "spam" } } as const;
    assert.deepEqual(writeMessage(body, { replaces: als.root }).calls, [
      { kind: "moderate", stanzaId: "STANZA-ID-OF-ROOT", reason: "spam" },
    ]);
    const without = writeMessage(body, { replaces: als.root }, { moderation: false });
    assert.deepEqual([without.calls, codes(without)], [[], ["deletion_kept"]]);
  }),
  shows("reaction", "the author's whole set", () => {
    const body = { kind: "reaction", reaction: { kind: "unicode", emoji: "🎉" } } as const;
    assert.deepEqual(payloads(writeMessage(body, { replyTo: zoes.root }, {}, { reactionsOf })), [
      "<reactions xmlns='urn:xmpp:reactions:0' id='S-ZOE-1'><reaction>👍</reaction><reaction>🎉</reaction></reactions><store xmlns='urn:xmpp:hints'></store>",
    ]);
  }),
  shows("reaction", "a custom one is a loss", () => {
    const body = { kind: "reaction", reaction: { kind: "custom", name: "cat", source: null } } as const;
    const written = writeMessage(body, { replyTo: zoes.root });
    assert.deepEqual([written.calls, codes(written)], [[], ["reaction_unsupported"]]);
  }),
  shows("unreaction", "what is left of the set", () => {
    const written = writeMessage({ kind: "unreaction" }, { replaces: id("9") }, {}, { reaction });
    assert.deepEqual(payloads(written), [
      "<reactions xmlns='urn:xmpp:reactions:0' id='S-ZOE-1'></reactions><store xmlns='urn:xmpp:hints'></store>",
    ]);
  }),
  shows("sticker", "as a picture that says so", () => {
    assert.deepEqual(payloads(writeMessage(media([file], { sticker: true }))), [
      `${picture}<sticker xmlns='urn:xmpp:stickers:0'></sticker>`,
    ]);
  }),
  shows("file", "its address is its body, the caption comes after", () => {
    const written = writeMessage(media([file], { caption: plainFlat("look") }));
    assert.deepEqual(payloads(written), [picture, "<body>look</body>"]);
    assert.deepEqual(codes(written), ["caption_apart"]);
  }),
  shows("files", "each is a message; the first one answers", () => {
    const [first = "", second] = payloads(writeMessage(media([file, file]), { replyTo: als.root }));
    assert.ok(first.startsWith(`<body>${url}</body>`) && first.includes("<reply "));
    assert.equal(second, picture);
  }),
  shows("voice", "as audio", () => {
    const voice = { ...file, contentType: "audio/ogg", duration: 1500, voice: true };
    const written = writeMessage(media([voice]));
    assert.ok(payloads(written)[0]?.includes("<length>1500</length>"));
    assert.deepEqual(codes(written), ["voice_as_audio"]);
  }),
  shows("encrypted-file", "without the hash of the sealed bytes", () => {
    const encryption = {
      algorithm: 2,
      key: new Uint8Array(32),
      nonce: new Uint8Array(12),
      aad: new Uint8Array(),
    };
    const [payload = ""] = payloads(writeMessage(media([{ ...file, encryption }])));
    assert.ok(!payload.includes("hash") && !payload.includes("<size>") && payload.includes(url));
  }),
  shows("expiry", "after so many seconds", () => {
    assert.deepEqual(payloads(writeMessage(words, { expires: { relative: true, seconds: 60 } })), [
      "<body>words</body><ephemeral xmlns='urn:xmpp:ephemeral:0' timer='60'></ephemeral>",
    ]);
    const dated = writeMessage(words, { expires: { relative: false, seconds: 1_800_000_000 } });
    assert.deepEqual([payloads(dated), codes(dated)], [["<body>words</body>"], ["expiry_ignored"]]);
  }),
  shows("poll", "numbered", () => {
    const options = [
      { id: "a", text: "Yes" },
      { id: "b", text: "No" },
    ];
    const poll = { kind: "poll", question: "Go?", options, most: 1, disclosed: true } as const;
    const written = writeMessage(poll);
    assert.deepEqual(payloads(written), [
      "<body>*Go?*\n\n1. Yes\n2. No\n\n" +
        "Vote by reacting with a number, or answer this with !vote and the number.</body>",
    ]);
    assert.deepEqual(codes(written), ["poll_as_text"]);
  }),
  shows("poll", "its end in words; votes are not shown", () => {
    assert.deepEqual(payloads(writeMessage({ kind: "poll-end", text: "Yes won" })), ["<body>Yes won</body>"]);
    const counted = [
      { id: "a", text: "Yes", votes: 2 },
      { id: "b", text: "No", votes: 1 },
    ];
    const poll = { question: "Go?", options: counted, most: 1, disclosed: false, ended: true };
    const end = writeMessage(
      { kind: "poll-end", text: "" },
      { replyTo: zoes.root },
      {},
      { poll: () => poll },
    );
    assert.match(payloads(end)[0] ?? "", /The poll has ended\.\n1\. Yes — 2 votes\n2\. No — 1 vote/);
    const vote = writeMessage({ kind: "vote", options: ["a"] }, { replyTo: zoes.root });
    assert.deepEqual([vote.calls, codes(vote)], [[], ["content_unsupported"]]);
  }),
  shows("location", "with its URI as body", () => {
    assert.deepEqual(payloads(writeMessage({ kind: "location", geo: "geo:52.5,-13", name: "Park" })), [
      "<body>geo:52.5,-13</body><geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>52.5</lat><lon>-13</lon><description>Park</description></geoloc>",
    ]);
  }),
  shows("spoiler", "with its reason; a hidden part hides all", () => {
    assert.deepEqual(payloads(writeMessage({ ...words, spoiler: "end" })), [
      "<body>words</body><spoiler xmlns='urn:xmpp:spoiler:0'>end</spoiler>",
    ]);
    const part = writeMessage(textBody(flat(paragraph(text("a "), text("b", 32)))));
    assert.deepEqual(payloads(part), ["<body>a b</body><spoiler xmlns='urn:xmpp:spoiler:0'></spoiler>"]);
    assert.deepEqual(codes(part), ["spoiler_widened"]);
  }),
  shows("emote", "by its prefix, which nothing else has", () => {
    assert.deepEqual(payloads(writeMessage({ ...textBody(plainFlat("waves")), style: "emote" })), [
      "<body>/me waves</body>",
    ]);
    assert.deepEqual(payloads(writeMessage(textBody(plainFlat("/me too")))), ["<body>\u2060/me too</body>"]);
  }),
  shows("notice", "as an ordinary message", () => {
    assert.deepEqual(payloads(writeMessage({ ...words, style: "notice" })), ["<body>words</body>"]);
    assert.deepEqual(payloads(write({ kind: "notice", text: "linked" })), ["<body>linked</body>"]);
  }),
  shows("link-preview", "by XEP-0511", () => {
    const previews = [{ url: "https://a.example", title: "T", description: "" }];
    const [payload = ""] = payloads(writeMessage({ ...words, previews }));
    assert.ok(payload.includes("rdf:about='https://a.example'><og:title>T</og:title>"));
  }),
  shows("unknown", "the text that stands for it", () => {
    const written = writeMessage({ kind: "unknown", contentType: "a/b", text: "words" });
    assert.deepEqual([payloads(written), codes(written)], [["<body>words</body>"], ["content_unsupported"]]);
  }),
  shows("call", "a line with a link", () => {
    assert.deepEqual(payloads(writeMessage({ kind: "call", url: "https://m.example/x", name: "" })), [
      "<body>A call: https://m.example/x</body>",
    ]);
  }),
];
