/** What is shown in a room and not delivered: who types (XEP-0085), and who has read up to which message (XEP-0333). */
import type { MessageName } from "../../core/bridge/inbound.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Shown, Speaker } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { emptyContext } from "../../core/groups/context-finder.ts";
import { fromMimi } from "../../mappings/xmpp/from-mimi.ts";
import type { XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { namesOf } from "./inbound-context.ts";
import { typingOf } from "./kept-stanza.ts";
import { NS, resource } from "./names.ts";
import type { RoomPeople } from "./people.ts";
import { attribute, type Element } from "./xml.ts";

/** What the room may call the message up to which its author has read; null: the stanza does not say. */
export function readUpTo(message: Element): readonly MessageName[] | null {
  const displayed = message.getChild("displayed", NS.chatMarkers);
  const id = displayed && attribute(displayed, "id");
  return id ? namesOf(id) : null;
}

/** Tells the core that somebody types or ceases to, or has read something. */
export function passOn(
  message: Element,
  room: NativeRoom,
  people: Pick<RoomPeople, "identity">,
  host: Pick<BridgeHost, "transient" | "read">,
): void {
  const nick = resource(attribute(message, "from") ?? "");
  const identity = people.identity(nick);
  if (identity === null || message.getChild("delay", NS.delay)) return;
  const user = { native: `${room}/${identity}`, name: nick };
  const typing = typingOf(message);
  if (typing !== null) host.transient(room, user, { kind: "typing", typing });
  const upTo = readUpTo(message);
  if (upTo !== null) host.read(room, user, upTo);
}

/** The messages, each by its payload, that show it in a room. */
export function shownAs(
  what: Shown,
  user: Speaker,
  capabilities: XmppCapabilities,
): readonly (readonly XmlElement[])[] {
  // A ghost gets its new nick when it next says something.
  if (what.kind === "profile") return [];
  const { calls } =
    what.kind === "typing"
      ? fromMimi({ kind: "typing", user, typing: what.typing }, capabilities, emptyContext)
      : fromMimi({ kind: "marker", user, upTo: what.upTo, status: "read" }, capabilities, what.context);
  return calls.flatMap((call) => (call.kind === "message" ? [call.payload] : []));
}
