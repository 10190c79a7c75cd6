/** Messages: said, changed, deleted; with what the app hears of it. */
import type { types } from "@slack/bolt";
import { channelType, publishMessage, repliesTo } from "./publish.ts";
import type {
  Attachment,
  Block,
  ChannelRecord,
  Metadata,
  PublishedMessage,
  SlackMessageRecord,
} from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { InnerEvent, Workspace } from "./workspace.ts";

/** A message to be made. What is left out is empty. */
export interface Draft {
  readonly user: string | null;
  readonly text: string;
  readonly botId?: string;
  readonly username?: string;
  readonly icon?: string;
  readonly subtype?: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly Attachment[];
  readonly files?: readonly string[];
  readonly metadata?: Metadata | null;
  readonly threadTs?: string | null;
  readonly clientMsgId?: string;
  readonly about?: Readonly<Record<string, string>>;
}

/** What may be changed of a message. */
export interface Change {
  readonly text?: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly Attachment[];
  readonly metadata?: Metadata;
  readonly files?: readonly string[];
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Adds a message at the end of the channel; a reply makes its root a thread. */
export function addMessage(workspace: Workspace, channel: ChannelRecord, draft: Draft): SlackMessageRecord {
  if (channel.isArchived) throw new Refusal("is_archived");
  const ts = workspace.nextTs();
  const root = draft.threadTs ? threadRoot(workspace, channel, draft.threadTs) : null;
  const message: SlackMessageRecord = {
    channel: channel.id,
    ts,
    user: draft.user,
    botId: draft.botId ?? null,
    username: draft.username ?? null,
    icon: draft.icon ?? null,
    subtype: draft.subtype ?? null,
    text: draft.text,
    blocks: named(draft.blocks ?? [], ts),
    attachments: (draft.attachments ?? []).map((attachment, index) => ({ id: index + 1, ...attachment })),
    files: draft.files ?? [],
    metadata: draft.metadata ?? null,
    threadTs: root?.ts ?? null,
    clientMsgId: draft.clientMsgId ?? null,
    edited: null,
    reactions: [],
    about: draft.about ?? {},
    visibleAt: workspace.clock.now() + workspace.hiddenMs,
  };
  if (root !== null) root.threadTs = root.ts;
  channel.messages.set(ts, message);
  const heard: InnerEvent & PublishedMessage = {
    ...publishMessage(workspace, message, { metadata: true, live: true }),
    type: "message",
  };
  workspace.tell({ ...heard, ...place(channel), event_ts: ts } as InnerEvent, channel);
  return message;
}

/** Changes a message. `editor` null: nobody edited it, as when Slack adds a preview. */
export function changeMessage(
  workspace: Workspace,
  message: SlackMessageRecord,
  change: Change,
  editor: string | null,
): void {
  const channel = channelOf(workspace, message);
  const before = publishMessage(workspace, message, { metadata: true });
  const ts = workspace.nextTs();
  message.text = change.text ?? message.text;
  message.blocks = change.blocks === undefined ? message.blocks : named(change.blocks, ts);
  message.attachments = change.attachments ?? message.attachments;
  message.metadata = change.metadata ?? message.metadata;
  message.files = change.files ?? message.files;
  if (editor !== null) message.edited = { user: editor, ts: `${ts.slice(0, 10)}.000000` };
  tellChanged(workspace, channel, message, before, ts);
}

/** Deletes a message; of one with replies a stone stays. */
export function removeMessage(workspace: Workspace, message: SlackMessageRecord): void {
  const channel = channelOf(workspace, message);
  const before = publishMessage(workspace, message, { metadata: true });
  const ts = workspace.nextTs();
  channel.pins.delete(message.ts);
  if (repliesTo(workspace, channel, message).length > 0) {
    Object.assign(message, { subtype: "tombstone", user: "USLACKBOT", text: "This message was deleted." });
    Object.assign(message, {
      blocks: [],
      attachments: [],
      files: [],
      reactions: [],
      metadata: null,
      edited: null,
    });
    Object.assign(message, { botId: null, username: null, icon: null, clientMsgId: null });
    tellChanged(workspace, channel, message, before, ts);
    return;
  }
  channel.messages.delete(message.ts);
  const { channel: id, channel_type } = place(channel);
  const event: Omit<types.MessageDeletedEvent, "previous_message"> = {
    type: "message",
    subtype: "message_deleted",
    hidden: true,
    channel: id,
    channel_type,
    ts,
    event_ts: ts,
    deleted_ts: message.ts,
  };
  workspace.tell({ ...event, previous_message: before } as InnerEvent, channel);
  const root = message.threadTs === null ? undefined : channel.messages.get(message.threadTs);
  // The stone goes with the last reply under it.
  if (root?.subtype === "tombstone" && repliesTo(workspace, channel, root).length === 0)
    removeMessage(workspace, root);
}

function tellChanged(
  workspace: Workspace,
  channel: ChannelRecord,
  message: SlackMessageRecord,
  before: PublishedMessage,
  ts: string,
): void {
  const event: Omit<types.MessageChangedEvent, "message" | "previous_message"> = {
    type: "message",
    subtype: "message_changed",
    hidden: true,
    ...place(channel),
    ts,
    event_ts: ts,
  };
  const after = publishMessage(workspace, message, { metadata: true });
  const hidden = message.subtype === "tombstone" ? { hidden: true } : {};
  workspace.tell(
    { ...event, message: { ...after, ...hidden }, previous_message: before } as InnerEvent,
    channel,
  );
}

function place(channel: ChannelRecord): Pick<types.GenericMessageEvent, "channel" | "channel_type"> {
  return { channel: channel.id, channel_type: channelType(channel) };
}

function channelOf(workspace: Workspace, message: SlackMessageRecord): ChannelRecord {
  const channel = workspace.channels.get(message.channel);
  if (channel === undefined) throw new Refusal("channel_not_found");
  return channel;
}

/** The first message of the thread that a message is in or would begin; a reply to a reply goes to it too. */
function threadRoot(workspace: Workspace, channel: ChannelRecord, ts: string): SlackMessageRecord {
  const root = workspace.message(channel, ts);
  if (root === null) throw new Refusal("cannot_reply_to_message");
  if (root.threadTs === null || root.threadTs === root.ts) return root;
  return threadRoot(workspace, channel, root.threadTs);
}

/** Slack gives each block a name that has none. */
function named(blocks: readonly Block[], ts: string): Block[] {
  let seed = Number(ts.replace(".", "").slice(-9));
  return blocks.map((block) => {
    if (block.block_id !== undefined) return block;
    seed += 7;
    const name = Array.from({ length: 5 }, (_, place) => LETTERS[Math.floor(seed / 62 ** place) % 62]);
    return { ...block, block_id: name.join("") };
  });
}
