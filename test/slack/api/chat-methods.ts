/** chat.*: https://docs.slack.dev/reference/methods#chat */
import { z } from "zod";
import { permalink } from "../state/marks.ts";
import { addMessage, changeMessage, removeMessage } from "../state/posting.ts";
import { publishMessage } from "../state/publish.ts";
import type { Attachment, Block, Metadata, SlackMessageRecord } from "../state/records.ts";
import { Refusal } from "../state/refusal.ts";
import { checkBlocks, wordsOf } from "./blocks.ts";
import {
  type Answer,
  type Arguments,
  bot,
  type BotCall,
  channelOf,
  flag,
  memberChannel,
  messageOf,
  type Methods,
  needScope,
  required,
  structured,
  text,
} from "./method.ts";

const LONGEST_POST = 40_000;
const LONGEST_UPDATE = 4_000;
const LONGEST_USERNAME = 80;
const LARGEST_METADATA = 8_000;
const MOST_ATTACHMENTS = 100;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const metadata = z.strictObject({
  event_type: z.string().regex(/^[A-Za-z0-9_.-]{1,80}$/),
  event_payload: z.record(
    z.string(),
    z.union([scalar, z.array(scalar), z.record(z.string(), scalar), z.array(z.record(z.string(), scalar))]),
  ),
});

export const chatMethods: Methods = {
  "chat.postMessage": bot("posting", true, ["chat:write"], postMessage),
  "chat.postEphemeral": bot("t4", true, ["chat:write"], postEphemeral),
  "chat.update": bot("t3", true, ["chat:write"], update),
  "chat.delete": bot("t3", true, ["chat:write"], remove),
  "chat.getPermalink": bot("special", false, [], (call, given) => {
    const channel = channelOf(call, required(given, "channel"));
    const message = messageOf(call, channel, required(given, "message_ts"));
    return { channel: channel.id, permalink: permalink(call.workspace, message) };
  }),
};

function postMessage(call: BotCall, given: Arguments): Answer {
  const channel = memberChannel(call, text(given, "channel") ?? "");
  if (channel.isArchived) throw new Refusal("is_archived");
  const content = contentOf(given);
  const look = appearance(call, given);
  const isBroadcast = flag(given, "reply_broadcast");
  const threadTs = text(given, "thread_ts");
  const message = addMessage(call.workspace, channel, {
    ...content,
    text: content.text.slice(0, LONGEST_POST),
    user: look === null ? call.workspace.bot.user : null,
    botId: call.workspace.bot.id,
    // The copy in the channel has lost the other name.
    ...(look !== null && !(isBroadcast && threadTs) && look),
    threadTs,
    ...(isBroadcast && threadTs !== null && { subtype: "thread_broadcast" }),
    metadata: metadataOf(given),
  });
  return { channel: channel.id, ts: message.ts, message: shown(call, message) };
}

function postEphemeral(call: BotCall, given: Arguments): Answer {
  const channel = memberChannel(call, text(given, "channel") ?? "");
  const user = required(given, "user");
  if (channel.isArchived) throw new Refusal("is_archived");
  if (!channel.members.has(user)) throw new Refusal("user_not_in_channel");
  const content = contentOf(given);
  if (content.text.length > LONGEST_POST) throw new Refusal("msg_too_long");
  appearance(call, given);
  const threadTs = text(given, "thread_ts");
  if (threadTs !== null) messageOf(call, channel, threadTs);
  const thread = threadTs === null ? {} : { threadTs };
  const seen = wordsOf(content.blocks) || content.text;
  call.workspace.ephemerals.push({ channel: channel.id, user, text: seen, ...thread });
  call.workspace.waits.check();
  return { message_ts: call.workspace.nextTs() };
}

function update(call: BotCall, given: Arguments): Answer {
  const channel = channelOf(call, required(given, "channel"));
  const message = messageOf(call, channel, required(given, "ts"));
  if (message.botId !== call.workspace.bot.id) throw new Refusal("cant_update_message");
  if (call.faults.editsClosed) throw new Refusal("edit_window_closed");
  if (channel.isArchived) throw new Refusal("is_inactive");
  if ((text(given, "text") ?? "").length > LONGEST_UPDATE) throw new Refusal("msg_too_long");
  const content = contentOf(given);
  const isPlain =
    content.blocks.length === 0 && structured(given, "blocks", "invalid_blocks_format") === null;
  if (isPlain && message.blocks.some(({ type }) => type === "rich_text")) throw new Refusal("block_mismatch");
  const fresh = metadataOf(given);
  const change = {
    text: content.text,
    ...(isPlain ? {} : { blocks: content.blocks }),
    ...(content.attachments.length > 0 && { attachments: content.attachments }),
    ...(fresh !== null && { metadata: fresh }),
  };
  changeMessage(call.workspace, message, change, call.workspace.bot.user);
  return { channel: channel.id, ts: message.ts, text: message.text, message: shown(call, message) };
}

function remove(call: BotCall, given: Arguments): Answer {
  const channel = channelOf(call, required(given, "channel"));
  const message = messageOf(call, channel, required(given, "ts"));
  if (message.botId !== call.workspace.bot.id) throw new Refusal("cant_delete_message");
  removeMessage(call.workspace, message);
  return { channel: channel.id, ts: message.ts };
}

interface Content {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly attachments: readonly Attachment[];
}

function contentOf(given: Arguments): Content {
  const words = text(given, "text") ?? "";
  const rawBlocks = structured(given, "blocks", "invalid_blocks_format");
  const blocks = rawBlocks === null ? [] : checkBlocks(rawBlocks);
  const attachments = structured(given, "attachments", "invalid_attachments") ?? [];
  if (!Array.isArray(attachments)) throw new Refusal("invalid_attachments");
  if (attachments.length > MOST_ATTACHMENTS) throw new Refusal("too_many_attachments");
  const isBlank = words.replaceAll(/\s|\u200B|\uFE0F/gu, "") === "";
  if (isBlank && blocks.length === 0 && attachments.length === 0) throw new Refusal("no_text");
  return { text: words, blocks, attachments: attachments as Attachment[] };
}

/** The other name and picture under which something is posted; null: the app's own. */
export function appearance(
  call: BotCall,
  given: Arguments,
): { readonly username: string; readonly icon?: string } | null {
  const username = text(given, "username");
  const icon = text(given, "icon_url") ?? text(given, "icon_emoji");
  if (username === null && icon === null) return null;
  needScope(call, "chat:write.customize");
  const name = username ?? call.app.name;
  return { username: Array.from(name).slice(0, LONGEST_USERNAME).join(""), ...(icon !== null && { icon }) };
}

function metadataOf(given: Arguments): Metadata | null {
  const value = structured(given, "metadata", "invalid_metadata_format");
  if (value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) throw new Refusal("invalid_metadata_format");
  const read = metadata.safeParse(value);
  if (!read.success) {
    const messages = read.error.issues.map((issue) => `[ERROR] ${issue.path.join(".")}: ${issue.message}`);
    throw new Refusal("invalid_metadata_format", { response_metadata: { messages } });
  }
  if (JSON.stringify(value).length > LARGEST_METADATA) throw new Refusal("metadata_too_large");
  return read.data;
}

function shown(call: BotCall, message: SlackMessageRecord): Answer {
  return { ...publishMessage(call.workspace, message, { metadata: true, live: true }) };
}
