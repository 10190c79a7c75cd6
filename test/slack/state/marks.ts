/** Reactions and pins. */
import { createRequire } from "node:module";
import type { types } from "@slack/bolt";
import { z } from "zod";
import { publishMessage } from "./publish.ts";
import type { ChannelRecord, SlackMessageRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { InnerEvent, Workspace } from "./workspace.ts";

/** Different emoji on one message that one user may add, and that all together may. */
const MOST_BY_USER = 23;
const MOST_ON_MESSAGE = 50;
const MOST_PINS = 100;

const names = z
  .array(
    z.object({
      short_names: z.array(z.string()),
      skin_variations: z.record(z.string(), z.unknown()).optional(),
    }),
  )
  .parse(createRequire(import.meta.url)("emoji-datasource/emoji.json"));
const plain = new Set(names.flatMap(({ short_names }) => short_names));
const toned = new Set(names.flatMap((one) => (one.skin_variations === undefined ? [] : one.short_names)));

/** Adds `user`'s reaction. Throws already_reacted, invalid_name, too_many_emoji or too_many_reactions. */
export function addReaction(
  workspace: Workspace,
  message: SlackMessageRecord,
  user: string,
  name: string,
): void {
  if (!isEmoji(workspace, name)) throw new Refusal("invalid_name");
  const found = message.reactions.find((reaction) => reaction.name === name);
  if (found?.users.includes(user)) throw new Refusal("already_reacted");
  if (found === undefined && message.reactions.length >= MOST_ON_MESSAGE)
    throw new Refusal("too_many_reactions");
  const own = message.reactions.filter(({ users }) => users.includes(user)).length;
  if (own >= MOST_BY_USER) throw new Refusal("too_many_emoji");
  if (found === undefined) message.reactions.push({ name, users: [user] });
  else found.users.push(user);
  const event: types.ReactionAddedEvent = {
    type: "reaction_added",
    ...reacted(workspace, message, user, name),
  };
  workspace.tell(event, channelOf(workspace, message));
}

/** Takes `user`'s reaction away. Throws no_reaction or invalid_name. */
export function removeReaction(
  workspace: Workspace,
  message: SlackMessageRecord,
  user: string,
  name: string,
): void {
  if (!isEmoji(workspace, name)) throw new Refusal("invalid_name");
  const found = message.reactions.find((reaction) => reaction.name === name);
  const at = found?.users.indexOf(user) ?? -1;
  if (found === undefined || at === -1) throw new Refusal("no_reaction");
  found.users.splice(at, 1);
  message.reactions = message.reactions.filter(({ users }) => users.length > 0);
  const event: types.ReactionRemovedEvent = {
    type: "reaction_removed",
    ...reacted(workspace, message, user, name),
  };
  workspace.tell(event, channelOf(workspace, message));
}

/** Throws already_pinned, not_pinnable or too_many_pins. */
export function pin(workspace: Workspace, message: SlackMessageRecord, by: string): void {
  const channel = channelOf(workspace, message);
  if (channel.isArchived) throw new Refusal("restricted_action");
  if (channel.pins.has(message.ts)) throw new Refusal("already_pinned");
  if (message.subtype?.startsWith("channel_")) throw new Refusal("not_pinnable");
  if (channel.pins.size >= MOST_PINS) throw new Refusal("too_many_pins");
  const record = { ts: message.ts, by, created: workspace.seconds() };
  channel.pins.set(message.ts, record);
  workspace.tell(pinned("pin_added", workspace, channel, message, by), channel);
}

/** Throws no_pin. */
export function unpin(workspace: Workspace, message: SlackMessageRecord, by: string): void {
  const channel = channelOf(workspace, message);
  if (!channel.pins.delete(message.ts)) throw new Refusal("no_pin");
  const event = pinned("pin_removed", workspace, channel, message, by);
  workspace.tell({ ...event, has_pins: channel.pins.size > 0 } as InnerEvent, channel);
}

function isEmoji(workspace: Workspace, name: string): boolean {
  if (Object.hasOwn(workspace.emoji, name)) return true;
  const [base = "", ...tones] = name.split("::");
  if (tones.length === 0) return plain.has(base);
  return tones.length <= 2 && toned.has(base) && tones.every((tone) => /^skin-tone-[2-6]$/.test(tone));
}

function reacted(
  workspace: Workspace,
  message: SlackMessageRecord,
  user: string,
  reaction: string,
): Omit<types.ReactionAddedEvent, "type"> {
  return {
    user,
    reaction,
    item_user: message.user ?? workspace.bot.user,
    item: { type: "message", channel: message.channel, ts: message.ts },
    event_ts: workspace.nextTs(),
  };
}

function pinned(
  type: "pin_added" | "pin_removed",
  workspace: Workspace,
  channel: ChannelRecord,
  message: SlackMessageRecord,
  by: string,
): InnerEvent {
  const event: Omit<types.PinAddedEvent, "type" | "item"> = {
    user: by,
    channel_id: channel.id,
    item_user: message.user ?? workspace.bot.user,
    pin_count: String(channel.pins.size),
    pinned_info: { channel: channel.id, pinned_by: by, pinned_ts: workspace.seconds() },
    event_ts: workspace.nextTs(),
  };
  return { type, ...event, item: pinnedItem(workspace, channel, message, by) } as InnerEvent;
}

/** A pin as pins.list and the events show it. */
export function pinnedItem(
  workspace: Workspace,
  channel: ChannelRecord,
  message: SlackMessageRecord,
  by: string,
): Readonly<Record<string, unknown>> {
  return {
    type: "message",
    channel: channel.id,
    created: channel.pins.get(message.ts)?.created ?? workspace.seconds(),
    created_by: by,
    message: {
      ...publishMessage(workspace, message, { metadata: false }),
      permalink: permalink(workspace, message),
    },
  };
}

/** As chat.getPermalink answers. */
export function permalink(workspace: Workspace, message: SlackMessageRecord): string {
  const base = `https://${workspace.domain}.slack.com/archives/${message.channel}/p${message.ts.replace(".", "")}`;
  const { threadTs, ts } = message;
  return threadTs === null || threadTs === ts ? base : `${base}?thread_ts=${threadTs}&cid=${message.channel}`;
}

function channelOf(workspace: Workspace, message: SlackMessageRecord): ChannelRecord {
  const channel = workspace.channels.get(message.channel);
  if (channel === undefined) throw new Refusal("channel_not_found");
  return channel;
}
