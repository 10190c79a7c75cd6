import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isKept,
  isOwn,
  isSubject,
  rawMessage,
  rawState,
  refersTo,
  staySince,
  typingOf,
  type Vouched,
} from "../../../bridges/xmpp/kept-stanza.ts";
import { copyOf, isOfGroup } from "../../../bridges/xmpp/group-copies.ts";
import { translate } from "../../../bridges/xmpp/inbound.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import { asGatewayError } from "../../../core/errors.ts";
import type { Raw } from "../../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { nobody } from "../../../bridges/xmpp/inbound-context.ts";
import { groupUri, type ProviderDomain } from "../../../mappings/ids.ts";
import { plainTextOf } from "../../../mappings/markup/plain.ts";
import { unknowing } from "../../support/unknowing-lookups.ts";

const room = "lobby@rooms.example" as NativeRoom;
const all = { stanzaId: true, occupantId: true };
const nothing = { stanzaId: false, occupantId: false };

const said = (children: string, from = `${room}/Alice`) =>
  parseXml(
    `<message type="groupchat" id="m1" from="${from}" to="bridge@gw.example/gateway">${children}</message>`,
  );
const ids =
  `<stanza-id xmlns="urn:xmpp:sid:0" by="${room}" id="real"/>` +
  `<stanza-id xmlns="urn:xmpp:sid:0" by="somebody@else.example" id="forged"/>` +
  `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="occ-alice"/>`;

const kept = (xml: string, id: string | null, vouched: Vouched = all, since: number | null = null) =>
  rawMessage(room, said(xml), { id, at: 1_000, since }, vouched);
const stay = (raw: Raw) => staySince(parseXml(raw.raw));
const read = async (raw: Raw) => (await translate(room, raw, nobody, unknowing)).events;
const message = async (xml: string, id: string | null, vouched = all) => {
  const [event] = await read(kept(xml, id, vouched));
  assert.ok(event?.kind === "message");
  return event;
};

void test("a message is known by the room's id and its author by the room's occupant-id", async () => {
  const raw = kept(`<body>hi &amp; bye</body>${ids}`, "real");
  assert.equal(raw.nativeKey, `${room} real`);
  const event = await message(`<body>hi &amp; bye</body>${ids}`, "real");
  assert.equal(event.native, "real");
  assert.deepEqual(event.sender, { native: `${room}/occ-alice`, name: "Alice" });
  assert.equal(event.aux, "m1");
  const { body } = event.message;
  assert.equal(body.kind === "text" && plainTextOf(body.text), "hi & bye");
});

void test("ids that the room does not vouch for count for nothing", async () => {
  const raw = kept(`<body>x</body>${ids}`, null, nothing);
  assert.equal(raw.nativeKey, null);
  assert.doesNotMatch(raw.raw, /real|forged|occ-alice/);
  const event = await message(`<body>x</body>${ids}`, null, nothing);
  assert.deepEqual(event.sender, { native: `${room}/nick:Alice`, name: "Alice" });
  assert.equal(event.native, "id:m1");
});

void test("a message from the archive has the key that it had live", async () => {
  const live = kept(`<body>x</body>${ids}`, "real");
  const archived = kept(`<body>x</body><occupant-id xmlns="urn:xmpp:occupant-id:0" id="occ-alice"/>`, "real");
  assert.equal(archived.nativeKey, live.nativeKey);
  assert.deepEqual(await read(archived), await read(live));
});

void test("a subject is one only without body and thread", async () => {
  assert.equal(isSubject(said("<subject>s</subject>")), true);
  assert.equal(isSubject(said("<subject/>")), true);
  assert.equal(isSubject(said("<subject>s</subject><body>b</body>")), false);
  assert.equal(isSubject(said("<subject>s</subject><thread>t</thread>")), false);
  assert.deepEqual(await read(rawState(said("<subject>new</subject>"), 1)), [
    {
      kind: "property",
      sender: { native: `${room}/nick:Alice`, name: "Alice" },
      name: "topic",
      value: "new",
    },
  ]);
  assert.deepEqual(await read(rawState(said("<subject/>", room), 1)), [
    { kind: "property", sender: null, name: "topic", value: "" },
  ]);
});

void test("the room's answer to disco#info is its name", async () => {
  const answer = parseXml(
    `<iq type="result" from="${room}"><query xmlns="http://jabber.org/protocol/disco#info">` +
      `<identity category="conference" type="text" name="The Lobby"/></query></iq>`,
  );
  assert.deepEqual(await read(rawState(answer, 1)), [
    { kind: "property", sender: null, name: "name", value: "The Lobby" },
  ]);
});

