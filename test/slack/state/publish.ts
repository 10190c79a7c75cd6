/** Messages and files in the forms of the Web API and the Events API. */
import type { types } from "@slack/bolt";
import type {
  ChannelRecord,
  FileRecord,
  PublishedFile,
  PublishedMessage,
  SlackMessageRecord,
} from "./records.ts";
import type { Workspace } from "./workspace.ts";

/** Of a reaction no more users than these are named, except where all are asked for; the count is right. */
const NAMED_USERS = 50;

export interface Shown {
  readonly metadata: boolean;
  readonly everyUser?: boolean;
  /** As it is said just now: that files came with it is a subtype then, and not in history. */
  readonly live?: boolean;
}

export function channelType(channel: ChannelRecord): "channel" | "group" | "im" {
  if (channel.isDirect) return "im";
  return channel.isPrivate ? "group" : "channel";
}

export function botProfile(workspace: Workspace): NonNullable<types.GenericMessageEvent["bot_profile"]> {
  return {
    id: workspace.bot.id,
    name: workspace.app.name,
    app_id: workspace.app.id,
    team_id: workspace.id,
    icons: { image_36: "https://a.slack-edge.example/bot_36.png" },
    updated: 1_700_000_000,
    deleted: false,
  };
}

/** A message as history shows it. */
export function publishMessage(
  workspace: Workspace,
  message: SlackMessageRecord,
  shown: Shown,
): PublishedMessage {
  const channel = workspace.channels.get(message.channel);
  const replies = channel === undefined ? [] : repliesTo(workspace, channel, message);
  return {
    ...authorship(workspace, message, shown.live ?? false),
    type: "message",
    ts: message.ts,
    text: message.text,
    ...message.about,
    ...(message.clientMsgId !== null && { client_msg_id: message.clientMsgId }),
    ...(message.blocks.length > 0 && { blocks: message.blocks as NonNullable<PublishedMessage["blocks"]> }),
    ...(message.attachments.length > 0 && {
      attachments: message.attachments as NonNullable<PublishedMessage["attachments"]>,
    }),
    ...(message.files.length > 0 && {
      files: filesOf(workspace, message),
      upload: false,
      display_as_bot: false,
    }),
    ...(message.edited !== null && { edited: message.edited }),
    ...(shown.metadata && message.metadata !== null && { metadata: message.metadata }),
    ...(message.reactions.length > 0 && {
      reactions: message.reactions.map(({ name, users }) => ({
        name,
        count: users.length,
        users: shown.everyUser ? [...users] : users.slice(0, NAMED_USERS),
      })),
    }),
    ...(channel?.pins.has(message.ts) && { pinned_to: [channel.id] }),
    ...thread(workspace, message, replies),
  };
}

function authorship(workspace: Workspace, message: SlackMessageRecord, live: boolean): PublishedMessage {
  const { botId } = message;
  const subtype = message.subtype === "file_share" && !live ? null : message.subtype;
  const kind = subtype === null ? {} : { subtype };
  if (botId === null)
    return { ...kind, ...(message.user !== null && { user: message.user }), team: workspace.id };
  const app = { bot_id: botId, app_id: workspace.app.id };
  if (message.username === null) {
    return {
      ...kind,
      ...app,
      user: message.user ?? workspace.bot.user,
      team: workspace.id,
      bot_profile: botProfile(workspace),
    };
  }
  const look = {
    username: message.username,
    ...(message.icon !== null && { icons: { image_48: message.icon } }),
  };
  return workspace.customisedPosts === "bot_message"
    ? { subtype: "bot_message", ...kind, ...app, ...look }
    : {
        ...kind,
        ...app,
        ...look,
        user: workspace.bot.user,
        team: workspace.id,
        bot_profile: botProfile(workspace),
      };
}

function filesOf(workspace: Workspace, message: SlackMessageRecord): PublishedFile[] {
  return message.files.map((id) => {
    const file = workspace.files.get(id);
    return file === undefined || file.isDeleted ? { id, mode: "tombstone" } : publishFile(workspace, file);
  });
}

function thread(
  workspace: Workspace,
  message: SlackMessageRecord,
  replies: readonly SlackMessageRecord[],
): PublishedMessage {
  if (message.threadTs === null) return {};
  if (message.threadTs !== message.ts) {
    const root = workspace.channels.get(message.channel)?.messages.get(message.threadTs);
    return {
      thread_ts: message.threadTs,
      ...(root !== undefined && { parent_user_id: root.user ?? workspace.bot.user }),
      ...(message.subtype === "thread_broadcast" &&
        root !== undefined && { root: publishMessage(workspace, root, { metadata: false }) }),
    };
  }
  const users = [...new Set(replies.map(({ user }) => user ?? workspace.bot.user))];
  const last = replies.at(-1);
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    ...(last !== undefined && { latest_reply: last.ts }),
    reply_users: users.slice(0, 5),
    is_locked: false,
    subscribed: false,
  };
}

/** The replies of a thread that can be seen now, oldest first. */
export function repliesTo(
  workspace: Workspace,
  channel: ChannelRecord,
  root: SlackMessageRecord,
): SlackMessageRecord[] {
  if (root.threadTs !== root.ts) return [];
  return workspace.visible(channel).filter(({ threadTs, ts }) => threadTs === root.ts && ts !== root.ts);
}

export function publishFile(workspace: Workspace, file: FileRecord): PublishedFile {
  const path = `${workspace.id}-${file.id}`;
  const name = encodeURIComponent(file.name);
  const base = workspace.app.url;
  const shares: Record<string, Record<string, object[]>> = {};
  const seen = file.shares.filter(({ channel: id, ts }) => {
    const channel = workspace.channels.get(id);
    return channel !== undefined && workspace.message(channel, ts) !== null;
  });
  for (const { channel, ts } of seen) {
    const kind = workspace.channels.get(channel)?.isPrivate ? "private" : "public";
    ((shares[kind] ??= {})[channel] ??= []).push({ ts, reply_users: [], reply_count: 0, source: "UNKNOWN" });
  }
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split(".").at(-1) ?? "binary",
    pretty_type: "File",
    user: file.user,
    user_team: workspace.id,
    editable: false,
    size: file.size,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: `${base}/files-pri/${path}/${name}`,
    url_private_download: `${base}/files-pri/${path}/download/${name}`,
    permalink: `${base}/files/${file.user}/${file.id}/${name}`,
    ...(file.altText !== "" && { alt_txt: file.altText }),
    channels: [...new Set(seen.map(({ channel }) => channel))],
    groups: [],
    ims: [],
    shares,
    has_rich_preview: false,
    file_access: "visible",
  };
}
