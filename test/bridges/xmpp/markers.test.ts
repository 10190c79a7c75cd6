import assert from "node:assert/strict";
import { test } from "node:test";
import { readUpTo, shownAs } from "../../../bridges/xmpp/markers.ts";
import { message, textPayload } from "../../../bridges/xmpp/outbound.ts";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import { emptyContext } from "../../../core/groups/context-finder.ts";
import type { DeliveryKey, NativeRoom } from "../../../core/ids.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { RoomMessage } from "../../../mappings/mapping.ts";
import type { XmppCapabilities } from "../../../mappings/xmpp/outbound.ts";

const MARKERS = "urn:xmpp:chat-markers:0";
const room = "lobby@rooms.example" as NativeRoom;
const id = "01".repeat(32) as EventId;
const anna = { uri: "mimi://a.example/u/anna" as UserUri, name: "Anna" };
const abilities: XmppCapabilities = {
  roomJid: room,
  stanzaId: true,
  occupantId: true,
  textBytes: 1_000,
  subject: true,
  configuration: true,
  picture: true,
  moderation: false,
  administration: false,
  typing: true,
  markers: true,
  presence: false,
  broadcasts: false,
};
const known: RoomMessage = {
  root: id,
  parts: [
    { native: "S1", aux: "o1" },
    { native: "S2", aux: "o2" },
  ],
  edits: [],
  author: { name: "Ben", native: null },
  ours: true,
  excerpt: "hi",
  threadRoot: null,
};
const said = (content: string) =>
  parseXml(`<message from="${room}/anna" type="groupchat">${content}</message>`);

void test("a marker names a message by any of the ids that the room may have for it", () => {
  assert.deepEqual(readUpTo(said(`<displayed xmlns="${MARKERS}" id="S1"/>`)), [
    { by: "native", name: "S1" },
    { by: "native", name: "id:S1" },
    { by: "aux", name: "S1" },
  ]);
});

void test("what names nothing is no marker", () => {
  for (const content of [
    `<displayed xmlns="${MARKERS}"/>`,
    `<displayed xmlns="${MARKERS}" id=""/>`,
    `<displayed xmlns="other" id="S1"/>`,
    `<markable xmlns="${MARKERS}"/>`,
    "<body>hi</body>",
  ])
    assert.equal(readUpTo(said(content)), null, content);
});

void test("where somebody has read to is the last message of those that carry it there", () => {
  const context = { ...emptyContext, message: (of: EventId) => (of === id ? known : null) };
  assert.deepEqual(shownAs({ kind: "read", upTo: id, context }, anna, abilities), [
    [{ name: "displayed", attrs: { xmlns: MARKERS, id: "S2" }, children: [] }],
  ]);
  assert.deepEqual(shownAs({ kind: "read", upTo: id, context: emptyContext }, anna, abilities), []);
});

void test("who types is shown by a chat state", () => {
  const [payload] = shownAs({ kind: "typing", typing: true }, anna, abilities);
  assert.equal(payload?.[0]?.name, "composing");
});

void test("only what somebody has said asks for markers", () => {
  const origin = { group: "mimi://a.example/r/g" as GroupUri, event: id };
  const address = { from: "x@gw.example/gateway", to: room, type: "groupchat" } as const;
  const asks = (of: typeof origin | null, payload = textPayload("hi")) =>
    message({ room, key: "k" as DeliveryKey, origin: of }, address, payload, "gw").getChild(
      "markable",
      MARKERS,
    ) !== undefined;
  assert.ok(asks(origin));
  assert.ok(!asks(null), "the gateway's own lines do not");
  assert.ok(!asks(origin, [{ name: "reactions", attrs: {}, children: [] }]));
});
