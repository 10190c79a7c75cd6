/** Namespaces, and the addresses under which the gateway itself and its ghosts are known on an XMPP service. */
import { parseProviderDomain, type UserUri } from "../../mappings/ids.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { GatewayError } from "../../core/errors.ts";

export const NS = {
  muc: "http://jabber.org/protocol/muc",
  mucUser: "http://jabber.org/protocol/muc#user",
  mucAdmin: "http://jabber.org/protocol/muc#admin",
  mucOwner: "http://jabber.org/protocol/muc#owner",
  discoInfo: "http://jabber.org/protocol/disco#info",
  discoItems: "http://jabber.org/protocol/disco#items",
  commands: "http://jabber.org/protocol/commands",
  invitation: "jabber:x:conference",
  stanzaId: "urn:xmpp:sid:0",
  occupantId: "urn:xmpp:occupant-id:0",
  mam: "urn:xmpp:mam:2",
  rsm: "http://jabber.org/protocol/rsm",
  forward: "urn:xmpp:forward:0",
  delay: "urn:xmpp:delay",
  dataForm: "jabber:x:data",
  ping: "urn:xmpp:ping",
  version: "jabber:iq:version",
  time: "urn:xmpp:time",
  vcard: "vcard-temp",
  vcardUpdate: "vcard-temp:x:update",
  hints: "urn:xmpp:hints",
  chatStates: "http://jabber.org/protocol/chatstates",
  chatMarkers: "urn:xmpp:chat-markers:0",
  moderate: "urn:xmpp:message-moderate:1",
  moderateOld: "urn:xmpp:message-moderate:0",
  retract: "urn:xmpp:message-retract:1",
  retractOld: "urn:xmpp:message-retract:0",
  fasten: "urn:xmpp:fasten:0",
  upload: "urn:xmpp:http:upload:0",
  stanzaErrors: "urn:ietf:params:xml:ns:xmpp-stanzas",
  /** Our own mark on what we say: which gateway, group and event it is a copy of. */
  mark: "urn:mimi-gateway:mark:0",
} as const;

const RESOURCE = "gateway";

/** The JID that listens in every room, and speaks for the gateway itself. */
export const listenerJid = (domain: string): string => `bridge@${domain}/${RESOURCE}`;

/** Whether something is for the gateway itself, and not for a ghost. */
export const isGateway = (to: string, domain: string): boolean =>
  to === domain || bare(to) === bare(listenerJid(domain));

/** The JID that stands in a room for a remote user: the same for the same user, whatever he is called. */
export function ghostJid(domain: string, uri: UserUri): string {
  const match = /^mimi:\/\/([^/]+)\/u\/([^/]+)$/.exec(uri);
  return `${match?.[2] ?? "unknown"}_${match?.[1] ?? "unknown"}@${domain}/${RESOURCE}`;
}

export const bare = (jid: string): string => jid.split("/", 1)[0] ?? jid;

/** What stands after the first slash; empty in a bare JID. */
export function resource(jid: string): string {
  const at = jid.indexOf("/");
  return at < 0 ? "" : jid.slice(at + 1);
}

/** A MUC's bare JID in lower case (RFC 7622 folds the case of its parts). Throws room_invalid. */
export function parseRoomJid(text: string): NativeRoom {
  const jid = text.trim().toLowerCase();
  const match = /^([^\s"&'/:<>@]+)@([^\s"&'/:<>@]+)$/u.exec(jid);
  if (!match || parseProviderDomain(match[2] ?? "") === null || Buffer.byteLength(match[1] ?? "") > 1023)
    throw new GatewayError(
      "room_invalid",
      `${JSON.stringify(text)} is not a room's address: write ROOM@SERVICE`,
    );
  return jid as NativeRoom;
}
