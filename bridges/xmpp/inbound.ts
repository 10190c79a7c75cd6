/** From a room's stanzas to what the core keeps, and from what it kept to events. */
import type { Milliseconds, NativeUser, Raw, Translated } from "../../core/bridge.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeKey, NativeRoom } from "../../core/ids.ts";
import { plainText } from "../../mappings/content/content.ts";
import { bare, NS, resource } from "./names.ts";
import { attribute, type Element, parseXml, serializeXml, xml } from "./xml.ts";

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

export const hasText = (message: Element): boolean => (message.getChildText("body") ?? "") !== "";

/**
 * A message as the inbox keeps it: the whole stanza, less the ids that the room does not vouch for. `id`: what the
 * room calls it, where it has an archive or stanza-ids; else every message counts as another one.
 */
export function rawMessage(
  room: NativeRoom,
  message: Element,
  id: string | null,
  at: Milliseconds,
  vouched: Vouched,
): Raw {
  message.children = message.children.filter(
    (child) => typeof child === "string" || !isForged(child, room, vouched),
  );
  if (id !== null && stanzaId(message, room) === null)
    message.append(xml("stanza-id", { xmlns: NS.stanzaId, by: room, id }));
  return { nativeKey: id === null ? null : (`${room} ${id}` as NativeKey), at, raw: serializeXml(message) };
}

/** A room's state as the inbox keeps it: compared with what was seen last, so it needs no identity. */
export function rawState(element: Element, at: Milliseconds): Raw {
  return { nativeKey: null, at, raw: serializeXml(element) };
}

function isForged(child: Element, room: string, vouched: Vouched): boolean {
  if (child.is("stanza-id", NS.stanzaId)) return !vouched.stanzaId || attribute(child, "by") !== room;
  return child.is("occupant-id", NS.occupantId) && !vouched.occupantId;
}

/** What a kept stanza says. Throws GatewayError event_malformed. */
export function translate(room: NativeRoom, raw: Raw): readonly Translated[] {
  const stanza = parseXml(raw.raw);
  if (stanza.is("iq")) return [roomName(stanza)];
  const from = attribute(stanza, "from") ?? "";
  if (!stanza.is("message") || bare(from) !== room)
    throw new GatewayError("event_malformed", `a stanza from ${from || "nobody"} was kept as one of ${room}`);
  if (isSubject(stanza)) {
    const value = stanza.getChildText("subject") ?? "";
    return [{ kind: "property", sender: sender(room, stanza, from), name: "topic", value }];
  }
  const text = stanza.getChildText("body") ?? "";
  const user = sender(room, stanza, from);
  if (text === "" || user === null) return [];
  const id = stanzaId(stanza, room) ?? `id:${attribute(stanza, "id") ?? ""}`;
  return [{ kind: "message", sender: user, draft: plainText(text), native: id as NativeId }];
}

/** Who spoke: by the id that the room vouches for, else by nick. null: the room itself. */
function sender(room: NativeRoom, stanza: Element, from: string): NativeUser | null {
  const nick = resource(from);
  if (nick === "") return null;
  return { native: `${room}/${occupant(stanza) ?? `nick:${nick}`}`, name: nick };
}

export function occupant(stanza: Element): string | null {
  const element = stanza.getChild("occupant-id", NS.occupantId);
  return element ? (attribute(element, "id") ?? null) : null;
}

function roomName(iq: Element): Translated {
  const value = nameOf(iq.getChild("query", NS.discoInfo)) ?? "";
  return { kind: "property", sender: null, name: "name", value };
}

/** The room's name in its answer to disco#info. */
export function nameOf(info: Element | undefined): string | null {
  const identity = info
    ?.getChildren("identity")
    .find((child) => attribute(child, "category") === "conference");
  return identity ? (attribute(identity, "name") ?? null) : null;
}
