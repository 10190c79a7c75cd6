/** The stanzas of a MUC service with one room, as a component gets them. */
import { attribute, type Element } from "../../bridges/xmpp/xml.ts";
import type { NativeRoom } from "../../core/ids.ts";

export const room = "tea@muc.test" as NativeRoom;
export const listener = "bridge@gw.test/gateway";
export const MUC = "http://jabber.org/protocol/muc";
export const DISCO = "http://jabber.org/protocol/disco#info";
const MUC_USER = "http://jabber.org/protocol/muc#user";
const STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** A presence from the room, with its status codes and what its item says. */
export function presence(
  nick: string,
  to: string,
  {
    statuses = [],
    item = "affiliation='none' role='participant'",
    type = "",
    more = "",
    beside = "",
  }: {
    readonly statuses?: readonly number[];
    readonly item?: string;
    readonly type?: string;
    readonly more?: string;
    /** What stands beside the MUC's own element. */
    readonly beside?: string;
  } = {},
): string {
  const codes = statuses.map((code) => `<status code='${code}'/>`).join("");
  const kind = type === "" ? "" : ` type='${type}'`;
  return (
    `<presence from='${room}/${nick}' to='${to}'${kind}>${beside}` +
    `<x xmlns='${MUC_USER}'><item ${item}/>${codes}${more}</x></presence>`
  );
}

/** The room's refusal of a stanza. */
export function refused(stanza: Element, condition: string, type = "cancel", text = ""): string {
  const [from, to, id] = ["to", "from", "id"].map((name) => attribute(stanza, name) ?? "");
  const words = text === "" ? "" : `<text xmlns='${STANZAS}'>${text}</text>`;
  return (
    `<${stanza.name} type='error' from='${from}' to='${to}' id='${id}'>` +
    `<error type='${type}'><${condition} xmlns='${STANZAS}'/>${words}</error></${stanza.name}>`
  );
}

/** Something said in the room by an occupant, or by the room itself where there is no nick, as the listener hears it. */
export function said(
  nick: string,
  children: string,
  { id = "m1", type = "groupchat", to = listener } = {},
): string {
  const from = nick === "" ? room : `${room}/${nick}`;
  return `<message type='${type}' from='${from}' to='${to}' id='${id}'>${children}</message>`;
}

/** What a room writes into a message: its id of it, and who said it. */
export const ids = (stanzaId: string, occupant: string): string =>
  `<stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='${stanzaId}'/>` +
  `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${occupant}'/>`;

/** The JID of the ghost of somebody. */
export const ghost = (name: string): string => `${name.toLowerCase()}_a.test@gw.test/gateway`;

/** Whether a stanza asks to be let in. */
export const isEntering = (stanza: Element): boolean =>
  stanza.name === "presence" && attribute(stanza, "type") === undefined;
