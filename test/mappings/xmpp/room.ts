/** A room with a few people and messages, for tests of both directions. */
import assert from "node:assert/strict";
import { parseXml } from "../../../bridges/xmpp/xml.ts";
import {
  type EventId,
  parseEventId,
  parseProviderDomain,
  type UserUri,
  userUri,
} from "../../../mappings/ids.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type {
  KnownMessage,
  Mapped,
  MappedEvent,
  OutboundContext,
  Outgoing,
  PlatformUser,
  RoomMessage,
} from "../../../mappings/mapping.ts";
import type { FlatText, ParagraphBlock, Run } from "../../../mappings/markup/flat.ts";
import { message, type Message, type MessageBody } from "../../../mappings/message.ts";
import type { XmlElement } from "../../../mappings/xml.ts";
import { fromMimi, type XmppCall, type XmppCapabilities } from "../../../mappings/xmpp/from-mimi.ts";
import type { XmppInbound } from "../../../mappings/xmpp/inbound.ts";
import { toMimi } from "../../../mappings/xmpp/to-mimi.ts";
import { serialized } from "./serialized.ts";

export const ROOM = "eng@muc.example";

export function id(digit: string): EventId {
  const parsed = parseEventId(digit.repeat(64));
  assert.ok(parsed !== null);
  return parsed;
}

export function uri(name: string): UserUri {
  const domain = parseProviderDomain("gw.example");
  assert.ok(domain !== null);
  return userUri(domain, name);
}

/** Al and Bo are of the room; Zoe is a remote user with a place in it. */
export const al: PlatformUser = { native: `${ROOM}/OCC-AL`, name: "Al" };
export const bo: PlatformUser = { native: `${ROOM}/OCC-BO`, name: "Bo Bee" };
export const zoe: PlatformUser = { native: `${ROOM}/OCC-ZOE`, name: "Zoe" };
const people = new Map([al, bo, zoe].map((user) => [user.name, user]));
const uris = new Map([
  [al.native, { uri: uri("al"), name: "Al" }],
  [bo.native, { uri: uri("bo"), name: "Bo Bee" }],
  [zoe.native, { uri: uri("zoe"), name: "Zoe" }],
]);

/** Al's message, in a thread. */
export const alsMessage: KnownMessage = {
  root: id("1"),
  version: id("2"),
  thread: new Uint8Array([1, 2]),
  replyTo: id("3"),
  author: al.native,
};
const bosMessage: KnownMessage = {
  root: id("4"),
  version: id("4"),
  thread: new Uint8Array(),
  replyTo: null,
  author: bo.native,
};

export const inbound: XmppInbound = {
  roomJid: ROOM,
  vouched: { stanzaId: true, occupantId: true },
  occupant: (nick) => people.get(nick) ?? null,
  message: (native) =>
    new Map([
      ["S-AL", alsMessage],
      ["S-BO", bosMessage],
    ]).get(native) ?? null,
  messageByOrigin: (origin, author) => (origin === "o-al" && author === al.native ? alsMessage : null),
  sameAuthor: (known, sender) => known.author === sender.native,
  pollOptions: () => null,
  mayBroadcast: () => false,
  user: (native) => uris.get(native) ?? null,
  room: () => null,
  emoji: () => null,
  reactions: () => [],
};

/** The element that `text` is. */
export function xml(text: string): XmlElement {
  return parseXml(text);
}

/** A message of Al's to the room, with these children. */
export function fromAl(children: string, attributes = "id='x1'"): XmlElement {
  return xml(
    `<message type='groupchat' from='${ROOM}/Al' to='bridge@gw.example' ${attributes}>${children}` +
      `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='S-NEW'/>` +
      `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='OCC-AL'/></message>`,
  );
}

export function read(stanza: XmlElement | string, context: Partial<XmppInbound> = {}): MappedEvent {
  return toMimi(typeof stanza === "string" ? fromAl(stanza) : stanza, { ...inbound, ...context });
}

