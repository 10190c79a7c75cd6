/** Entries of the log as calls of Slack's Web API. */
import type { Loss } from "../loss.ts";
import type { Outgoing, Written } from "../mapping.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "./call.ts";
import { writeNotice } from "./notice.ts";
import { writePollEnd, writeTally } from "./write-poll-change.ts";
import { deletion, writeShown } from "./write-message.ts";
import { writeReaction, writeUnreaction } from "./write-reaction.ts";
import { without, writeMember, writeProperty, writeRoom } from "./write-room.ts";

type Result = Written<SlackCall>;
type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;

/** What is to be called in the channel, in order. Total, and the same whenever it is asked with the same context. */
export function fromMimi(event: Outgoing, capabilities: SlackCapabilities, context: SlackOutbound): Result {
  switch (event.kind) {
    case "message":
      return writeMessage(event, capabilities, context);
    case "property":
      return writeProperty(event.property, capabilities, context);
    case "member":
      return writeMember(event, capabilities, context);
    case "room":
      return writeRoom(event, capabilities, context);
    case "notice":
      return writeNotice(event.text, context);
    case "role":
      return without("role_unsupported", event.role);
    case "profile":
      return without("profile_unsupported", "shown from the user's next message on");
    case "marker":
      return without("marker_unsupported", event.status);
    case "typing":
      return without("typing_unsupported", "apps can't show it");
    case "presence":
      return without("presence_unsupported", event.state);
  }
}

function writeMessage(
  event: OutgoingMessage,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const { body } = event.message;
  switch (body.kind) {
    case "reaction":
      return writeReaction(event, body.reaction, context);
    case "unreaction":
      return writeUnreaction(event, context);
    case "deletion":
      return writeDeletion(event, context);
    case "vote":
      // The poll itself shows how it stands, once for many votes.
      return { calls: [], losses: [] };
    case "poll-end":
      return writePollEnd(event, body.text, capabilities, context);
    case "poll": {
      const { replaces } = event.message;
      const counted = replaces === null ? null : writeTally(replaces, context);
      return counted?.calls.length ? counted : writeShown(event, body, capabilities, context);
    }
    case "text":
    case "media":
    case "location":
    case "call":
    case "unknown":
      return writeShown(event, body, capabilities, context);
  }
}

/** The app deletes what it posted itself, all parts of it; what people of Slack said stays theirs. */
function writeDeletion({ message }: OutgoingMessage, context: SlackOutbound): Result {
  const target = message.replaces === null ? null : context.message(message.replaces);
  if (target === null) return without("target_unknown", "a deletion");
  if (!target.ours) return without("deletion_kept", "the app deletes its own messages only");
  const calls = target.parts.flatMap((part) => deletion(part, context));
  const losses: Loss[] = calls.length === 0 ? [{ code: "target_unknown", detail: "a deletion" }] : [];
  return { calls, losses };
}
