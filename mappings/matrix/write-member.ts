/** Members' coming and going as memberships (client-server API, section 8.5). */
import type { Author, Outgoing, Written } from "../mapping.ts";
import type { MatrixCall } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText } from "./draft.ts";
import { shownName } from "./names.ts";
import { loss } from "./result.ts";
import { notice } from "./write-notice.ts";

type OutgoingMember = Extract<Outgoing, { kind: "member" }>;

/** Octets of JSON. */
const REASON = 2048;

export function writeMember(
  event: OutgoingMember,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  if (event.action === "knock")
    return {
      calls: [notice(`${isolated(event.user)} asks to join${because(event.reason)}`, context)],
      losses: [loss("room_change_noted", "knock")],
    };
  return context.isRemote(event.user.uri)
    ? writeGhost(event, event.action, capabilities)
    : writeNative(event, event.action, capabilities);
}

type Action = Exclude<OutgoingMember["action"], "knock">;

/** Who is put out elsewhere goes here too: by force where the gateway may, else of himself. */
function writeGhost(
  event: OutgoingMember,
  action: Action,
  capabilities: MatrixCapabilities,
): Written<MatrixCall> {
  switch (action) {
    case "join":
    case "leave":
      return { calls: [change(event, action, true)], losses: [] };
    case "kick":
      return {
        calls: [change(event, capabilities.moderate ? "kick" : "leave", !capabilities.moderate)],
        losses: [],
      };
    case "ban":
      if (capabilities.moderate) return { calls: [change(event, "ban", false)], losses: [] };
      return { calls: [change(event, "leave", true)], losses: [loss("member_unsupported", "ban as leave")] };
    case "invite":
    case "unban":
      if (capabilities.moderate) return { calls: [change(event, action, false)], losses: [] };
      return { calls: [], losses: [loss("member_unsupported", action)] };
  }
}

function writeNative(
  event: OutgoingMember,
  action: Action,
  capabilities: MatrixCapabilities,
): Written<MatrixCall> {
  const own = action === "join" || action === "leave";
  if (own || !capabilities.moderate || !capabilities.mirrorModeration)
    return { calls: [], losses: [loss("member_unsupported", action)] };
  return { calls: [change(event, action, false)], losses: [] };
}

function change(event: OutgoingMember, action: Action, asUser: boolean): MatrixCall {
  const { uri } = event.user;
  const by = event.by === null ? "" : ` (${isolated(event.by)})`;
  const reason = cutText(event.reason, REASON) + (asUser ? "" : by);
  return { kind: "membership", as: asUser ? uri : null, action, user: uri, reason: reason.trim() };
}

function because(reason: string): string {
  return reason === "" ? "" : `: ${cutText(reason, REASON)}`;
}

/** A name between marks that keep its direction of writing from reordering the sentence. */
function isolated({ name, uri }: Author): string {
  return `\u2068${shownName(name, uri)}\u2069`;
}
