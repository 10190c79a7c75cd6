/** Presence of a room's occupants, and what a room says of people and of itself (XEP-0045). */
import type { Mapped, MappedEvent, MemberAction, PlatformUser, Role } from "../mapping.ts";
import type { XmlElement } from "../xml.ts";
import { child, children, childText, textOf } from "./elements.ts";
import { bareJid, byNick, NOTHING, occupantOf, onlyLoss, resourceOf, type XmppInbound } from "./inbound.ts";
import { NS } from "./namespaces.ts";

/** Why an occupant is gone (XEP-0045, section 15.6). */
const LEFT: Readonly<Record<string, MemberAction>> = {
  "301": "ban",
  "307": "kick",
  "321": "kick",
  "322": "kick",
};
const RENAMED = "303";
const SELF = "110";

/** What a presence means: state, most of it known already; who takes it compares. */
export function readPresence(stanza: XmlElement, context: XmppInbound): MappedEvent {
  const type = stanza.attrs["type"];
  if (type !== undefined && type !== "unavailable") return NOTHING;
  const user = occupantOf(stanza, context);
  if (user === null) return roomPicture(stanza);
  const x = child(stanza, "x", NS.mucUser);
  const codes = new Set(x === null ? [] : children(x, "status").map((status) => status.attrs["code"]));
  if (type === "unavailable") return { events: gone(stanza, x, codes, user, context), losses: [] };
  if (codes.has(SELF)) return NOTHING;
  const events: Mapped[] = [];
  if (context.occupant(user.name) === null)
    events.push({ kind: "member", user, action: "join", by: null, reason: "" });
  const role = roleOf(x === null ? null : child(x, "item"));
  if (role !== null) events.push({ kind: "role", user, role, by: null });
  events.push(availability(stanza, user));
  const photo = photoOf(stanza);
  if (photo !== null) events.push({ kind: "profile", user, avatar: photo });
  return { events, losses: [] };
}

function gone(
  stanza: XmlElement,
  x: XmlElement | null,
  codes: ReadonlySet<string | undefined>,
  user: PlatformUser,
  context: XmppInbound,
): readonly Mapped[] {
  const item = x === null ? null : child(x, "item");
  const nick = item?.attrs["nick"];
  if (codes.has(RENAMED) && nick !== undefined && nick !== "")
    return [{ kind: "profile", user: { native: user.native, name: nick }, avatar: null }];
  const destroyed = x === null ? null : child(x, "destroy");
  if (destroyed !== null) {
    const to = destroyed.attrs["jid"] ?? null;
    return [{ kind: "room", change: "destroyed", to, reason: childText(destroyed, "reason") }];
  }
  for (const [code, action] of Object.entries(LEFT)) {
    if (!codes.has(code)) continue;
    const reason = item === null ? "" : childText(item, "reason");
    return [{ kind: "member", user, action, by: actorOf(item, context), reason }];
  }
  const reason = childText(stanza, "status");
  return [{ kind: "member", user, action: "leave", by: null, reason }];
}

function actorOf(item: XmlElement | null, context: XmppInbound): PlatformUser | null {
  const nick = item === null ? undefined : child(item, "actor")?.attrs["nick"];
  return nick === undefined || nick === "" ? null : (context.occupant(nick) ?? byNick(nick, context));
}

function availability(stanza: XmlElement, user: PlatformUser): Mapped {
  const show = childText(stanza, "show").trim();
  const state = show === "" || show === "chat" ? "online" : "away";
  return { kind: "presence", user, state, text: childText(stanza, "status") };
}

function roleOf(item: XmlElement | null): Role | null {
  switch (item?.attrs["affiliation"]) {
    case "owner":
      return "owner";
    case "admin":
      return "admin";
    case "outcast":
      return "banned";
    default:
  }
  switch (item?.attrs["role"]) {
    case "moderator":
      return "moderator";
    case "participant":
      return "member";
    case "visitor":
      return "visitor";
    default:
      return item?.attrs["affiliation"] === "member" ? "member" : null;
  }
}

/** The hash of the picture (XEP-0153), empty where there is none; null: not said. */
export function photoOf(stanza: XmlElement): string | null {
  const update = child(stanza, "x", NS.vcardUpdate);
  const photo = update === null ? null : child(update, "photo");
  if (photo === null) return null;
  const hash = textOf(photo).trim().toLowerCase();
  return /^[0-9a-f]{40}$/.test(hash) ? `sha1:${hash}` : "";
}

