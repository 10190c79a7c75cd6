/** What a person's client puts into a message to use a feature of XMPP. */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";

export const NS = {
  calls: "urn:xmpp:call-invites:0",
  chatStates: "http://jabber.org/protocol/chatstates",
  correct: "urn:xmpp:message-correct:0",
  fallback: "urn:xmpp:fallback:0",
  geoloc: "http://jabber.org/protocol/geoloc",
  markers: "urn:xmpp:chat-markers:0",
  markup: "urn:xmpp:markup:0",
  oob: "jabber:x:oob",
  reactions: "urn:xmpp:reactions:0",
  reference: "urn:xmpp:reference:0",
  reply: "urn:xmpp:reply:0",
  retract: "urn:xmpp:message-retract:1",
  sfs: "urn:xmpp:sfs:0",
  spoiler: "urn:xmpp:spoiler:0",
  stickers: "urn:xmpp:stickers:0",
  urlData: "http://jabber.org/protocol/url-data",
} as const;

/** XEP-0334: what has no text is archived too. */
const stored = (): Element => xml("store", { xmlns: "urn:xmpp:hints" });

/** A message as its room calls it; null where it did not arrive, and then nothing can be said about it. */
export type Named = { readonly id: string | null; readonly stanzaId: string | null } | null;

export const body = (text: string): Element => xml("body", {}, text);

/** XEP-0394: the first letters of the text are strong. */
export function strong(text: string, letters: number): Element[] {
  const span = xml("span", { start: "0", end: String(letters) }, xml("strong"));
  return [body(text), xml("markup", { xmlns: NS.markup }, span)];
}

/** XEP-0372: the text begins with the nick. */
export function mention(room: string, nick: string, text: string): Element[] {
  const reference = {
    xmlns: NS.reference,
    type: "mention",
    begin: "0",
    end: String(Array.from(nick).length),
    uri: `xmpp:${room}/${nick}`,
  };
  return [body(nick + text), xml("reference", reference)];
}

/** XEP-0308 */
export function correction(of: Named, text: string): Element[] {
  return [body(text), xml("replace", { xmlns: NS.correct, id: of?.id ?? "" })];
}

/** XEP-0424 */
export function retraction(of: Named): Element[] {
  return [xml("retract", { xmlns: NS.retract, id: of?.stanzaId ?? "" }), stored()];
}

/** XEP-0444: all that the person has to say with emoji; what was there and is not among them is taken away. */
export function reactions(to: Named, ...emoji: readonly string[]): Element[] {
  const each = emoji.map((one) => xml("reaction", {}, one));
  return [xml("reactions", { xmlns: NS.reactions, id: to?.stanzaId ?? "" }, ...each), stored()];
}

/** XEP-0461 */
export function reply(to: Named, author: string, text: string): Element[] {
  return [body(text), xml("reply", { xmlns: NS.reply, to: author, id: to?.stanzaId ?? "" })];
}

/** RFC 6121, section 5.2.5. */
export function inThread(thread: string, text: string): Element[] {
  return [body(text), xml("thread", {}, thread)];
}

/** XEP-0382 */
export function spoiler(hint: string, text: string): Element[] {
  return [body(text), xml("spoiler", { xmlns: NS.spoiler }, hint)];
}

/** XEP-0066: clients show the file in place of the text where both are the same address. */
export function file(url: string): Element[] {
  return [body(url), xml("x", { xmlns: NS.oob }, xml("url", {}, url))];
}

/** XEP-0449: a file with more around it (XEP-0447). */
export function sticker(url: string): Element[] {
  const data = xml("url-data", { xmlns: NS.urlData, target: url });
  const sharing = xml("file-sharing", { xmlns: NS.sfs, disposition: "inline" }, xml("sources", {}, data));
  return [...file(url), sharing, xml("sticker", { xmlns: NS.stickers })];
}

/** XEP-0482: a call that is joined by a link. */
export function call(url: string): Element[] {
  const invite = xml("invite", { xmlns: NS.calls, id: "call" }, xml("external", { uri: url }));
  return [body(url), invite];
}

/** XEP-0333: read up to this message. */
export const displayed = (of: Named): Element =>
  xml("displayed", { xmlns: NS.markers, id: of?.stanzaId ?? "" });

/** XEP-0080 */
export function place(latitude: string, longitude: string): Element[] {
  const geoloc = xml("geoloc", { xmlns: NS.geoloc }, xml("lat", {}, latitude), xml("lon", {}, longitude));
  return [body(`geo:${latitude},${longitude}`), geoloc];
}

/** XEP-0085 */
export const typing = (state: "composing" | "paused"): Element => xml(state, { xmlns: NS.chatStates });
