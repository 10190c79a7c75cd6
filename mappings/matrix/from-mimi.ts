/** What is to be called at a homeserver for an entry of a group's log. */
import type { Outgoing, Written } from "../mapping.ts";
import type { MatrixCall } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText } from "./draft.ts";
import { shownName } from "./names.ts";
import { loss } from "./result.ts";
import { writeMember } from "./write-member.ts";
import { writeMessage } from "./write-message.ts";
import { notice, writeRoom } from "./write-notice.ts";
import { writeProperty, writeRole } from "./write-state.ts";

/** Milliseconds after which a homeserver takes a ghost for silent; typing is said again before. */
const TYPING_TIMEOUT = 30_000;
/** Octets of JSON of a display name and of a status. */
const NAME = 250;
const STATUS = 1024;

/**
 * The calls for an event, in order, the same whenever it is asked. Total: what the room does not take is a loss. No
 * content is longer than a homeserver takes (client-server API, section 7.2).
 */
export function fromMimi(
  event: Outgoing,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  switch (event.kind) {
    case "message":
      return writeMessage(event, capabilities, context);
    case "property":
      return writeProperty(event, capabilities, context);
    case "member":
      return writeMember(event, capabilities, context);
    case "role":
      return writeRole(event, capabilities, context);
    case "profile":
      return writeProfile(event, context);
    case "marker":
      return writeMarker(event, capabilities, context);
    case "typing": {
      const { user, typing } = event;
      if (!capabilities.typing) return { calls: [], losses: [loss("typing_unsupported", "off")] };
      return one({ kind: "typing", as: user.uri, typing, timeout: typing ? TYPING_TIMEOUT : 0 });
    }
    case "presence": {
      if (!capabilities.presence) return { calls: [], losses: [loss("presence_unsupported", "off")] };
      const presence = event.state === "away" ? "unavailable" : event.state;
      return one({ kind: "presence", as: event.user.uri, presence, status: cutText(event.text, STATUS) });
    }
    case "room":
      return writeRoom(event, context);
    case "notice":
      return one(notice(event.text, context));
  }
}

function one(call: MatrixCall): Written<MatrixCall> {
  return { calls: [call], losses: [] };
}

function writeProfile(
  event: Extract<Outgoing, { kind: "profile" }>,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const { user, avatar } = event;
  const native = avatar === null || avatar === "" ? avatar : context.media(avatar).native;
  const missing = native === null && avatar !== null;
  return {
    calls: [
      { kind: "profile", as: user.uri, name: cutText(shownName(user.name, user.uri), NAME), avatar: native },
    ],
    losses: missing ? [loss("profile_unsupported", "the homeserver has no copy of the avatar")] : [],
  };
}

/** A receipt is for the last part: all before it is read as well. */
function writeMarker(
  event: Extract<Outgoing, { kind: "marker" }>,
  capabilities: MatrixCapabilities,
  context: MatrixOutbound,
): Written<MatrixCall> {
  if (event.status !== "read" || !capabilities.receipts)
    return { calls: [], losses: [loss("marker_unsupported", event.status)] };
  const message = context.message(event.upTo);
  const last = message?.parts.at(-1)?.native;
  if (message === null || last === undefined)
    return { calls: [], losses: [loss("target_unknown", "marker")] };
  const thread = message.threadRoot?.native ?? "main";
  return one({ kind: "receipt", as: event.user.uri, eventId: last, thread });
}