function roomPicture(stanza: XmlElement): MappedEvent {
  const value = photoOf(stanza);
  if (value === null) return NOTHING;
  return {
    events: [{ kind: "property", sender: null, property: { name: "avatar", item: "", value } }],
    losses: [],
  };
}

/** A room's answer to disco#info: its name and whether visitors may speak. */
export function readRoomInfo(stanza: XmlElement): MappedEvent {
  const query = child(stanza, "query", NS.discoInfo);
  if (query === null) return NOTHING;
  const identity = children(query, "identity").find((one) => one.attrs["category"] === "conference");
  const features = new Set(children(query, "feature").map((feature) => feature.attrs["var"]));
  const events = [property("name", identity?.attrs["name"] ?? "")];
  if (features.has("muc_moderated")) events.push(property("moderated", "true"));
  else if (features.has("muc_unmoderated")) events.push(property("moderated", "false"));
  return { events, losses: [] };
}

function property(name: "name" | "moderated", value: string): Mapped {
  return { kind: "property", sender: null, property: { name, item: "", value } };
}

/** An invitation of somebody by an occupant (mediated) or from outside (XEP-0249), or a change of an absent user. */
export function readAffairs(stanza: XmlElement, context: XmppInbound): MappedEvent | null {
  const x = child(stanza, "x", NS.mucUser);
  const invite = x === null ? null : child(x, "invite");
  if (invite !== null) {
    const to = invite.attrs["to"] ?? stanza.attrs["to"] ?? "";
    return invitation(to, invite.attrs["from"] ?? "", childText(invite, "reason"), context);
  }
  const direct = child(stanza, "x", NS.conference);
  if (direct !== null) {
    const { jid = "", reason = "" } = direct.attrs;
    if (bareJid(jid).toLowerCase() !== context.roomJid)
      return onlyLoss("not_bridged", "another room's invitation");
    return invitation(stanza.attrs["to"] ?? "", stanza.attrs["from"] ?? "", reason, context);
  }
  if (!isRoom(stanza, context)) return null;
  return asked(stanza, context) ?? (x === null ? null : affiliated(child(x, "item"), context));
}

/** Whether the room itself speaks. */
export function isRoom(stanza: XmlElement, context: XmppInbound): boolean {
  return stanza.attrs["from"] === context.roomJid;
}

function invitation(to: string, from: string, reason: string, context: XmppInbound): MappedEvent {
  if (to === "") return onlyLoss("event_unreadable", "an invitation of nobody");
  const user = outsider(to);
  const nick = bareJid(from) === context.roomJid ? resourceOf(from) : "";
  const occupant = nick === "" ? null : (context.occupant(nick) ?? byNick(nick, context));
  const by = from === "" ? null : (occupant ?? outsider(from));
  return { events: [{ kind: "member", user, action: "invite", by, reason }], losses: [] };
}

function outsider(jid: string): PlatformUser {
  const native = bareJid(jid);
  return { native, name: native.split("@", 1)[0] ?? native };
}

/** Somebody asks to become a member (XEP-0045, section 7.10). */
function asked(stanza: XmlElement, context: XmppInbound): MappedEvent | null {
  const form = child(stanza, "x", NS.dataForm);
  if (form === null) return null;
  const values = new Map(
    children(form, "field").map((field) => [field.attrs["var"] ?? "", childText(field, "value")]),
  );
  if (values.get("FORM_TYPE") !== "http://jabber.org/protocol/muc#register") return null;
  const jid = values.get("muc#jid") ?? values.get("jid") ?? "";
  const name = values.get("muc#register_roomnick") ?? "";
  const user = jid === "" ? byNick(name, context) : { ...outsider(jid), name: name || outsider(jid).name };
  return { events: [{ kind: "member", user, action: "knock", by: null, reason: "" }], losses: [] };
}

function affiliated(item: XmlElement | null, context: XmppInbound): MappedEvent | null {
  const jid = item?.attrs["jid"];
  if (item === null || jid === undefined || jid === "") return null;
  const user = outsider(jid);
  const by = actorOf(item, context);
  const role = item.attrs["affiliation"] === "none" ? "member" : roleOf(item);
  if (role === null) return null;
  if (role === "banned")
    return {
      events: [{ kind: "member", user, action: "ban", by, reason: childText(item, "reason") }],
      losses: [],
    };
  return { events: [{ kind: "role", user, role, by }], losses: [] };
}
