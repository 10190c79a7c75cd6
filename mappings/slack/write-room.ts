/** What happens to a room and its members, as far as Slack's channels have it. */
import { parseEventId } from "../ids.ts";
import type { LossCode } from "../loss.ts";
import type { Outgoing, PropertyValue, Written } from "../mapping.ts";
import type { SlackCall, SlackCapabilities, SlackOutbound } from "./call.ts";
import { channelName, channelTopic } from "./channel-name.ts";
import { writeNotice } from "./notice.ts";

type Result = Written<SlackCall>;
type Of<Kind extends Outgoing["kind"]> = Extract<Outgoing, { kind: Kind }>;

export function writeProperty(
  property: PropertyValue,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const unset = property.value === "";
  switch (property.name) {
    case "name":
      if (unset || !capabilities.rename) return without("property_unsupported", "the channel keeps its name");
      return writeName(property.value, context);
    case "topic":
      if (!capabilities.topic) return without("property_unsupported", "the channel keeps its topic");
      return writeTopic(property.value, context);
    case "pins":
      if (!capabilities.pins) return without("property_unsupported", "the app may not pin messages");
      return writePin(property.item, !unset, context);
    case "avatar":
      return without("property_unsupported", "channels have no avatar");
    case "moderated":
    case "read-only":
      return without("property_unsupported", `${property.name}: who may post is set on Slack alone`);
  }
}

function writeName(value: string, { channel }: SlackOutbound): Result {
  const name = channelName(value);
  if (name === null) return without("property_unsupported", "nothing of the name may stand in a channel's");
  const call: SlackCall = { method: "conversations.rename", arguments: { channel, name } };
  return shortened(call, name !== value, "name");
}

function writeTopic(value: string, { channel }: SlackOutbound): Result {
  const topic = channelTopic(value);
  const call: SlackCall = { method: "conversations.setTopic", arguments: { channel, topic } };
  return shortened(call, topic.endsWith("…") && !value.endsWith("…"), "topic");
}

function shortened(call: SlackCall, changed: boolean, detail: string): Result {
  return { calls: [call], losses: changed ? [{ code: "property_shortened", detail }] : [] };
}

function writePin(item: string, pinned: boolean, context: SlackOutbound): Result {
  const id = parseEventId(item);
  const timestamp = id === null ? undefined : context.message(id)?.parts[0]?.native;
  if (timestamp === undefined) return without("target_unknown", "the pinned message");
  const method = pinned ? "pins.add" : "pins.remove";
  return { calls: [{ method, arguments: { channel: context.channel, timestamp } }], losses: [] };
}

/** Only people of Slack are members of a channel; what remote users do in theirs is not shown. */
export function writeMember(
  event: Of<"member">,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const { native } = context.user(event.user.uri);
  const { channel } = context;
  if (native === null || !capabilities.members || event.by === null)
    return without("member_unsupported", event.action);
  switch (event.action) {
    case "invite":
    case "join":
      return {
        calls: [{ method: "conversations.invite", arguments: { channel, users: native } }],
        losses: [],
      };
    case "kick":
      return { calls: [{ method: "conversations.kick", arguments: { channel, user: native } }], losses: [] };
    case "ban":
      return {
        calls: [{ method: "conversations.kick", arguments: { channel, user: native } }],
        losses: [{ code: "member_unsupported", detail: "ban: removed only; Slack has no bans" }],
      };
    case "leave":
    case "unban":
    case "knock":
      return without("member_unsupported", event.action);
  }
}

/** Archiving and its undoing are Slack's own where the app may; the rest is told. */
export function writeRoom(
  event: Of<"room">,
  capabilities: SlackCapabilities,
  context: SlackOutbound,
): Result {
  const { channel } = context;
  if (capabilities.archive && event.change === "archived")
    return { calls: [{ method: "conversations.archive", arguments: { channel } }], losses: [] };
  if (capabilities.archive && event.change === "restored")
    return { calls: [{ method: "conversations.unarchive", arguments: { channel } }], losses: [] };
  const goesOn = event.to === null ? "" : ` It goes on at ${event.to}.`;
  const reason = event.reason === "" ? "" : ` (${event.reason})`;
  const { calls } = writeNotice(`${ROOM_LINES[event.change]}${reason}.${goesOn}`, context);
  return { calls, losses: [{ code: "room_change_noted", detail: event.change }] };
}

const ROOM_LINES = {
  archived: "The room on the other side was archived",
  restored: "The room on the other side is in use again",
  moved: "The room on the other side has moved",
  destroyed: "The room on the other side was closed",
} as const;

export function without(code: LossCode, detail: string): Result {
  return { calls: [], losses: [{ code, detail }] };
}
