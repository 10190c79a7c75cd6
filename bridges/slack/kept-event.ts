/** Slack's events as the inbox keeps them: which are kept, of which channel they are, and under which key. */
import { z } from "zod";
import type { Raw } from "../../core/bridge/inbound.ts";
import type { NativeKey, NativeRoom } from "../../core/ids.ts";
import { type SlackMessage, schemas } from "../../mappings/slack/event.ts";
import { isOwn, type SlackSelf } from "../../mappings/slack/inbound.ts";
import { isAddedLater, isEdit, revisionOf } from "../../mappings/slack/revision.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import { isState } from "./channel-state.ts";
import { deletionKey, editKey, eventKey, laterOf, messageKey, timeOf } from "./names.ts";

/** Something of a channel, before it is known whether the channel is linked. */
export interface Kept {
  readonly room: NativeRoom;
  readonly raw: Raw;
  /** When it happened, as Slack counts. */
  readonly moment: string;
}

/** A post of the gateway's own, seen in its channel. */
export interface OwnPost {
  readonly room: NativeRoom;
  readonly own: string;
}

const words = z.string();
const glance = z.object({
  type: words,
  subtype: words.nullish(),
  channel: z.union([words, z.object({ id: words })]).nullish(),
  channel_id: words.nullish(),
  item: z
    .object({
      channel: words.nullish(),
      ts: timestamp.nullish(),
      message: z.object({ ts: timestamp }).nullish(),
    })
    .nullish(),
  user: z.union([words, z.object({ id: words })]).nullish(),
  reaction: words.nullish(),
  event_ts: timestamp.nullish(),
  ts: timestamp.nullish(),
  actions: z.array(z.object({ action_ts: timestamp })).nullish(),
});
type Glance = z.infer<typeof glance>;

const TOPICS = new Set(["channel_topic", "group_topic"]);

/** What is kept of an inner event of the Events API, or of a block_actions payload; null: it is of no interest. */
export function keptOf(event: unknown, self: SlackSelf): Kept | OwnPost | null {
  const { data } = glance.safeParse(event);
  const room = data && channelOf(data);
  if (!data || !room) return null;
  const user = typeof data.user === "string" ? data.user : (data.user?.id ?? "");
  const at = data.event_ts ?? data.ts ?? "";
  switch (data.type) {
    case "message":
      return keptMessage(event, data, room, self);
    case "reaction_added":
    case "reaction_removed": {
      if (user === self.user || at === "") return null;
      const parts = [data.type, data.item?.ts ?? "", user, data.reaction ?? "", at];
      return kept(event, room, eventKey(room, ...parts), at);
    }
    case "pin_added":
    case "pin_removed": {
      if (user === self.user || at === "") return null;
      return kept(event, room, eventKey(room, data.type, data.item?.message?.ts ?? "", user, at), at);
    }
    case "channel_rename":
    case "group_rename":
      return kept(event, room, null, at);
    case "block_actions": {
      const pressed = data.actions?.[0]?.action_ts ?? "";
      return pressed === "" ? null : kept(event, room, eventKey(room, data.type, user, pressed), pressed);
    }
    default:
      return null;
  }
}

const HISTORY_CHANGED = new Set(["channel_history_changed", "group_history_changed"]);

/** Whether Slack says that it has changed a channel's history in bulk; null: it says something else. */
export function changedHistory(event: unknown): { readonly room: NativeRoom | null } | null {
  const { data } = glance.safeParse(event);
  return data && HISTORY_CHANGED.has(data.type) ? { room: channelOf(data) } : null;
}

function channelOf({ channel, channel_id, item }: Glance): NativeRoom | null {
  const id = typeof channel === "string" ? channel : (channel?.id ?? channel_id ?? item?.channel);
  return id ? (id as NativeRoom) : null;
}