void test("what we said is known by our mark, and by no other gateway's", () => {
  const copy = (gateway: string) =>
    said(`<body>x</body><copy xmlns="urn:mimi-gateway:mark:0" gateway="${gateway}"/>`);
  assert.equal(isOwn(copy("mimi.example"), "mimi.example"), true);
  assert.equal(isOwn(copy("other.example"), "mimi.example"), false);
  assert.equal(isOwn(said("<body>x</body>"), "mimi.example"), false);
});

void test("what another gateway has said for the same group is known by its mark", () => {
  const group = groupUri("xmpp.mimi.example" as ProviderDomain, "tea");
  const copy = said(
    `<body>x</body><copy xmlns="urn:mimi-gateway:mark:0" gateway="other.example" group="${group}"/>`,
  );
  assert.equal(isOfGroup(copy, group), true);
  assert.equal(isOfGroup(copy, groupUri("xmpp.mimi.example" as ProviderDomain, "coffee")), false);
  assert.equal(isOfGroup(copy, null), false);
  assert.equal(isOfGroup(said("<body>x</body>"), group), false);
});

void test("a copy of another gateway's names the groups through which it has come", () => {
  const mark = (more: string) =>
    said(`<body>x</body><copy xmlns="urn:mimi-gateway:mark:0" gateway="other.example" ${more}/>`);
  assert.deepEqual(copyOf(mark(`group="c" via="a b"`)), {
    gateway: "other.example",
    groups: ["a", "b", "c"],
  });
  assert.deepEqual(copyOf(mark("")), { gateway: "other.example", groups: [] });
  assert.equal(copyOf(said("<body>x</body>")), null);
});

void test("kept is what says something: by a text or by elements of its own, and of the room only what it took back", () => {
  const retract = `<retract xmlns="urn:xmpp:message-retract:1" id="x"/>`;
  for (const telling of [
    "<body>x</body>",
    `<reactions xmlns="urn:xmpp:reactions:0" id="x"/>`,
    retract,
    `<file-sharing xmlns="urn:xmpp:sfs:0"/>`,
  ])
    assert.equal(isKept(said(telling)), true, telling);
  assert.equal(isKept(said(retract, room)), true);
  for (const telling of ["", "<body/>", `<active xmlns="http://jabber.org/protocol/chatstates"/>`])
    assert.equal(isKept(said(telling)), false, telling);
  assert.equal(isKept(said("<body>x</body>", room)), false);
});

void test("what names another message is known without being read", () => {
  assert.equal(
    refersTo(kept(`<body>x</body><replace xmlns="urn:xmpp:message-correct:0" id="a"/>`, "i")),
    true,
  );
  assert.equal(refersTo(kept(`<reactions xmlns="urn:xmpp:reactions:0" id="a"/>`, "i")), true);
  assert.equal(refersTo(kept("<body>&lt;replace id='a'/&gt; reply</body>", "i")), false);
});

void test("typing is what a chat state says", () => {
  const state = (name: string) => said(`<${name} xmlns="http://jabber.org/protocol/chatstates"/>`);
  assert.equal(typingOf(state("composing")), true);
  assert.equal(typingOf(state("paused")), false);
  assert.equal(typingOf(said("<composing xmlns='other'/>")), null);
});

void test("since when an occupant was there is noted by us alone", () => {
  const forged = `<body>x</body><stay xmlns="urn:mimi-gateway:mark:0" since="1"/>`;
  assert.equal(stay(kept(forged, "i", nothing, 500)), 500);
  assert.equal(stay(kept(forged, "i", nothing)), null);
});

void test("a kept stanza that can't be read, or is of another room, is malformed", async () => {
  for (const raw of ["", "<message>", "<message from='x@y/z'><body>x</body></message>", "<presence/>"])
    await assert.rejects(
      read({ nativeKey: null, at: 1, raw }),
      (thrown) => asGatewayError(thrown).code === "event_malformed",
      raw,
    );
});

void test("whoever reacts to what the linked rooms don't have is told so", async () => {
  const reaction = '<reactions xmlns="urn:xmpp:reactions:0" id="old"><reaction>👍</reaction></reactions>';
  const [event, ...others] = await read(kept(`${reaction}${ids}`, "real"));
  assert.deepEqual(others, []);
  assert.ok(event?.kind === "reply");
  assert.deepEqual(event.to, { native: `${room}/occ-alice`, name: "Alice" });
  assert.match(event.text, /^Your reaction was not carried/);
});

void test("an answer to what is not known is carried all the same, and nobody is told", async () => {
  const reply = '<reply xmlns="urn:xmpp:reply:0" id="old" to="x"/>';
  const events = await read(kept(`<body>yes</body>${reply}${ids}`, "real"));
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["message"],
  );
});
