/** What happens in a room of XMPP besides messages. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { Mapped } from "../../../mappings/mapping.ts";
import type { XmppInbound } from "../../../mappings/xmpp/inbound.ts";
import { al, alsMessage, fromAl, read, ROOM, xml, zoe } from "../xmpp/room.ts";
import type { MappingCase } from "./case.ts";

const means = (
  feature: FeatureKey,
  name: string,
  stanza: string,
  events: readonly Mapped[],
  context: Partial<XmppInbound> = {},
): MappingCase => ({
  feature,
  direction: "in",
  name,
  run: () => assert.deepEqual(read(xml(stanza), context).events, events),
});

const said = (children: string): string =>
  `<message type='groupchat' from='${ROOM}/Al'>${children}<occupant-id xmlns='urn:xmpp:occupant-id:0' id='OCC-AL'/></message>`;
const presence = (children: string, type = "", nick = "Al", occupant = "OCC-AL"): string =>
  `<presence from='${ROOM}/${nick}' ${type}>${children}<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${occupant}'/></presence>`;
const muc = (children: string): string => `<x xmlns='http://jabber.org/protocol/muc#user'>${children}</x>`;
const gone = (children: string): string => presence(muc(children), "type='unavailable'");
const info = (features: string): string =>
  `<iq type='result' from='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' name='Engineers'/>${features}</query></iq>`;
const member = muc("<item affiliation='none' role='participant'/>");
const isMember: Mapped = { kind: "role", user: al, role: "member", by: null };
const isOnline: Mapped = { kind: "presence", user: al, state: "online", text: "" };
const name: Mapped = {
  kind: "property",
  sender: null,
  property: { name: "name", item: "", value: "Engineers" },
};
const moderated: Mapped = {
  kind: "property",
  sender: null,
  property: { name: "moderated", item: "", value: "true" },
};
const topic = (sender: typeof al | null, value: string): Mapped => ({
  kind: "property",
  sender,
  property: { name: "topic", item: "", value },
});

export const xmppRoomIn: readonly MappingCase[] = [
  means("read-marker", "displayed", said("<displayed xmlns='urn:xmpp:chat-markers:0' id='S-AL'/>"), [
    { kind: "marker", user: al, upTo: alsMessage.version, status: "read" },
  ]),
  means("typing", "begins", said("<composing xmlns='http://jabber.org/protocol/chatstates'/>"), [
    { kind: "typing", user: al, typing: true },
  ]),
  means("typing", "ends", said("<paused xmlns='http://jabber.org/protocol/chatstates'/>"), [
    { kind: "typing", user: al, typing: false },
  ]),
  means("presence", "away with a text", presence("<show>xa</show><status>out</status>"), [
    { kind: "presence", user: al, state: "away", text: "out" },
  ]),
  means("room-name", "from the room's own description", info(""), [name]),
  means("topic", "changed by somebody", said("<subject>New</subject>"), [topic(al, "New")]),
  means("topic", "cleared", said("<subject/>"), [topic(al, "")]),
  means(
    "topic",
    "given by the room",
    `<message type='groupchat' from='${ROOM}'><subject>T</subject></message>`,
    [topic(null, "T")],
  ),
  {
    feature: "topic",
    direction: "in",
    name: "a subject beside a body is a message",
    run: () =>
      assert.deepEqual(
        read(fromAl("<subject>S</subject><body>words</body>")).events.map(({ kind }) => kind),
        ["message"],
      ),
  },
  means(
    "room-avatar",
    "by its hash",
    `<presence from='${ROOM}'><x xmlns='vcard-temp:x:update'><photo>${"aB".repeat(20)}</photo></x></presence>`,
    [
      {
        kind: "property",
        sender: null,
        property: { name: "avatar", item: "", value: `sha1:${"ab".repeat(20)}` },
      },
    ],
  ),
  means(
    "join-leave",
    "a new occupant",
    presence(member),
    [{ kind: "member", user: al, action: "join", by: null, reason: "" }, isMember, isOnline],
    { occupant: () => null },
  ),
  means("join-leave", "gone", gone("<item affiliation='none' role='none'/>"), [
    { kind: "member", user: al, action: "leave", by: null, reason: "" },
  ]),
  means(
    "invite",
    "by an occupant",
    `<message from='${ROOM}' to='z@gw.example'>${muc(`<invite from='${ROOM}/Zoe'><reason>come</reason></invite>`)}</message>`,
    [
      {
        kind: "member",
        user: { native: "z@gw.example", name: "z" },
        action: "invite",
        by: zoe,
        reason: "come",
      },
    ],
  ),
  means(
    "invite",
    "from outside",
    `<message from='m@other.example/r' to='z@gw.example'><x xmlns='jabber:x:conference' jid='${ROOM}'/></message>`,
    [
      {
        kind: "member",
        user: { native: "z@gw.example", name: "z" },
        action: "invite",
        by: { native: "m@other.example", name: "m" },
        reason: "",
      },
    ],
  ),
  means(
    "kick",
    "with actor and reason",
    gone("<item role='none'><actor nick='Zoe'/><reason>spam</reason></item><status code='307'/>"),
    [{ kind: "member", user: al, action: "kick", by: zoe, reason: "spam" }],
  ),
  means("ban", "of an occupant", gone("<item affiliation='outcast' role='none'/><status code='301'/>"), [
    { kind: "member", user: al, action: "ban", by: null, reason: "" },
  ]),
  means(
    "ban",
    "of somebody who is not there",
    `<message from='${ROOM}'>${muc("<item affiliation='outcast' jid='x@y.example'/>")}</message>`,
    [
      {
        kind: "member",
        user: { native: "x@y.example", name: "x" },
        action: "ban",
        by: null,
        reason: "",
      },
    ],
  ),
  means(
    "knock",
    "a request to become a member",
    `<message from='${ROOM}'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field><field var='muc#jid'><value>k@y.example</value></field><field var='muc#register_roomnick'><value>Kim</value></field></x></message>`,
    [
      {
        kind: "member",
        user: { native: "k@y.example", name: "Kim" },
        action: "knock",
        by: null,
        reason: "",
      },
    ],
  ),
  means("roles", "an owner's", presence(muc("<item affiliation='owner' role='moderator'/>")), [
    { kind: "role", user: al, role: "owner", by: null },
    isOnline,
  ]),
  means("roles", "a visitor's", presence(muc("<item affiliation='none' role='visitor'/>")), [
    { kind: "role", user: al, role: "visitor", by: null },
    isOnline,
  ]),
  means("moderated-room", "from the room's own description", info("<feature var='muc_moderated'/>"), [
    name,
    moderated,
  ]),
  means("announcement-room", "is a moderated one", info("<feature var='muc_moderated'/>"), [name, moderated]),
  means(
    "display-name",
    "a change of nick",
    gone("<item nick='Alan' affiliation='none'/><status code='303'/>"),
    [{ kind: "profile", user: { native: al.native, name: "Alan" }, avatar: null }],
  ),
  means(
    "user-avatar",
    "by its hash",
    presence(`<x xmlns='vcard-temp:x:update'><photo>${"ab".repeat(20)}</photo></x>`),
    [isOnline, { kind: "profile", user: al, avatar: `sha1:${"ab".repeat(20)}` }],
  ),
  means(
    "room-end",
    "with where it goes on",
    gone("<destroy jid='new@muc.example'><reason>moved</reason></destroy>"),
    [{ kind: "room", change: "destroyed", to: "new@muc.example", reason: "moved" }],
  ),
];
