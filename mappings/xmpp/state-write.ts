/** Everything that is not a message: the room's state, its members, and what is gone in a moment. */
import type { Loss } from "../loss.ts";
import type { Author, OutboundContext, Outgoing } from "../mapping.ts";
import { parseEventId } from "../ids.ts";
import type { XmlElement } from "../xml.ts";
import { bodyText, element } from "./elements.ts";
import { NS } from "./namespaces.ts";
import { cleanName } from "./nick.ts";
import { outLoss, type XmppCall, type XmppCapabilities } from "./outbound.ts";
import { stanzaIdOf } from "./relations-write.ts";

type State = Exclude<Outgoing, { kind: "message" }>;
type OutProperty = Extract<Outgoing, { kind: "property" }>;
type OutMember = Extract<Outgoing, { kind: "member" }>;
type OutRoom = Extract<Outgoing, { kind: "room" }>;

/** The calls that show it; `losses` takes what can't be shown. */
export function writeState(
  event: State,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  switch (event.kind) {
    case "property":
      return property(event, capabilities, context, losses);
    case "member":
      return member(event, capabilities, context, losses);
    case "role": {
      const { native } = context.user(event.user.uri);
      if (native !== null && capabilities.administration) return [{ kind: "role", native, role: event.role }];
      return lose(losses, "role_unsupported", event.role);
    }
    case "profile": {
      const { uri, name } = event.user;
      const avatar =
        event.avatar === null || event.avatar === "" ? event.avatar : context.media(event.avatar).url;
      return [{ kind: "profile", user: uri, name, avatar }];
    }
    case "marker": {
      const part = context.message(event.upTo)?.parts.at(-1);
      const id = stanzaIdOf(part, capabilities);
      if (event.status !== "read" || !capabilities.markers || id === null)
        return lose(losses, "marker_unsupported", event.status);
      return [unnumbered(event.user, element("displayed", { xmlns: NS.chatMarkers, id }))];
    }
    case "typing": {
      if (!capabilities.typing) return lose(losses, "typing_unsupported", "");
      const state = element(event.typing ? "composing" : "paused", { xmlns: NS.chatStates });
      return [unnumbered(event.user, state, element("no-store", { xmlns: NS.hints }))];
    }
    case "presence": {
      if (!capabilities.presence) return lose(losses, "presence_unsupported", event.state);
      const show = event.state === "online" ? "" : "away";
      return [{ kind: "presence", as: event.user.uri, show, status: bodyText(event.text).text }];
    }
    case "room":
      losses.push(outLoss("room_change_noted", event.change));
      return [notice(roomChange(event))];
    case "notice":
      return [notice(event.text)];
  }
}

function lose(losses: Loss[], code: Loss["code"], detail: string): readonly XmppCall[] {
  losses.push(outLoss(code, detail));
  return [];
}

function unnumbered(user: Author, ...payload: readonly XmlElement[]): XmppCall {
  return { kind: "message", as: user.uri, of: null, part: null, payload };
}

function notice(text: string): XmppCall {
  return { kind: "message", as: null, of: null, part: 0, payload: [element("body", {}, text)] };
}

function property(
  event: OutProperty,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  const { name, item, value } = event.property;
  switch (name) {
    case "topic":
      if (!capabilities.subject) break;
      return [{ kind: "subject", as: event.author?.uri ?? null, text: cleaned(value, losses) }];
    case "name":
      if (!capabilities.configuration) break;
      return [{ kind: "name", text: cleaned(value, losses).replaceAll(/\s+/g, " ") }];
    case "avatar":
      if (!capabilities.picture) break;
      return [{ kind: "avatar", url: value === "" ? "" : context.media(value).url }];
    case "moderated":
    case "read-only":
      if (!capabilities.configuration) break;
      return [{ kind: "moderated", moderated: value === "true" }];
    case "pins":
      losses.push(outLoss("property_unsupported", name));
      return pinned(item, value !== "", context);
  }
  return lose(losses, "property_unsupported", name);
}

function cleaned(value: string, losses: Loss[]): string {
  const { text, removed } = bodyText(value);
  if (removed > 0) losses.push(outLoss("characters_removed", `${removed} characters`));
  return text;
}

/** A line that tells what was pinned; nothing where it is not known here or no longer pinned. */
function pinned(item: string, isPinned: boolean, context: OutboundContext): readonly XmppCall[] {
  const id = parseEventId(item);
  const message = id === null || !isPinned ? null : context.message(id);
  if (message === null) return [];
  const name = cleanName(message.author.name) || "somebody";
  return [notice(`\u{1F4CC} ${name}: ${message.excerpt}`)];
}

/** Remote users come and go themselves; native ones are moved only by a gateway that may. */
function member(
  { user, action, reason }: OutMember,
  capabilities: XmppCapabilities,
  context: OutboundContext,
  losses: Loss[],
): readonly XmppCall[] {
  const { native } = context.user(user.uri);
  const why = bodyText(reason).text;
  if (native === null) {
    switch (action) {
      case "join":
        return [{ kind: "occupancy", user: user.uri, name: user.name, present: true, reason: why }];
      case "leave":
      case "kick":
      case "ban":
        return [{ kind: "occupancy", user: user.uri, name: user.name, present: false, reason: why }];
      case "knock":
        losses.push(outLoss("member_unsupported", action));
        return [notice(`${cleanName(user.name) || "Somebody"} asks to join`)];
      case "invite":
      case "unban":
        return lose(losses, "member_unsupported", action);
    }
  }
  switch (action) {
    case "invite":
      return [{ kind: "member", native, action, reason: why }];
    case "kick":
    case "ban":
    case "unban":
      if (capabilities.administration) return [{ kind: "member", native, action, reason: why }];
      return lose(losses, "member_unsupported", action);
    case "join":
    case "leave":
    case "knock":
      return lose(losses, "member_unsupported", action);
  }
}

function roomChange({ change, to, reason }: OutRoom): string {
  const happened = {
    archived: "The conversation was archived",
    restored: "The conversation was taken up again",
    moved: "The conversation goes on elsewhere",
    destroyed: "The conversation was closed",
  }[change];
  const where = to === null || to === "" ? "" : `: ${to}`;
  return reason === "" ? `${happened}${where}` : `${happened}${where} (${reason})`;
}
