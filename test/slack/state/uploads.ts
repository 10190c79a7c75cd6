/** Files: announced, uploaded, shared, deleted. */
import { addMessage, changeMessage, type Draft } from "./posting.ts";
import type { ChannelRecord, FileRecord, SlackMessageRecord } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { InnerEvent, Workspace } from "./workspace.ts";

const TYPES: Readonly<Record<string, string>> = {
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  m4a: "audio/mp4",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  txt: "text/plain",
  wav: "audio/wav",
  webp: "image/webp",
  zip: "application/zip",
};

/** A file that is to be uploaded. Slack judges its type by its name. */
export function announceFile(
  workspace: Workspace,
  file: { readonly user: string; readonly name: string; readonly size: number; readonly altText?: string },
): FileRecord {
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  const record: FileRecord = {
    id: workspace.nextId("F"),
    name: file.name,
    title: file.name,
    altText: file.altText ?? "",
    mimetype: TYPES[ending] ?? "application/octet-stream",
    user: file.user,
    created: workspace.seconds(),
    size: file.size,
    bytes: null,
    shares: [],
    isComplete: false,
    isDeleted: false,
  };
  workspace.files.set(record.id, record);
  return record;
}

/** Puts files that are uploaded into a channel, by one message. */
export function shareFiles(
  workspace: Workspace,
  channel: ChannelRecord,
  files: readonly FileRecord[],
  draft: Draft,
): SlackMessageRecord {
  const ids = files.map(({ id }) => id);
  const message = addMessage(workspace, channel, { subtype: "file_share", ...draft, files: ids });
  for (const file of files) {
    file.shares.push({ channel: channel.id, ts: message.ts });
    const told: InnerEvent = { type: "file_shared" };
    const event = { file_id: file.id, user_id: file.user, file: { id: file.id }, channel_id: channel.id };
    workspace.tell({ ...told, ...event, event_ts: workspace.nextTs() } as InnerEvent, channel);
  }
  return message;
}

/** Deletes a file everywhere; messages show that there was one. */
export function deleteFile(workspace: Workspace, file: FileRecord): void {
  if (file.isDeleted) throw new Refusal("file_deleted");
  file.isDeleted = true;
  file.bytes = null;
  const channels = [...new Set(file.shares.map(({ channel }) => channel))];
  for (const { channel: id, ts } of file.shares) {
    const channel = workspace.channels.get(id);
    const message = channel?.messages.get(ts);
    if (message !== undefined) changeMessage(workspace, message, {}, null);
  }
  const first = workspace.channels.get(channels[0] ?? "") ?? null;
  const told: InnerEvent = { type: "file_deleted" };
  const event = { file_id: file.id, channel_ids: channels, event_ts: workspace.nextTs() };
  workspace.tell({ ...told, ...event }, first);
}
