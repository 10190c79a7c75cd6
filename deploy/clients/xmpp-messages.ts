/** What a client reads out of the messages of rooms and of others. */
import type { Element } from "@xmpp/xml";
import type { Milliseconds } from "../../core/time.ts";

export interface GroupMessage {
  /** Bare JID. */
  readonly room: string;
  /** null: the room itself says it. */
  readonly nick: string | null;
  readonly body: string | null;
  readonly subject: string | null;
  readonly id: string | null;
  readonly stanzaId: string | null;
  /** Said before we came, and sent as history. */
  readonly delayed: boolean;
  /** When it came here. */
  readonly at: Milliseconds;
  readonly stanza: Element;
}

export interface PrivateMessage {
  /** Full JID; of an occupant of a room the room's. */
  readonly from: string;
  readonly body: string;
  readonly at: Milliseconds;
  readonly stanza: Element;
}

export const DELAY = "urn:xmpp:delay";

export function readGroupMessage(stanza: Element): GroupMessage {
  const [room, nick] = splitJid(attribute(stanza, "from") ?? "");
  const stanzaId = stanza
    .getChildren("stanza-id", "urn:xmpp:sid:0")
    .find((element) => attribute(element, "by") === room);
  return {
    room,
    nick,
    body: stanza.getChildText("body"),
    subject: stanza.getChildText("subject"),
    id: attribute(stanza, "id"),
    stanzaId: stanzaId ? attribute(stanzaId, "id") : null,
    delayed: stanza.getChild("delay", DELAY) !== undefined,
    at: Date.now(),
    stanza,
  };
}

/** null where it has no text. */
export function readPrivateMessage(stanza: Element): PrivateMessage | null {
  const body = stanza.getChildText("body");
  return body === null ? null : { from: attribute(stanza, "from") ?? "", body, at: Date.now(), stanza };
}

/** What an answer of type error says, as an Error. */
export function stanzaError(stanza: Element, who: string): Error {
  const error = stanza.getChild("error");
  const condition = error?.getChildElements()[0]?.name ?? "error";
  const text = error?.getChildText("text") ?? "";
  return new Error(
    `${who}: ${attribute(stanza, "from") ?? "the server"} refuses: ${condition} ${text}`.trimEnd(),
  );
}

/** null where the element has no such attribute. */
export function attribute(element: Element, name: string): string | null {
  const value: unknown = element.attrs[name];
  return typeof value === "string" ? value : null;
}

/** Bare JID and resource. */
export function splitJid(jid: string): [string, string | null] {
  const slash = jid.indexOf("/");
  return slash === -1 ? [jid, null] : [jid.slice(0, slash), jid.slice(slash + 1)];
}
