import assert from "node:assert/strict";
import { test } from "node:test";
import { isOwn, isSubject, rawMessage, rawState, translate } from "../../../bridges/xmpp/inbound.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import { asGatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { partText } from "../../../mappings/content/codec.ts";

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

const message = (xml: string, id: string | null, vouched = all) => {
  const [event] = translate(room, rawMessage(room, said(xml), id, 1_000, vouched));
  assert.ok(event?.kind === "message");
  return event;
};

void test("a message is known by the room's id and its author by the room's occupant-id", () => {
  const raw = rawMessage(room, said(`<body>hi &amp; bye</body>${ids}`), "real", 1_000, all);
  assert.equal(raw.nativeKey, `${room} real`);
  const event = message(`<body>hi &amp; bye</body>${ids}`, "real");
  assert.equal(event.native, "real");
  assert.deepEqual(event.sender, { native: `${room}/occ-alice`, name: "Alice" });
  assert.equal(partText(event.draft.body), "hi & bye");
});

void test("ids that the room does not vouch for count for nothing", () => {
  const raw = rawMessage(room, said(`<body>x</body>${ids}`), null, 1_000, nothing);
  assert.equal(raw.nativeKey, null);
  assert.doesNotMatch(raw.raw, /real|forged|occ-alice/);
  const event = message(`<body>x</body>${ids}`, null, nothing);
  assert.deepEqual(event.sender, { native: `${room}/nick:Alice`, name: "Alice" });
  assert.equal(event.native, "id:m1");
});

void test("a message from the archive has the key that it had live", () => {
  const live = rawMessage(room, said(`<body>x</body>${ids}`), "real", 1_000, all);
  const archived = rawMessage(
    room,
    said(`<body>x</body><occupant-id xmlns="urn:xmpp:occupant-id:0" id="occ-alice"/>`),
    "real",
    1_000,
    all,
  );
  assert.equal(archived.nativeKey, live.nativeKey);
  assert.deepEqual(translate(room, archived), translate(room, live));
});

void test("a subject is one only without body and thread", () => {
  assert.equal(isSubject(said("<subject>s</subject>")), true);
  assert.equal(isSubject(said("<subject/>")), true);
  assert.equal(isSubject(said("<subject>s</subject><body>b</body>")), false);
  assert.equal(isSubject(said("<subject>s</subject><thread>t</thread>")), false);
  assert.deepEqual(translate(room, rawState(said("<subject>new</subject>"), 1)), [
    {
      kind: "property",
      sender: { native: `${room}/nick:Alice`, name: "Alice" },
      name: "topic",
      value: "new",
    },
  ]);
  assert.deepEqual(translate(room, rawState(said("<subject/>", room), 1)), [
    { kind: "property", sender: null, name: "topic", value: "" },
  ]);
});

void test("the room's answer to disco#info is its name", () => {
  const answer = parseXml(
    `<iq type="result" from="${room}"><query xmlns="http://jabber.org/protocol/disco#info">` +
      `<identity category="conference" type="text" name="The Lobby"/></query></iq>`,
  );
  assert.deepEqual(translate(room, rawState(answer, 1)), [
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

void test("nothing is made of what is empty, or of what the room itself says", () => {
  assert.deepEqual(translate(room, rawState(said("<body></body>"), 1)), []);
  assert.deepEqual(translate(room, rawState(said("<body>x</body>", room), 1)), []);
});

void test("a kept stanza that can't be read, or is of another room, is malformed", () => {
  for (const raw of ["", "<message>", "<message from='x@y/z'><body>x</body></message>", "<presence/>"])
    assert.throws(
      () => translate(room, { nativeKey: null, at: 1, raw }),
      (thrown) => asGatewayError(thrown).code === "event_malformed",
      raw,
    );
});
