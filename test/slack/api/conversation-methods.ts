/** conversations.* apart from history: https://docs.slack.dev/reference/methods#conversations */
import { publishChannel } from "../state/publish-place.ts";
import type { ChannelRecord } from "../state/records.ts";
import { Refusal } from "../state/refusal.ts";
import { archive, enter, exit, rename, setPurpose, setTopic, unarchive } from "../state/rooms.ts";
import {
  type Answer,
  type Arguments,
  bot,
  type BotCall,
  channelOf,
  flag,
  memberChannel,
  type Methods,
  needScope,
  required,
  text,
} from "./method.ts";
import { pageOf } from "./pages.ts";

const READ = ["channels:read", "groups:read", "im:read", "mpim:read"];
const MANAGE = ["channels:manage", "groups:write"];
const TOPIC = ["channels:write.topic", "groups:write.topic", ...MANAGE];
const INVITE = ["channels:write.invites", "groups:write.invites", ...MANAGE];
const KINDS = ["public_channel", "private_channel", "mpim", "im"];
const limits = { usual: 100, most: 1_000 };

export const conversationMethods: Methods = {
  "conversations.info": bot("t3", false, READ, (call, given) => {
    const channel = channelOf(call, required(given, "channel"), "read");
    const members = flag(given, "include_num_members") ? { num_members: channel.members.size } : {};
    return { channel: { ...publishChannel(call.workspace, channel), ...members } };
  }),
  "conversations.list": bot("t2", false, READ, (call, given) => list(call, given, () => true)),
  "users.conversations": bot("t3", false, READ, (call, given) => {
    const user = text(given, "user") ?? call.workspace.bot.user;
    return list(call, given, (channel) => channel.members.has(user));
  }),
  "conversations.members": bot("t4", false, READ, (call, given) => {
    const channel = channelOf(call, required(given, "channel"), "read");
    const page = pageOf([...channel.members], (user) => user, given, limits);
    return { members: page.items, response_metadata: { next_cursor: page.cursor } };
  }),
  "conversations.join": bot("t3", true, ["channels:join"], (call, given) => {
    const channel = channelOf(call, required(given, "channel"));
    if (channel.isPrivate || channel.isDirect) throw new Refusal("method_not_supported_for_channel_type");
    if (channel.isArchived) throw new Refusal("is_archived");
    const wasIn = channel.members.has(call.workspace.bot.user);
    enter(call.workspace, channel, call.workspace.bot.user, null);
    const answer = { channel: publishChannel(call.workspace, channel) };
    return wasIn ? { ...answer, warning: "already_in_channel" } : answer;
  }),
  "conversations.leave": bot("t3", true, MANAGE, (call, given) => {
    const channel = channelOf(call, required(given, "channel"));
    if (channel.isGeneral) throw new Refusal("cant_leave_general");
    if (!channel.members.has(call.workspace.bot.user)) return { not_in_channel: true };
    exit(call.workspace, channel, call.workspace.bot.user);
    return {};
  }),
  "conversations.open": bot("t3", true, ["im:write", "mpim:write", ...MANAGE], open),
  "conversations.setTopic": bot("t2", true, TOPIC, (call, given) => {
    const channel = managed(call, given, "write.topic");
    setTopic(call.workspace, channel, call.workspace.bot.user, text(given, "topic") ?? "");
    return { channel: publishChannel(call.workspace, channel) };
  }),
  "conversations.setPurpose": bot("t2", true, TOPIC, (call, given) => {
    const channel = managed(call, given, "write.topic");
    setPurpose(call.workspace, channel, call.workspace.bot.user, text(given, "purpose") ?? "");
    return { purpose: channel.purpose.value };
  }),
  "conversations.rename": bot("t2", true, MANAGE, (call, given) => {
    const channel = managed(call, given, null);
    // Only who made a channel may rename it, and administrators, which bots are not.
    if (channel.creator !== call.workspace.bot.user) throw new Refusal("not_authorized");
    rename(call.workspace, channel, call.workspace.bot.user, text(given, "name") ?? "");
    return { channel: publishChannel(call.workspace, channel) };
  }),
  "conversations.archive": bot("t2", true, MANAGE, (call, given) => {
    const channel = managed(call, given, null);
    archive(call.workspace, channel, call.workspace.bot.user);
    return {};
  }),
  "conversations.unarchive": bot("t2", true, MANAGE, (call, given) => {
    const channel = managed(call, given, null);
    unarchive(call.workspace, channel, call.workspace.bot.user);
    return {};
  }),
  "conversations.invite": bot("t3", true, INVITE, invite),
  "conversations.kick": bot("t3", true, MANAGE, (call, given) => {
    const channel = managed(call, given, null);
    const user = required(given, "user");
    if (user === call.workspace.bot.user) throw new Refusal("cant_kick_self");
    if (!call.workspace.users.has(user)) throw new Refusal("user_not_found");
    if (channel.isGeneral) throw new Refusal("cant_kick_from_general");
    exit(call.workspace, channel, user, call.workspace.bot.user);
    return { errors: {} };
  }),
};

