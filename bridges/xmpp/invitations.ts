/**
 * Invitations into rooms (XEP-0045, section 7.8.2; XEP-0249). The gateway comes into rooms that are linked, and nobody can
 * invite the people whom ghosts stand for: whoever invites is told what to do instead.
 */
import { bare, NS } from "./names.ts";
import { attribute, type Element, xml } from "./xml.ts";

export interface Invitation {
  readonly room: string;
  /** Who invites, as far as it is told. */
  readonly by: string;
  /** Whether the room has passed it on, and takes the answer. */
  readonly mediated: boolean;
}

/** What a message to one of ours invites to; null: it is no invitation. */
export function invitationOf(stanza: Element): Invitation | null {
  const from = attribute(stanza, "from") ?? "";
  const invite = stanza.getChild("x", NS.mucUser)?.getChild("invite");
  if (invite) return { room: bare(from), by: attribute(invite, "from") ?? "", mediated: true };
  const direct = stanza.getChild("x", NS.invitation);
  const room = direct && attribute(direct, "jid");
  return room ? { room: bare(room), by: from, mediated: false } : null;
}

/** The answer to an invitation of `invited`; `gateway`: whether that is the gateway itself. null: there is nobody to answer. */
export function invitationAnswer(
  { room, by, mediated }: Invitation,
  invited: string,
  gateway: boolean,
): Element | null {
  if (by === "") return null;
  const text = gateway
    ? `I come into a room when it is linked. Whoever manages ${room} writes to me: link OTHER ${room}, or: help`
    : "People of other platforms can't be invited. They are heard in the rooms that are linked with theirs.";
  if (!mediated) return xml("message", { from: invited, to: by, type: "chat" }, xml("body", {}, text));
  const decline = xml("decline", { to: by }, xml("reason", {}, text));
  return xml("message", { from: invited, to: room }, xml("x", { xmlns: NS.mucUser }, decline));
}