/** The one event of a kind that a stanza means. */
export function readOne<K extends Mapped["kind"]>(
  kind: K,
  stanza: XmlElement | string,
  context: Partial<XmppInbound> = {},
): Extract<Mapped, { kind: K }> {
  const { events } = read(stanza, context);
  const [event] = events.filter((one): one is Extract<Mapped, { kind: K }> => one.kind === kind);
  assert.ok(event !== undefined, `no ${kind} in ${JSON.stringify(events)}`);
  return event;
}

/** The body of the message that a stanza means. */
export function readBodyOf<K extends MessageBody["kind"]>(
  kind: K,
  stanza: XmlElement | string,
  context: Partial<XmppInbound> = {},
): Extract<MessageBody, { kind: K }> {
  const { body } = readOne("message", stanza, context).message;
  assert.equal(body.kind, kind);
  return body as Extract<MessageBody, { kind: K }>;
}

export const codes = ({ losses }: { losses: readonly { code: LossCode }[] }): readonly LossCode[] =>
  losses.map(({ code }) => code);

export const text = (characters: string, marks = 0, link: string | null = null): Run => ({
  kind: "text",
  text: characters,
  marks,
  link,
});

export function paragraph(...runs: readonly Run[]): ParagraphBlock {
  return { kind: "paragraph", quote: 0, list: 0, runs };
}

export const flat = (...blocks: FlatText["blocks"]): FlatText => ({ blocks });

export const capabilities: XmppCapabilities = {
  roomJid: ROOM,
  stanzaId: true,
  occupantId: true,
  textBytes: 60_000,
  moderation: true,
  subject: true,
  configuration: true,
  picture: true,
  administration: true,
  typing: true,
  markers: true,
  presence: true,
  broadcasts: true,
};

/** What Zoe said here, in two messages. */
export const zoes: RoomMessage = {
  root: id("a"),
  parts: [
    { native: "S-ZOE-1", aux: "o-zoe-1" },
    { native: "S-ZOE-2", aux: "o-zoe-2" },
  ],
  edits: [],
  author: { name: "Zoe", native: null },
  ours: true,
  excerpt: "Ship it",
  threadRoot: null,
};
/** What Al said here. */
export const als: RoomMessage = {
  root: id("b"),
  parts: [{ native: "STANZA-ID-OF-ROOT", aux: "o-al" }],
  edits: [],
  author: { name: "Al", native: al.native },
  ours: false,
  excerpt: "Ship *2.0* & _win_",
  threadRoot: null,
};

export const outbound: OutboundContext = {
  message: (event) => [zoes, als].find(({ root }) => root === event) ?? null,
  thread: () => null,
  reaction: () => null,
  reactionsOf: () => [],
  reactionCount: () => 0,
  poll: () => null,
  user: (user) => (user === uri("al") ? { native: al.native, name: "Al" } : { native: null, name: "Zoe" }),
  room: () => null,
  emoji: () => null,
  media: (source) => ({
    url: `https://gw.example/m/${source.slice(source.lastIndexOf("/") + 1)}`,
    native: null,
  }),
};

export const author = { uri: uri("zoe"), name: "Zoe" };

export interface Wrote {
  readonly calls: readonly XmppCall[];
  readonly losses: readonly { code: LossCode }[];
}

export function write(
  event: Outgoing,
  can: Partial<XmppCapabilities> = {},
  context: Partial<OutboundContext> = {},
): Wrote {
  return fromMimi(event, { ...capabilities, ...can }, { ...outbound, ...context });
}

/** What shows a message of Zoe's. */
export function writeMessage(
  body: MessageBody,
  rest: Partial<Message> = {},
  can: Partial<XmppCapabilities> = {},
  context: Partial<OutboundContext> = {},
): Wrote {
  const event = { kind: "message", id: id("e"), author, message: { ...message(body), ...rest } } as const;
  return write(event, can, context);
}

export const textBody = (text: FlatText): Extract<MessageBody, { kind: "text" }> => ({
  kind: "text",
  style: "plain",
  text,
  spoiler: null,
  previews: [],
});

/** The children of each message that is said, as XML. */
export function payloads({ calls }: { calls: readonly XmppCall[] }): readonly string[] {
  return calls.map((call) => (call.kind === "message" ? call.payload.map(serialized).join("") : call.kind));
}
