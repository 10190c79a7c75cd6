/** What is written to the gateway or to a ghost alone (XEP-0045, section 7.5): never put into a room, and answered at most once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ghost, listener, room } from "../../../support/muc-stanzas.ts";
import { ScriptedMuc } from "../../../support/scripted-muc.ts";

const ann = ghost("Ann");
const mucUser = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
const refusal = "Private messages are not carried to the linked rooms.";
const elsewhere = "Write to bridge@gw.test directly: here I can't see who you are.";
const to = (jid: string, children: string, { from = `${room}/Alice`, type = "chat" } = {}) =>
  `<message type='${type}' from='${from}' to='${jid}' id='p1'>${children}</message>`;

/** Each row: what is written, and what the gateway answers. */
const rows: readonly (readonly [name: string, stanzas: readonly string[], answers: readonly string[]])[] = [
  ["to a ghost", [to(ann, `<body>psst</body>${mucUser}`)], [`${room}/Alice: ${refusal}`]],
  ["to a ghost, as older servers send it", [to(ann, "<body>psst</body>")], [`${room}/Alice: ${refusal}`]],
  [
    "to a ghost, without a type",
    [to(ann, "<body>psst</body>", { type: "normal" })],
    [`${room}/Alice: ${refusal}`],
  ],
  [
    "twice to a ghost",
    [to(ann, "<body>one</body>"), to(ann, "<body>two</body>")],
    [`${room}/Alice: ${refusal}`],
  ],
  [
    "to the gateway through the room",
    [to(listener, `<body>help</body>${mucUser}`)],
    [`${room}/Alice: ${elsewhere}`],
  ],
  [
    "to the gateway through a room that it does not know",
    [to(listener, `<body>help</body>${mucUser}`, { from: "other@muc.test/Eve" })],
    [`other@muc.test/Eve: ${elsewhere}`],
  ],
  [
    "an answer of another gateway's",
    [to(ann, `<body>no</body><copy xmlns='urn:mimi-gateway:mark:0' gateway='b.test'/>`)],
    [],
  ],
  ["a headline", [to(ann, "<body>news</body>", { type: "headline" })], []],
  ["an error", [to(ann, "<body>psst</body><error type='cancel'/>", { type: "error" })], []],
  ["typing", [to(ann, "<composing xmlns='http://jabber.org/protocol/chatstates'/>")], []],
  [
    "kept for later",
    [to(ann, "<body>old</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>")],
    [],
  ],
  ["from the room itself", [to(ann, "<body>welcome</body>", { from: room })], []],
];

for (const [name, stanzas, answers] of rows)
  void test(`private: ${name}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    await muc.speak("Ann", "hi");
    const before = muc.host.raws.length;
    muc.write(...stanzas);
    await muc.settled();
    assert.deepEqual(muc.whispers, answers);
    assert.equal(muc.host.raws.length, before, "nothing of it is taken");
    assert.deepEqual(muc.lines, ["ann_a.test: hi"], "nothing of it is said");
  });

void test("private: what a person writes to the gateway from outside is a command", async (t) => {
  const muc = await ScriptedMuc.entered(t);
  muc.host.command = () => Promise.resolve("at your service");
  muc.write(to(listener, "<body>help</body>", { from: "olga@home.test/phone" }));
  await muc.find("the answer", (stanza) => stanza.getChildText("body") === "at your service");
  assert.deepEqual(muc.whispers, ["olga@home.test/phone: at your service"]);
});

const MUC_USER = "http://jabber.org/protocol/muc#user";
const mediated = `<x xmlns='${MUC_USER}'><invite from='olga@home.test'/></x>`;
const direct = "<x xmlns='jabber:x:conference' jid='other@muc.test'/>";
/** Each row: an invitation, whom the answer is to, and what it says. */
const invitations: readonly (readonly [name: string, stanza: string, to: string, answer: RegExp])[] = [
  [
    "of the gateway, passed on by the room",
    to(listener, `<body>Olga invites you</body>${mediated}`, { from: "other@muc.test", type: "normal" }),
    "other@muc.test",
    /link OTHER other@muc\.test/,
  ],
  [
    "of the gateway, by a person",
    to(listener, direct, { from: "olga@home.test/phone", type: "normal" }),
    "olga@home.test/phone",
    /link OTHER other@muc\.test/,
  ],
  [
    "of a ghost, passed on by the room",
    to(ann, mediated, { from: "other@muc.test", type: "normal" }),
    "other@muc.test",
    /can't be invited/,
  ],
  [
    "of a ghost, by a person",
    to(ann, direct, { from: "olga@home.test/phone" }),
    "olga@home.test/phone",
    /can't be invited/,
  ],
];

for (const [name, stanza, whom, answer] of invitations)
  void test(`invited: ${name}`, async (t) => {
    const muc = await ScriptedMuc.entered(t);
    const before = muc.sent.length;
    muc.write(stanza);
    await muc.settled();
    const [reply, ...others] = muc.sent.slice(before).filter((one) => one.name === "message");
    assert.deepEqual([others.length, reply?.attrs["to"]], [0, whom]);
    const decline = reply?.getChild("x", MUC_USER)?.getChild("decline");
    assert.equal(decline?.attrs["to"], whom === "other@muc.test" ? "olga@home.test" : undefined);
    assert.match(decline?.getChildText("reason") ?? reply?.getChildText("body") ?? "", answer);
    assert.deepEqual(muc.asked(listener).length, 1, "it enters nowhere");
  });
