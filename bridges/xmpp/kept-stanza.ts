/** A room's stanzas as the inbox keeps them: which are kept, what is known of them without reading them whole. */
import type { Milliseconds } from "../../core/time.ts";
import type { Raw } from "../../core/bridge/inbound.ts";
import type { NativeKey, NativeRoom } from "../../core/ids.ts";
import { NS, resource } from "./names.ts";
import { attribute, type Element, serializeXml, xml } from "./xml.ts";

/** What a room's server vouches for; what it does not, any occupant could have written himself. */
export interface Vouched {
  readonly stanzaId: boolean;
  readonly occupantId: boolean;
}

/** The id that the room gave to a message, or null. */
export function stanzaId(message: Element, room: string): string | null {
  for (const child of message.getChildren("stanza-id", NS.stanzaId))
    if (attribute(child, "by") === room) return attribute(child, "id") ?? null;
  return null;
}

/** What makes a message one of ours: the mark that we put on all we say, in whichever room. */
export function isOwn(message: Element, gateway: string): boolean {
  const mark = message.getChild("copy", NS.mark);
  return mark !== undefined && attribute(mark, "gateway") === gateway;
}

/** A change of the subject: no body and no thread (XEP-0045, section 8.1). */
export const isSubject = (message: Element): boolean =>
  message.getChild("subject") !== undefined && !message.getChild("body") && !message.getChild("thread");

/** The room says that its configuration has changed (XEP-0045, section 15.6: status 104). */
export const isConfigured = (message: Element): boolean =>
  (message.getChild("x", NS.mucUser)?.getChildren("status") ?? []).some(
    (status) => attribute(status, "code") === "104",
  );

/** Elements that say something without a body, by name and namespace. */
const TELLING: readonly (readonly [string, string])[] = [
  ["reactions", "urn:xmpp:reactions:0"],
  ["retract", "urn:xmpp:message-retract:1"],
  ["retract", "urn:xmpp:message-retract:0"],
  ["apply-to", "urn:xmpp:fasten:0"],
  ["file-sharing", "urn:xmpp:sfs:0"],
  ["geoloc", "http://jabber.org/protocol/geoloc"],
];

/** Whether a groupchat message is news: said by an occupant, or by the room itself of a message that it took back. */
export function isKept(message: Element): boolean {
  const told = TELLING.some(([name, namespace]) => message.getChild(name, namespace) !== undefined);
  if (resource(attribute(message, "from") ?? "") === "") return told;
  return told || (message.getChildText("body") ?? "") !== "";
}

/** Whether somebody types now (XEP-0085); null: it is not said. */
export function typingOf(message: Element): boolean | null {
  const state = message.getChildElements().find((child) => child.getNS() === NS.chatStates);
  return state ? state.name === "composing" : null;
}

/** How a message came: the room's id of it, when, and since when its sender was in the room without a break. */
export interface Said {
  /** Where the room has an archive or stanza-ids; else every message counts as another one. */
  readonly id: string | null;
  readonly at: Milliseconds;
  /** null: unknown, or the room tells its occupants apart by occupant-ids. */
  readonly since: Milliseconds | null;
}

/** A message as the inbox keeps it: the whole stanza, less the ids that the room does not vouch for. */
export function rawMessage(room: NativeRoom, message: Element, said: Said, vouched: Vouched): Raw {
  const { id, at, since } = said;
  takeOutForged(message, room, vouched);
  if (id !== null && stanzaId(message, room) === null)
    message.append(xml("stanza-id", { xmlns: NS.stanzaId, by: room, id }));
  if (since !== null) message.append(xml("stay", { xmlns: NS.mark, since }));
  return { nativeKey: id === null ? null : (`${room} ${id}` as NativeKey), at, raw: serializeXml(message) };
}

/** A change of the subject as the inbox keeps it: state, less the ids that the room does not vouch for. */
export function rawSubject(room: NativeRoom, message: Element, at: Milliseconds, vouched: Vouched): Raw {
  takeOutForged(message, room, vouched);
  return rawState(message, at);
}

/** A room's state as the inbox keeps it: compared with what was seen last, so it needs no identity. */
export function rawState(element: Element, at: Milliseconds): Raw {
  return { nativeKey: null, at, raw: serializeXml(element) };
}

/** Since when the sender was in the room without a break, as it was noted when the stanza came. */
export function staySince(stanza: Element): Milliseconds | null {
  const stay = stanza.getChild("stay", NS.mark);
  return stay ? Number(attribute(stay, "since")) : null;
}

function takeOutForged(message: Element, room: string, vouched: Vouched): void {
  message.children = message.children.filter(
    (child) => typeof child === "string" || !isForged(child, room, vouched),
  );
}

function isForged(child: Element, room: string, vouched: Vouched): boolean {
  if (child.is("stanza-id", NS.stanzaId)) return !vouched.stanzaId || attribute(child, "by") !== room;
  if (child.is("stay", NS.mark)) return true;
  return child.is("occupant-id", NS.occupantId) && !vouched.occupantId;
}

const REFERRING = /<(?:replace|reply|reactions|retract|apply-to|displayed|received)\b/;

/** Whether a kept stanza may name another message. */
export const refersTo = (raw: Raw): boolean => REFERRING.test(raw.raw);

export function occupant(stanza: Element): string | null {
  const element = stanza.getChild("occupant-id", NS.occupantId);
  return element ? (attribute(element, "id") ?? null) : null;
}

/** The room's name in its answer to disco#info. */
export function nameOf(info: Element | undefined): string | null {
  const identity = info
    ?.getChildren("identity")
    .find((child) => attribute(child, "category") === "conference");
  return identity ? (attribute(identity, "name") ?? null) : null;
}
