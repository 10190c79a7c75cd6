/** files.*: the upload in three steps, and what becomes of files. */
import { z } from "zod";
import { publishFile } from "../state/publish.ts";
import type { FileRecord } from "../state/records.ts";
import { invalidArguments, Refusal } from "../state/refusal.ts";
import { announceFile, deleteFile, shareFiles } from "../state/uploads.ts";
import { checkBlocks } from "./blocks.ts";
import { appearance } from "./chat-methods.ts";
import {
  type Answer,
  type Arguments,
  bot,
  type BotCall,
  memberChannel,
  type Methods,
  required,
  structured,
  text,
} from "./method.ts";

/** A gigabyte, as in the reference. */
const LARGEST = 1_073_741_824;
const LONGEST_ALT_TEXT = 1_000;

const uploaded = z.array(z.object({ id: z.string(), title: z.string().nullish() })).min(1);

export const fileMethods: Methods = {
  "files.getUploadURLExternal": bot("t4", false, ["files:write"], (call, given) => {
    const name = required(given, "filename");
    const size = Number(required(given, "length"));
    if (!Number.isInteger(size) || size <= 0)
      throw invalidArguments("must be greater than 0 [json-pointer:/length]");
    if (size > LARGEST) throw new Refusal("file_upload_size_restricted");
    // The reference names the one, Slack's own client sends the other.
    const altText = text(given, "alt_txt") ?? text(given, "alt_text") ?? "";
    if (altText.length > LONGEST_ALT_TEXT) throw new Refusal("alt_txt_too_large");
    const file = announceFile(call.workspace, { user: call.workspace.bot.user, name, size, altText });
    return { upload_url: `${call.app.url}/upload/v1/${call.workspace.id}-${file.id}`, file_id: file.id };
  }),
  "files.completeUploadExternal": bot("t4", true, ["files:write"], complete),
  "files.info": bot("t4", false, ["files:read"], (call, given) => {
    const file = fileOf(call, required(given, "file"));
    return { file: publishFile(call.workspace, file), comments: [], response_metadata: { next_cursor: "" } };
  }),
  "files.delete": bot("t3", true, ["files:write"], (call, given) => {
    const file = fileOf(call, required(given, "file"));
    if (file.user !== call.workspace.bot.user) throw new Refusal("cant_delete_file");
    deleteFile(call.workspace, file);
    return {};
  }),
};

/** Answers before the files are in the channel, as Slack does; so the answer does not say by which message. */
function complete(call: BotCall, given: Arguments): Answer {
  const read = uploaded.safeParse(structured(given, "files", "invalid_arguments"));
  if (!read.success) throw invalidArguments("missing required field: files");
  const files = read.data.map(({ id, title }) => {
    const file = call.workspace.files.get(id);
    if (file === undefined || file.isComplete || file.isDeleted) throw new Refusal("file_not_found");
    if (file.bytes === null) throw new Refusal("file_update_failed");
    return { file, title: title ?? file.name };
  });
  const id = text(given, "channel_id");
  const channel = id === null ? null : memberChannel(call, id);
  if (channel?.isArchived) throw new Refusal("posting_to_channel_denied");
  const rawBlocks = structured(given, "blocks", "invalid_blocks");
  const look = appearance(call, given);
  const threadTs = text(given, "thread_ts");
  const draft = {
    user: look === null ? call.workspace.bot.user : null,
    botId: call.workspace.bot.id,
    ...look,
    text: text(given, "initial_comment") ?? "",
    blocks: rawBlocks === null ? [] : checkBlocks(rawBlocks),
    threadTs,
  };
  for (const { file, title } of files) Object.assign(file, { title, isComplete: true });
  const shareMs = call.faults.fileShareMs;
  if (channel !== null && shareMs !== null) {
    const all = files.map(({ file }) => file);
    const share = (): void => void shareFiles(call.workspace, channel, all, draft);
    if (shareMs === 0) share();
    else call.workspace.clock.after(shareMs, share);
  }
  const answered = files.map(({ file }) => ({
    ...publishFile(call.workspace, file),
    shares: {},
    channels: [],
  }));
  return { files: answered };
}

function fileOf(call: BotCall, id: string): FileRecord {
  const file = call.workspace.files.get(id);
  if (file === undefined || !file.isComplete) throw new Refusal("file_not_found");
  if (file.isDeleted) throw new Refusal("file_deleted");
  const isOwn = file.user === call.workspace.bot.user;
  const isSeen = file.shares.some(({ channel }) => {
    return call.workspace.channels.get(channel)?.members.has(call.workspace.bot.user);
  });
  if (!isOwn && !isSeen) throw new Refusal("file_not_found");
  return file;
}
