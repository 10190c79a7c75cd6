/** Messages of Slack: new ones, edits and deletions. */
import type { Loss } from "../loss.ts";
import type { Mapped, MappedEvent } from "../mapping.ts";
import type { FlatText } from "../markup/flat.ts";
import { type Message, type MessageBody, message as unrelated } from "../message.ts";
import { isBlank } from "./blank.ts";
import type { SlackMessage } from "./event.ts";
import { type SlackInbound, isOwn, lost, mapped, nothing, senderOf, somebody, userOf } from "./inbound.ts";
import { joined, previewsOf, readAttachments, readEither } from "./read-attachments.ts";
import { readFiles } from "./read-files.ts";
import { isEdit, revisionOf } from "./revision.ts";

/** A message that is new to the room. */
export function readNew(message: SlackMessage, context: SlackInbound): MappedEvent {
  if (isPrivate(message)) {
    const sender = senderOf(message, context);
    const losses: Loss[] = [{ code: "private_not_relayed", detail: `by ${sender.native}` }];
    return mapped({ kind: "private", sender, encrypted: false }, losses);
  }
  if (message.bot_id && !context.bots)
    return lost("not_bridged", "a message of another app, which this room leaves out");
  const { body, losses } = bodyOf(message, context);
  if (!body) return { events: [], losses };
  const { thread, losses: threadLosses } = threadOf(message, context);
  const broadcast = message.subtype === "thread_broadcast" && thread.length > 0;
  const event: Mapped = {
    kind: "message",
    sender: senderOf(message, context),
    native: message.ts,
    message: { ...unrelated(body), thread, broadcast },
  };
  return mapped(event, [...losses, ...threadLosses]);
}

/**
 * `message_changed`: an edit only where the author edited it or its content differs (previews, threads, pins and the
 * like change a message as well). A message that the gateway has not read is taken as it stands now.
 */
export function readChanged(
  message: SlackMessage,
  previous: SlackMessage | null,
  context: SlackInbound,
): MappedEvent {
  if (message.subtype === "tombstone") return readDeleted(message.ts, null, context);
  if (message.subtype === "huddle_thread" || isOwn(message, context.self)) return nothing;
  const before = context.revision(message.ts) ?? (previous ? revisionOf(previous) : null);
  if (!isEdit(message, before)) return nothing;
  const known = context.message(message.ts);
  if (!known) {
    const read = readNew(message, context);
    const loss: Loss = { code: "target_unknown", detail: `an edit of ${message.ts}, taken as a new message` };
    return { events: read.events, losses: [...read.losses, loss] };
  }
  const { body, losses } = bodyOf(message, context);
  if (!body) return { events: [], losses };
  const edit: Message = {
    ...unrelated(body),
    replaces: known.root,
    replyTo: known.replyTo,
    thread: known.thread,
    broadcast: message.subtype === "thread_broadcast" && known.thread.length > 0,
  };
  return mapped({ kind: "message", sender: senderOf(message, context), native: null, message: edit }, losses);
}

/**
 * `message_deleted`, or what is left of a thread's parent. Slack does not say who did it: the author, unless he is not
 * of this workspace; then it was somebody here who may delete what apps post.
 */
export function readDeleted(ts: string, previous: SlackMessage | null, context: SlackInbound): MappedEvent {
  if (context.deleting(ts) || previous?.subtype === "tombstone") return nothing;
  const known = context.message(ts);
  if (!known) return lost("target_unknown", `a deletion of ${ts}`);
  const moderator = somebody("A moderator on Slack");
  const sender = known.author === null ? moderator : userOf(context, known.author);
  const by = known.author === null ? { name: moderator.name, reason: "" } : null;
  const message: Message = {
    ...unrelated({ kind: "deletion", by }),
    replaces: known.root,
    replyTo: known.replyTo,
    thread: known.thread,
  };
  return mapped({ kind: "message", sender, native: null, message });
}

const NO_TEXT: FlatText = { blocks: [] };

interface ReadBody {
  /** null: there is nothing to be seen. */
  readonly body: MessageBody | null;
  readonly losses: readonly Loss[];
}

function bodyOf(message: SlackMessage, context: SlackInbound): ReadBody {
  if (message.subtype === "huddle_thread") return { body: huddle(message, context), losses: [] };
  const attachments = message.attachments ?? [];
  const said = readEither(message.blocks, message.text, context);
  const attached = attachments.length === 0 ? null : readAttachments(attachments, context);
  const text = attached ? joined(said.text, attached.text) : said.text;
  const losses = attached ? [...said.losses, ...attached.losses] : said.losses;
  const shown = !isBlank(text);
  if (message.files && message.files.length > 0) {
    const { files, links, losses: fileLosses } = readFiles(message.files);
    const all = [...losses, ...fileLosses];
    const written = joined(shown ? text : NO_TEXT, { blocks: links });
    const caption = written.blocks.length > 0 ? written : null;
    if (files.length > 0)
      return { body: { kind: "media", files, caption, sticker: false, spoiler: null }, losses: all };
    return { body: caption && textBody(message, caption, context), losses: all };
  }
  return { body: shown ? textBody(message, text, context) : null, losses };
}

function textBody(message: SlackMessage, text: FlatText, context: SlackInbound): MessageBody {
  const previews = previewsOf(message.attachments ?? [], context);
  return { kind: "text", style: styleOf(message), text, spoiler: null, previews };
}

/** What a user says plainly has no subtype, or one of these; anything else with text is said by a program. */
const SAID_BY_USERS = new Set(["file_share", "thread_broadcast"]);

function styleOf({ subtype, bot_id: bot }: SlackMessage): "plain" | "emote" | "notice" {
  if (subtype === "me_message") return "emote";
  if (bot) return "notice";
  return !subtype || SAID_BY_USERS.has(subtype) ? "plain" : "notice";
}

function huddle(message: SlackMessage, context: SlackInbound): MessageBody {
  const given = message.room?.huddle_link ?? "";
  const known = given.startsWith("https://") && URL.canParse(given);
  const url = `https://app.slack.com/huddle/${encodeURIComponent(context.team)}/${encodeURIComponent(message.channel ?? "")}`;
  return { kind: "call", url: known ? given : url, name: message.room?.name || "Huddle on Slack" };
}

interface ReadThread {
  readonly thread: Uint8Array;
  readonly losses: readonly Loss[];
}

const NO_THREAD: ReadThread = { thread: new Uint8Array(), losses: [] };

/** A thread is called by the id of its first message; a parent that stands in a thread elsewhere goes on in that one. */
function threadOf(message: SlackMessage, context: SlackInbound): ReadThread {
  const parent = message.thread_ts;
  if (!parent || parent === message.ts) return NO_THREAD;
  const known = context.message(parent);
  if (!known) {
    const loss: Loss = { code: "thread_flattened", detail: `its first message is not known: ${parent}` };
    return { ...NO_THREAD, losses: [loss] };
  }
  const thread = known.thread.length > 0 ? known.thread : Buffer.from(known.root, "hex");
  return { thread: new Uint8Array(thread), losses: [] };
}

function isPrivate(message: SlackMessage): boolean {
  return message.channel_type === "im" || message.is_ephemeral === true;
}
