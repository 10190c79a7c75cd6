/** From the stanzas of a MUC to what they mean. */
import type { Mapped, MappedEvent, PlatformUser } from "../mapping.ts";
import { textMessage } from "../message.ts";
import type { XmlElement } from "../xml.ts";
import { child, childOf, childText, textOf } from "./elements.ts";
import {
  bareJid,
  loss,
  namedMessage,
  nativeOf,
  NOTHING,
  occupantOf,
  onlyLoss,
  type Origin,
  type XmppInbound,
} from "./inbound.ts";
import { readMessage } from "./message-read.ts";
import { NS } from "./namespaces.ts";
import { readAffairs, readPresence, readRoomInfo } from "./presence-read.ts";
import { readReactions, readRetraction, retraction } from "./relations-read.ts";
import { readUnstyled } from "./styling-read.ts";

const ENCRYPTED: readonly string[] = [NS.omemo, NS.omemoOld, NS.encryption, NS.openpgp, NS.pgp];
const TYPING: ReadonlyMap<string, boolean> = new Map([
  ["composing", true],
  ["paused", false],
  ["active", false],
  ["inactive", false],
  ["gone", false],
]);

/** What a stanza of the room, or one about it, means. */
export function toMimi(stanza: XmlElement, context: XmppInbound): MappedEvent {
  switch (stanza.name) {
    case "message":
      return ofMessage(stanza, context);
    case "presence":
      return fromRoom(stanza, context) ? readPresence(stanza, context) : NOTHING;
    case "iq":
      return fromRoom(stanza, context) && stanza.attrs["type"] === "result" ? readRoomInfo(stanza) : NOTHING;
    default:
      return onlyLoss("event_unreadable", "no stanza");
  }
}

function fromRoom(stanza: XmlElement, { roomJid }: XmppInbound): boolean {
  return bareJid(stanza.attrs["from"] ?? "") === roomJid;
}

function ofMessage(stanza: XmlElement, context: XmppInbound): MappedEvent {
  const type = stanza.attrs["type"] ?? "normal";
  if (type === "error") return NOTHING;
  const affairs = readAffairs(stanza, context);
  if (affairs !== null) return affairs;
  if (type !== "groupchat") return ofPrivate(stanza, context);
  if (!fromRoom(stanza, context)) return onlyLoss("event_unreadable", "groupchat from elsewhere");
  const occupant = occupantOf(stanza, context);
  const sender = occupant ?? { native: context.roomJid, name: context.roomJid };
  const origin: Origin = { stanza, context, sender };
  if (ENCRYPTED.some((namespace) => childOf(stanza, namespace) !== null))
    return { ...isPrivate(sender, true), losses: [loss("encrypted_not_relayed", "an encrypted message")] };
  if (retraction(stanza) !== null) return readRetraction(origin, occupant === null);
  if (isTombstone(stanza)) return NOTHING;
  if (occupant === null) return ofRoom(origin);
  const reactions = child(stanza, "reactions", NS.reactions);
  if (reactions !== null) return readReactions(origin, reactions);
  if (child(stanza, "body") === null) {
    const signal = ofSignal(origin);
    if (signal !== null) return signal;
  }
  return readMessage(origin, "plain");
}

/** What is left of a message that was taken back: state, not news. */
function isTombstone(stanza: XmlElement): boolean {
  return (
    child(stanza, "retracted", NS.retract) !== null || child(stanza, "retracted", NS.retractOld) !== null
  );
}

/** What the room says itself: the subject, or words that are no report of its own state. */
function ofRoom(origin: Origin): MappedEvent {
  const { stanza } = origin;
  const subject = ofSubject(stanza, null);
  if (subject !== null) return subject;
  if (child(stanza, "x", NS.mucUser) !== null) return NOTHING;
  const text = childText(stanza, "body");
  if (text.trim() === "") return NOTHING;
  const message = textMessage(readUnstyled(text, []), "notice");
  const native = nativeOf(stanza, origin.context);
  return { events: [{ kind: "message", sender: origin.sender, native, message }], losses: [] };
}

/** A message without a body: a marker, typing, the subject. */
function ofSignal(origin: Origin): MappedEvent | null {
  const { stanza, sender } = origin;
  const displayed = child(stanza, "displayed", NS.chatMarkers);
  const received = child(stanza, "received", NS.receipts);
  const marker = displayed ?? received;
  if (marker !== null) {
    const known = namedMessage(marker.attrs["id"] ?? "", origin);
    if (known === null) return onlyLoss("target_unknown", "a marker");
    const status = displayed === null ? "delivered" : "read";
    return only({ kind: "marker", user: sender, upTo: known.version, status });
  }
  const subject = ofSubject(stanza, sender);
  if (subject !== null) return subject;
  const state = childOf(stanza, NS.chatStates);
  const typing = state === null ? undefined : TYPING.get(state.name);
  return typing === undefined ? null : only({ kind: "typing", user: sender, typing });
}

/** A change of the subject: no body and no thread (XEP-0045, section 8.1). */
function ofSubject(stanza: XmlElement, sender: PlatformUser | null): MappedEvent | null {
  const subject = child(stanza, "subject");
  if (subject === null || child(stanza, "body") !== null || child(stanza, "thread") !== null) return null;
  return only({ kind: "property", sender, property: { name: "topic", item: "", value: textOf(subject) } });
}

/** Said to one occupant alone, or to the gateway from outside. */
function ofPrivate(stanza: XmlElement, context: XmppInbound): MappedEvent {
  const encrypted = ENCRYPTED.some((namespace) => childOf(stanza, namespace) !== null);
  if (!encrypted && childText(stanza, "body") === "") return NOTHING;
  const from = stanza.attrs["from"] ?? "";
  const occupant = fromRoom(stanza, context) ? occupantOf(stanza, context) : null;
  const native = bareJid(from);
  if (native === "" || from === context.roomJid) return NOTHING;
  const sender = occupant ?? { native, name: native.split("@", 1)[0] ?? native };
  return {
    ...isPrivate(sender, encrypted),
    losses: [loss(encrypted ? "encrypted_not_relayed" : "private_not_relayed", "a private message")],
  };
}

function isPrivate(sender: PlatformUser, encrypted: boolean): MappedEvent {
  return only({ kind: "private", sender, encrypted });
}

function only(event: Mapped): MappedEvent {
  return { events: [event], losses: [] };
}
