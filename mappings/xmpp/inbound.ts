/** What reading a room's stanzas needs to know beyond the stanza, and the parts that every reader shares. */
import type { EventId } from "../ids.ts";
import type { Loss, LossCode } from "../loss.ts";
import type { InboundContext, KnownMessage, MappedEvent, PlatformUser } from "../mapping.ts";
import type { XmlElement } from "../xml.ts";
import { child } from "./elements.ts";
import { NS } from "./namespaces.ts";

/**
 * Natives: a message is its stanza-id, or `id:` and its `id` attribute where the room gives no stanza-ids; a user is
 * `ROOM/OCCUPANT-ID`, or `ROOM/nick:NICK` where the room gives no occupant-ids; a user outside is his bare JID.
 */
export interface XmppInbound extends InboundContext {
  /** The room's bare JID. */
  readonly roomJid: string;
  /** Whether the room's server is known to write (and to clean) these itself; else anybody could have. */
  readonly vouched: { readonly stanzaId: boolean; readonly occupantId: boolean };
  /** Who had this nick in the room just before the stanza; null: nobody. */
  occupant(nick: string): PlatformUser | null;
  /** The message that had this `id` attribute (in its first version or a correction) and was said by `author`. */
  messageByOrigin(id: string, author: string): KnownMessage | null;
  /** Whether it is certain that `sender` said it: one occupant-id, or an occupant who stayed ever since. */
  sameAuthor(known: KnownMessage, sender: PlatformUser): boolean;
  /** The ids of a poll's options, in order; null: the message is no poll. */
  pollOptions(root: EventId): readonly string[] | null;
  /** Whether this occupant may address everybody. */
  mayBroadcast(sender: PlatformUser): boolean;
}

/** Where a stanza came from. */
export interface Origin {
  readonly stanza: XmlElement;
  readonly context: XmppInbound;
  readonly sender: PlatformUser;
}

/** The JID without its resource. */
export function bareJid(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? jid : jid.slice(0, slash);
}

/** What follows the first slash; empty in a bare JID. */
export function resourceOf(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? "" : jid.slice(slash + 1);
}

/** The occupant who sent the stanza; null: the room itself. */
export function occupantOf(stanza: XmlElement, context: XmppInbound): PlatformUser | null {
  const nick = resourceOf(stanza.attrs["from"] ?? "");
  if (nick === "") return null;
  const id = context.vouched.occupantId
    ? child(stanza, "occupant-id", NS.occupantId)?.attrs["id"]
    : undefined;
  if (id !== undefined && id !== "") return { native: `${context.roomJid}/${id}`, name: nick };
  return context.occupant(nick) ?? byNick(nick, context);
}

/** An occupant of whom nothing but the nick is known. */
export function byNick(nick: string, context: XmppInbound): PlatformUser {
  return { native: `${context.roomJid}/nick:${nick}`, name: nick };
}

/** What the room calls the message; null: nothing can refer to it. */
export function nativeOf(stanza: XmlElement, context: XmppInbound): string | null {
  if (context.vouched.stanzaId) {
    for (const part of stanza.children) {
      if (typeof part === "string" || part.name !== "stanza-id") continue;
      const { xmlns, by, id } = part.attrs;
      if (xmlns === NS.stanzaId && by === context.roomJid && id !== undefined && id !== "") return id;
    }
  }
  const id = stanza.attrs["id"];
  return id === undefined || id === "" ? null : `id:${id}`;
}

/**
 * A message that a stanza names, whichever of its ids the author's client took: the room's, or the `id` attribute of
 * one of the author's own.
 */
export function namedMessage(id: string, { context, sender }: Origin): KnownMessage | null {
  if (id === "") return null;
  return context.message(id) ?? context.message(`id:${id}`) ?? context.messageByOrigin(id, sender.native);
}

export const loss = (code: LossCode, detail: string): Loss => ({ code, detail });

/** Nothing happens but this. */
export const onlyLoss = (code: LossCode, detail: string): MappedEvent => ({
  events: [],
  losses: [loss(code, detail)],
});

export const NOTHING: MappedEvent = { events: [], losses: [] };
