/** Events of Slack into what they mean. */
import type { z } from "zod";
import type { MappedEvent } from "../mapping.ts";
import { type SlackMessage, head, schemas } from "./event.ts";
import { type SlackInbound, isOwn, lost, nothing } from "./inbound.ts";
import { readVote } from "./polls.ts";
import { readChanged, readDeleted, readNew } from "./read-message.ts";
import { readReaction, readUnreaction } from "./read-reaction.ts";
import { readMembership, readPin, readProfile, readRename, readTopic, roomChange } from "./read-room.ts";

/** Messages that tell again what an event of its own tells, or that concern the workspace alone. */
const TWINS = new Set([
  "channel_join",
  "channel_leave",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "channel_convert_to_private",
  "group_join",
  "group_leave",
  "group_name",
  "group_archive",
  "group_unarchive",
  "message_replied",
  "pinned_item",
  "unpinned_item",
  "bot_add",
  "bot_remove",
  "bot_enable",
  "bot_disable",
  "reminder_add",
  "ekm_access_denied",
]);

/** Kinds of events that tell the bridge about the workspace and nobody in the room anything. */
const BOOKKEEPING = new Set(["emoji_changed", "file_shared", "app_rate_limited"]);

/**
 * What an inner event of the Events API, or a block_actions payload, means in its channel. Total: what is not of the
 * documented shape is a loss. Events that the gateway itself caused mean nothing.
 */
export function toMimi(event: unknown, context: SlackInbound): MappedEvent {
  const { data } = head.safeParse(event);
  if (!data) return lost("event_unreadable", "not an event of Slack");
  const { type, subtype, hidden } = data;
  switch (type) {
    case "message":
      return readMessageEvent(event, subtype ?? "", hidden ?? false, context);
    case "reaction_added":
      return parsed(schemas.reaction, event, (reaction) => readReaction(reaction, context));
    case "reaction_removed":
      return parsed(schemas.reaction, event, (reaction) => readUnreaction(reaction, context));
    case "pin_added":
      return parsed(schemas.pin, event, (pin) => readPin(pin, true, context));
    case "pin_removed":
      return parsed(schemas.pin, event, (pin) => readPin(pin, false, context));
    case "member_joined_channel":
      return parsed(schemas.membership, event, (member) => readMembership(member, "join", context));
    case "member_left_channel":
      return parsed(schemas.membership, event, (member) => readMembership(member, "leave", context));
    case "channel_rename":
    case "group_rename":
      return parsed(schemas.renamed, event, (renamed) => readRename(renamed, context));
    case "channel_archive":
    case "group_archive":
      return roomChange("archived", null);
    case "channel_unarchive":
    case "group_unarchive":
      return roomChange("restored", null);
    case "channel_deleted":
    case "group_deleted":
      return roomChange("destroyed", null);
    case "channel_id_changed":
      return parsed(schemas.moved, event, (moved) => roomChange("moved", moved.new_channel_id));
    case "user_change":
    case "user_profile_changed":
      return parsed(schemas.profile, event, (profile) => readProfile(profile));
    case "block_actions":
      return parsed(schemas.pressed, event, (pressed) => readVote(pressed, context));
    default:
      return BOOKKEEPING.has(type) ? nothing : lost("not_bridged", `an event of type ${type.slice(0, 80)}`);
  }
}

function readMessageEvent(
  event: unknown,
  subtype: string,
  hidden: boolean,
  context: SlackInbound,
): MappedEvent {
  if (subtype === "message_changed")
    return parsed(schemas.changed, event, ({ message, previous_message: previous }) =>
      readChanged(inChannel(message, event), previous ?? null, context),
    );
  if (subtype === "message_deleted")
    return parsed(schemas.deleted, event, ({ deleted_ts: ts, previous_message: previous }) =>
      readDeleted(ts, previous ?? null, context),
    );
  if (hidden || TWINS.has(subtype)) return nothing;
  if (subtype === "channel_posting_permissions")
    return lost("not_bridged", "who may post in the channel changed: the next delivery tells");
  if (subtype === "channel_purpose" || subtype === "group_purpose")
    return lost("property_unsupported", "a channel's purpose: rooms have a topic only");
  return parsed(schemas.message, event, (message) => {
    if (subtype === "channel_topic" || subtype === "group_topic") return readTopic(message, context);
    return isOwn(message, context.self) ? nothing : readNew(message, context);
  });
}

/** The message within a change does not say its channel's kind; the change does. */
function inChannel(message: SlackMessage, event: unknown): SlackMessage {
  const { data } = schemas.channel.safeParse(event);
  return { ...message, channel: data?.channel ?? message.channel, channel_type: data?.channel_type };
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  event: unknown,
  read: (event: z.infer<Schema>) => MappedEvent,
): MappedEvent {
  const { data, error } = schema.safeParse(event);
  if (!error) return read(data);
  const where = error.issues[0]?.path.join(".") ?? "";
  return lost("event_unreadable", `not of the documented shape: ${where.slice(0, 80)}`);
}
