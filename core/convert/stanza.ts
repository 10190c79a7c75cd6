/** What is to be done in a MUC, as the stanza that does it. */
import type { UserUri } from "../../mappings/ids.ts";
import type { Role } from "../../mappings/mapping.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { element } from "../../mappings/xmpp/elements.ts";
import type { XmppCall } from "../../mappings/xmpp/from-mimi.ts";
import { NS } from "../../mappings/xmpp/namespaces.ts";
import { STAND_IN_HOST } from "./stand-ins.ts";

const MUC = "http://jabber.org/protocol/muc";
/** The gateway's own nick. */
const GATEWAY = "gateway";

export interface Place {
  readonly roomJid: string;
  /** The stanza's `id`. */
  readonly id: string;
  nick(uri: UserUri): string;
}

const AFFILIATIONS: Readonly<Record<Role, string>> = {
  owner: "owner",
  admin: "admin",
  moderator: "member",
  member: "member",
  visitor: "none",
  banned: "outcast",
};

/** A ghost's own JID has his nick as its resource. */
export function stanzaOf(call: XmppCall, place: Place): XmlElement {
  const { roomJid, id } = place;
  const gateway = ghost(null, place);
  switch (call.kind) {
    case "message": {
      const attributes = { type: "groupchat", from: ghost(call.as, place), to: roomJid, id };
      return element("message", attributes, ...call.payload);
    }
    case "text-file": {
      const url = `https://${STAND_IN_HOST}/${id}/${encodeURIComponent(call.filename)}`;
      const attributes = { type: "groupchat", from: ghost(call.as, place), to: roomJid, id };
      const file = element("x", { xmlns: NS.oob }, element("url", {}, url));
      return element("message", attributes, element("body", {}, url), file);
    }
    case "subject": {
      const attributes = { type: "groupchat", from: ghost(call.as, place), to: roomJid, id };
      return element("message", attributes, element("subject", {}, call.text));
    }
    case "name":
      return configuration("muc#roomconfig_roomname", call.text, place);
    case "moderated":
      return configuration("muc#roomconfig_moderatedroom", call.moderated ? "1" : "0", place);
    case "avatar": {
      const photo = call.url === "" ? [] : [element("PHOTO", {}, element("EXTVAL", {}, call.url))];
      return request(element("vCard", { xmlns: "vcard-temp" }, ...photo), place);
    }
    case "moderate": {
      const reason = call.reason === "" ? [] : [element("reason", {}, call.reason)];
      const retract = element("retract", { xmlns: NS.retract });
      return request(
        element("moderate", { xmlns: NS.moderate, id: call.stanzaId }, retract, ...reason),
        place,
      );
    }
    case "occupancy": {
      const to = `${roomJid}/${call.name}`;
      const from = `${ghostJid(call.user)}/${call.name}`;
      if (call.present) return element("presence", { from, to, id }, element("x", { xmlns: MUC }));
      return element("presence", { type: "unavailable", from, to, id }, element("status", {}, call.reason));
    }
    case "member":
      return member(call, place, gateway);
    case "role":
      return administration({ jid: call.native, affiliation: AFFILIATIONS[call.role] }, "", place);
    case "profile": {
      const photo = call.avatar === null ? [] : [element("photo", {}, call.avatar)];
      const attributes = { from: `${ghostJid(call.user)}/${call.name}`, to: `${roomJid}/${call.name}`, id };
      return element("presence", attributes, element("x", { xmlns: NS.vcardUpdate }, ...photo));
    }
    case "presence": {
      const show = call.show === "" ? [] : [element("show", {}, call.show)];
      const status = call.status === "" ? [] : [element("status", {}, call.status)];
      const attributes = { from: ghost(call.as, place), to: `${roomJid}/${place.nick(call.as)}`, id };
      return element("presence", attributes, ...show, ...status);
    }
  }
}

function member(
  { native, action, reason }: Extract<XmppCall, { kind: "member" }>,
  place: Place,
  from: string,
): XmlElement {
  switch (action) {
    case "join":
    case "invite":
    case "knock": {
      const invite = element("invite", { to: native }, element("reason", {}, reason));
      const attributes = { from, to: place.roomJid, id: place.id };
      return element("message", attributes, element("x", { xmlns: NS.mucUser }, invite));
    }
    case "leave":
    case "kick":
      return administration({ nick: native.slice(native.lastIndexOf("/") + 1), role: "none" }, reason, place);
    case "ban":
      return administration({ jid: native, affiliation: "outcast" }, reason, place);
    case "unban":
      return administration({ jid: native, affiliation: "none" }, reason, place);
  }
}

function administration(item: Readonly<Record<string, string>>, reason: string, place: Place): XmlElement {
  const why = reason === "" ? [] : [element("reason", {}, reason)];
  return request(element("query", { xmlns: `${MUC}#admin` }, element("item", item, ...why)), place);
}

function configuration(field: string, value: string, place: Place): XmlElement {
  const fields = [entry("FORM_TYPE", `${MUC}#roomconfig`), entry(field, value)];
  const form = element("x", { xmlns: NS.dataForm, type: "submit" }, ...fields);
  return request(element("query", { xmlns: `${MUC}#owner` }, form), place);
}

function entry(name: string, text: string): XmlElement {
  return element("field", { var: name }, element("value", {}, text));
}

function request(payload: XmlElement, place: Place): XmlElement {
  const attributes = { type: "set", from: ghost(null, place), to: place.roomJid, id: place.id };
  return element("iq", attributes, payload);
}

function ghost(uri: UserUri | null, place: Place): string {
  return uri === null ? `${GATEWAY}@${STAND_IN_HOST}/${GATEWAY}` : `${ghostJid(uri)}/${place.nick(uri)}`;
}

function ghostJid(uri: UserUri): string {
  return `${uri.slice(uri.lastIndexOf("/") + 1)}@${STAND_IN_HOST}`;
}
