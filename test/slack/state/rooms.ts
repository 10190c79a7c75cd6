/** Channels: their names, topics, members, and their end. Each change is a message in the channel and an event. */
import type { types } from "@slack/bolt";
import { addMessage, type Draft } from "./posting.ts";
import { channelType } from "./publish.ts";
import type { ChannelRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { InnerEvent, Workspace } from "./workspace.ts";

const LONGEST_TOPIC = 250;
const LONGEST_NAME = 80;

/** Throws too_long. */
export function setTopic(workspace: Workspace, channel: ChannelRecord, by: string, topic: string): void {
  if (Array.from(topic).length > LONGEST_TOPIC) throw new Refusal("too_long");
  if (channel.isArchived) throw new Refusal("is_archived");
  if (channel.topic.value === topic) return;
  channel.topic = { value: topic, creator: by, last_set: workspace.seconds() };
  const text = topic === "" ? "cleared the channel topic" : `set the channel topic: ${topic}`;
  system(workspace, channel, by, "topic", text, { topic });
}

/** Throws too_long. */
export function setPurpose(workspace: Workspace, channel: ChannelRecord, by: string, purpose: string): void {
  if (Array.from(purpose).length > LONGEST_TOPIC) throw new Refusal("too_long");
  if (channel.isArchived) throw new Refusal("is_archived");
  if (channel.purpose.value === purpose) return;
  channel.purpose = { value: purpose, creator: by, last_set: workspace.seconds() };
  system(workspace, channel, by, "purpose", `set the channel description: ${purpose}`, { purpose });
}

/** Throws the codes of conversations.rename for names that Slack does not take. */
export function rename(workspace: Workspace, channel: ChannelRecord, by: string, name: string): void {
  if (channel.isArchived) throw new Refusal("is_archived");
  if (name === "") throw new Refusal("invalid_name_required");
  if (Array.from(name).length > LONGEST_NAME) throw new Refusal("invalid_name_maxlength");
  if (/^[\p{P}_]+$/u.test(name)) throw new Refusal("invalid_name_punctuation");
  if (!/^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_-]+$/u.test(name)) throw new Refusal("invalid_name_specials");
  const taken = [...workspace.channels.values()].some((other) => other !== channel && other.name === name);
  if (taken) throw new Refusal("name_taken");
  const old = channel.name;
  channel.name = name;
  const text = `has renamed the channel from "${old}" to "${name}"`;
  system(workspace, channel, by, "name", text, { old_name: old, name });
  const renamed: types.ChannelRenameEvent["channel"] = {
    id: channel.id,
    name,
    name_normalized: name,
    created: channel.created,
    is_channel: !channel.isPrivate,
    is_mpim: false,
  };
  tell(workspace, channel, "rename", { channel: renamed });
}

/** Throws already_archived or cant_archive_general. */
export function archive(workspace: Workspace, channel: ChannelRecord, by: string): void {
  if (channel.isArchived) throw new Refusal("already_archived");
  if (channel.isGeneral) throw new Refusal("cant_archive_general");
  system(workspace, channel, by, "archive", "archived the channel", {});
  channel.isArchived = true;
  tell(workspace, channel, "archive", { channel: channel.id, user: by });
}

/** Throws not_archived. */
export function unarchive(workspace: Workspace, channel: ChannelRecord, by: string): void {
  if (!channel.isArchived) throw new Refusal("not_archived");
  channel.isArchived = false;
  system(workspace, channel, by, "unarchive", "un-archived the channel", {});
  tell(workspace, channel, "unarchive", { channel: channel.id, user: by });
}

/** A channel is gone for good, with everything in it. */
export function destroy(workspace: Workspace, channel: ChannelRecord): void {
  tell(workspace, channel, "deleted", { channel: channel.id });
  workspace.channels.delete(channel.id);
}

/** A channel gets another id, as when it is shared with another workspace. */
export function move(workspace: Workspace, channel: ChannelRecord, to: string): void {
  const messages = [...channel.messages].map(([ts, message]) => [ts, { ...message, channel: to }] as const);
  const moved = { ...channel, id: to, messages: new Map(messages) };
  workspace.channels.delete(channel.id);
  workspace.channels.set(to, moved);
  const told = { type: "channel_id_changed", old_channel_id: channel.id, new_channel_id: to };
  workspace.tell({ ...told, event_ts: workspace.nextTs() } as InnerEvent, moved);
}

/** `inviter` null: came by himself. Whoever is in it already stays in it. */
export function enter(
  workspace: Workspace,
  channel: ChannelRecord,
  user: string,
  inviter: string | null,
): void {
  if (channel.isArchived) throw new Refusal("is_archived");
  if (channel.members.has(user)) return;
  channel.members.add(user);
  const invited = inviter === null ? {} : { inviter };
  system(workspace, channel, user, "join", `<@${user}> has joined the channel`, invited);
  const event: types.MemberJoinedChannelEvent = {
    type: "member_joined_channel",
    user,
    channel: channel.id,
    channel_type: channel.isPrivate ? "G" : "C",
    team: workspace.id,
    ...invited,
    event_ts: workspace.nextTs(),
  };
  workspace.tell(event, channel);
}

/** `by` is who put the user out; without: left. The app hears of its own leaving by another event. */
export function exit(
  workspace: Workspace,
  channel: ChannelRecord,
  user: string,
  by: string | null = null,
): void {
  if (!channel.members.has(user)) throw new Refusal("not_in_channel");
  if (channel.isArchived) throw new Refusal("is_archived");
  system(workspace, channel, user, "leave", `<@${user}> has left the channel`, {});
  if (user === workspace.bot.user) {
    const own: Omit<types.ChannelLeftEvent, "type"> = {
      channel: channel.id,
      actor_id: by ?? user,
      event_ts: workspace.nextTs(),
    };
    tell(workspace, channel, "left", own);
    channel.members.delete(user);
    return;
  }
  channel.members.delete(user);
  const event: types.MemberLeftChannelEvent = {
    type: "member_left_channel",
    user,
    channel: channel.id,
    channel_type: channel.isPrivate ? "G" : "C",
    team: workspace.id,
    event_ts: workspace.nextTs(),
  };
  workspace.tell(event, channel);
}

function system(
  workspace: Workspace,
  channel: ChannelRecord,
  user: string,
  what: string,
  text: string,
  about: Readonly<Record<string, string>>,
): void {
  const kind = channelType(channel) === "group" ? "group" : "channel";
  const draft: Draft = { user, text, subtype: `${kind}_${what}`, about };
  addMessage(workspace, channel, draft);
}

function tell(workspace: Workspace, channel: ChannelRecord, what: string, event: object): void {
  const kind = channel.isPrivate ? "group" : "channel";
  const told: InnerEvent = { type: `${kind}_${what}` };
  workspace.tell({ event_ts: workspace.nextTs(), ...event, ...told } as InnerEvent, channel);
}
