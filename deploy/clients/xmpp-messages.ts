/** What a client reads out of the messages and archives of rooms. */
import { randomUUID } from "node:crypto";
import { xml } from "@xmpp/client";
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

export interface ArchivedMessage {
  readonly stanzaId: string;
  readonly nick: string | null;
  readonly body: string | null;
  readonly id: string | null;
  readonly when: Milliseconds;
  readonly stanza: Element;
}

const MAM = "urn:xmpp:mam:2";
const RSM = "http://jabber.org/protocol/rsm";
const DELAY = "urn:xmpp:delay";
/** Prosody gives no more at once. */
const PAGE = 50;

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

/** A query for what stands in an archive after a stanza-id (null: from the beginning), XEP-0313. */
export function archiveQuery(after: string | null): { id: string; query: Element } {
  const id = randomUUID();
  const set = xml("set", { xmlns: RSM }, xml("max", {}, String(PAGE)));
  if (after !== null) set.append(xml("after", {}, after));
  return { id, query: xml("query", { xmlns: MAM, queryid: id }, set) };
}

/** The query and the result when the message carries one of an archive. */
export function archiveResult(stanza: Element): { query: string; message: ArchivedMessage } | null {
  const result = stanza.getChild("result", MAM);
  const forwarded = result?.getChild("forwarded", "urn:xmpp:forward:0");
  const message = forwarded?.getChild("message");
  if (!result || !message) return null;
  const stamp = forwarded?.getChild("delay", DELAY);
  return {
    query: attribute(result, "queryid") ?? "",
    message: {
      stanzaId: attribute(result, "id") ?? "",
      nick: splitJid(attribute(message, "from") ?? "")[1],
      body: message.getChildText("body"),
      id: attribute(message, "id"),
      when: Date.parse((stamp && attribute(stamp, "stamp")) ?? ""),
      stanza: message,
    },
  };
}

/** Whether the answer to a query says that nothing comes after it. */
export function archiveComplete(answer: Element): boolean {
  const fin = answer.getChild("fin", MAM);
  return fin !== undefined && attribute(fin, "complete") === "true";
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