function keptMessage(event: unknown, data: Glance, room: NativeRoom, self: SlackSelf): Kept | OwnPost | null {
  const { subtype } = data;
  if (subtype === "message_changed") return keptChange(event, data, room, self);
  if (subtype === "message_deleted") {
    const { data: deleted } = schemas.deleted.safeParse(event);
    return deleted
      ? kept(event, room, deletionKey(room, deleted.deleted_ts), data.event_ts ?? data.ts ?? "")
      : null;
  }
  const { data: message } = schemas.message.safeParse(event);
  // What is malformed is kept too, and set aside with its cause.
  if (!message) return data.ts ? kept(event, room, messageKey(room, data.ts), data.ts) : null;
  if (TOPICS.has(subtype ?? "")) return kept(event, room, null, message.ts);
  if (isOwn(message, self)) return { room, own: message.ts };
  return kept(event, room, messageKey(room, message.ts), message.ts);
}

/** Previews, counters of threads and the like change a message as well: they are dropped here already. */
function keptChange(event: unknown, data: Glance, room: NativeRoom, self: SlackSelf): Kept | null {
  const { data: changed } = schemas.changed.safeParse(event);
  if (!changed) return null;
  const { message, previous_message: previous } = changed;
  const at = data.event_ts ?? data.ts ?? message.ts;
  if (message.subtype === "tombstone") return kept(event, room, deletionKey(room, message.ts), at);
  if (isOwn(message, self) || (previous && !isEdit(message, revisionOf(previous)))) return null;
  const edited = message.edited?.ts;
  // What an app changes bears no mark of an edit.
  const { content } = revisionOf(message);
  const key = edited ? editKey(room, message.ts, edited, content) : eventKey(room, "changed", message.ts, at);
  return kept(event, room, key, at);
}

/** A message as its channel's history has it, in the form and under the keys that it has live. */
export function keptFromHistory(
  stored: Record<string, unknown>,
  message: SlackMessage,
  room: NativeRoom,
): readonly Kept[] {
  const { subtype } = message;
  if (TOPICS.has(subtype ?? "") || subtype === "channel_name" || subtype === "group_name") return [];
  const event = { ...stored, type: "message", channel: room };
  if (subtype === "tombstone") {
    const deletion = { type: "message", subtype: "message_changed", channel: room, message: event };
    return [kept(deletion, room, deletionKey(room, message.ts), message.ts)];
  }
  // With what Slack has added since it would be another message than it was live.
  const attachments = message.attachments?.filter((attachment) => !isAddedLater(attachment));
  const first = attachments ? { ...event, attachments } : event;
  const said = kept(first, room, messageKey(room, message.ts), message.ts);
  const edited = message.edited?.ts;
  if (!edited) return [said];
  const change = { type: "message", subtype: "message_changed", channel: room, message: event };
  // Slack counts edits in whole seconds: they may seem to be older than their message.
  const moment = laterOf(edited, message.ts);
  return [said, kept(change, room, editKey(room, message.ts, edited, revisionOf(message).content), moment)];
}

/** A channel's name and topic as they are now, in the form of the events that would have told them. */
export function keptState(
  room: NativeRoom,
  state: { readonly name: string; readonly topic: string },
  moment: string,
): readonly Raw[] {
  const renamed = { type: "channel_rename", channel: { id: room, name: state.name }, event_ts: moment };
  const { topic } = state;
  const told = { type: "message", subtype: "channel_topic", channel: room, ts: moment, topic };
  return [renamed, told].map((event) => kept(event, room, null, moment).raw);
}

function kept(event: unknown, room: NativeRoom, nativeKey: NativeKey | null, moment: string): Kept {
  return { room, raw: { nativeKey, at: timeOf(moment), raw: JSON.stringify(event) }, moment };
}

const REFERRING =
  /"(?:thread_ts|deleted_ts|reaction|action_id)":|"subtype":"(?:message_changed|tombstone)"|"type":"pin/;

/** Whether a kept event may name another message. */
export const refersTo = (raw: Raw): boolean => isState(raw) || REFERRING.test(raw.raw);
