/** What is shown in a room and not delivered: who types (XEP-0085), and who has read up to which message (XEP-0333). */
import type { MessageName } from "../../core/bridge/inbound.ts";
import type { Shown, Speaker } from "../../core/bridge/outbound.ts";
import { emptyContext } from "../../core/groups/context-finder.ts";
import { fromMimi } from "../../mappings/xmpp/from-mimi.ts";
import type { XmppCapabilities } from "../../mappings/xmpp/outbound.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { namesOf } from "./inbound-context.ts";
import { NS } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

/** What the room may call the message up to which its author has read; null: the stanza does not say. */
export function readUpTo(message: Element): readonly MessageName[] | null {
  const displayed = message.getChild("displayed", NS.chatMarkers);
  const id = displayed && attribute(displayed, "id");
  return id ? namesOf(id) : null;
}

/** The messages, each by its payload, that show it in a room. */
export function shownAs(
  what: Shown,
  user: Speaker,
  capabilities: XmppCapabilities,
): readonly (readonly XmlElement[])[] {
  const { calls } =
    what.kind === "typing"
      ? fromMimi({ kind: "typing", user, typing: what.typing }, capabilities, emptyContext)
      : fromMimi({ kind: "marker", user, upTo: what.upTo, status: "read" }, capabilities, what.context);
  return calls.flatMap((call) => (call.kind === "message" ? [call.payload] : []));
}