/** A channel that the bot is in, and the scope for its kind. `family` null: only the general one will do. */
function managed(
  call: BotCall,
  given: Arguments,
  family: "write.topic" | "write.invites" | null,
): ChannelRecord {
  const channel = memberChannel(call, required(given, "channel"));
  if (channel.isDirect) throw new Refusal("method_not_supported_for_channel_type");
  const general = channel.isPrivate ? "groups:write" : "channels:manage";
  const own = `${channel.isPrivate ? "groups" : "channels"}:${family}`;
  needScope(call, ...(family === null ? [general] : [own, general]));
  return channel;
}

function list(call: BotCall, given: Arguments, isWanted: (channel: ChannelRecord) => boolean): Answer {
  const kinds = (text(given, "types") ?? "public_channel").split(",").map((kind) => kind.trim());
  if (kinds.some((kind) => !KINDS.includes(kind))) throw new Refusal("invalid_types");
  if (kinds.includes("public_channel")) needScope(call, "channels:read");
  if (kinds.includes("private_channel")) needScope(call, "groups:read");
  const self = call.workspace.bot.user;
  const all = [...call.workspace.channels.values()].filter((channel) => {
    if (flag(given, "exclude_archived") && channel.isArchived) return false;
    const kind = channel.isDirect ? "im" : channel.isPrivate ? "private_channel" : "public_channel";
    return (
      kinds.includes(kind) && isWanted(channel) && (kind === "public_channel" || channel.members.has(self))
    );
  });
  const page = pageOf(all, ({ id }) => id, given, limits);
  const channels = page.items.map((channel) => publishChannel(call.workspace, channel));
  return { channels, response_metadata: { next_cursor: page.cursor } };
}

function invite(call: BotCall, given: Arguments): Answer {
  const channel = managed(call, given, "write.invites");
  const users = required(given, "users").split(",");
  if (channel.isArchived) throw new Refusal("is_archived");
  for (const user of users) {
    if (user === call.workspace.bot.user) throw new Refusal("cant_invite_self");
    if (!call.workspace.users.has(user)) throw new Refusal("user_not_found");
    if (channel.members.has(user)) throw new Refusal("already_in_channel");
  }
  for (const user of users) enter(call.workspace, channel, user, call.workspace.bot.user);
  return { channel: publishChannel(call.workspace, channel) };
}

function open(call: BotCall, given: Arguments): Answer {
  needScope(call, "im:write");
  const user = required(given, "users");
  if (!call.workspace.users.has(user)) throw new Refusal("user_not_found");
  const self = call.workspace.bot.user;
  const known = [...call.workspace.channels.values()].find((one) => one.isDirect && one.members.has(user));
  const made = { id: call.workspace.nextId("D"), name: "", members: [user, self], isDirect: true };
  const channel = known ?? call.workspace.addChannel(made);
  return { ...(known && { no_op: true, already_open: true }), channel: { id: channel.id } };
}
