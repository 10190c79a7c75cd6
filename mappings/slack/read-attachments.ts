/** Slack's attachments: what apps show beside their text, messages that are shared, previews of links. */
import type { Loss } from "../loss.ts";
import type { Block, FlatText, Run } from "../markup/flat.ts";
import { Mark } from "../markup/flat.ts";
import type { ReadText } from "../markup/context.ts";
import { plainTextOf } from "../markup/plain.ts";
import type { LinkPreview } from "../message.ts";
import { isBlank } from "./blank.ts";
import type { SlackAttachment } from "./event.ts";
import type { SlackInbound } from "./inbound.ts";
import { LONGEST_TEXT } from "./markup/limits.ts";
import { readMrkdwn } from "./markup/mrkdwn-read.ts";
import { readRichText } from "./markup/rich-text-read.ts";
import { isPreview } from "./revision.ts";

/** What a block counts of the length of all attachments' text, besides its characters. */
const BLOCK_LENGTH = 20;

/** The pages that Slack shows previews of. */
export function previewsOf(
  attachments: readonly SlackAttachment[],
  context: SlackInbound,
): readonly LinkPreview[] {
  return attachments.filter(isPreview).flatMap((attachment) => {
    const url = attachment.from_url ?? attachment.original_url ?? "";
    if (!/^https?:/u.test(url)) return [];
    const described = readMrkdwn(attachment.text ?? "", context);
    return [{ url, title: attachment.title ?? "", description: plainTextOf(described.text) }];
  });
}

/**
 * The attachments that are content of the message, in order and quoted: shared messages with author and permalink,
 * and what apps attach. The text of a message from a channel that is not linked stays where it is. What follows on more
 * than LONGEST_TEXT characters is left out.
 */
export function readAttachments(attachments: readonly SlackAttachment[], context: SlackInbound): ReadText {
  const content = attachments.filter((attachment) => !isPreview(attachment));
  const blocks: Block[] = [];
  const losses: Loss[] = [];
  let length = 0;
  for (const attachment of content) {
    if (length > LONGEST_TEXT) {
      losses.push({ code: "text_cut", detail: "attachments" });
      break;
    }
    const isShared = attachment.is_share === true || attachment.is_msg_unfurl === true;
    const read = isShared ? readShared(attachment, context) : readAttached(attachment, context);
    length += plainTextOf(read.text).length + read.text.blocks.length * BLOCK_LENGTH;
    for (const block of read.text.blocks) blocks.push(quoted(block));
    for (const loss of read.losses) losses.push(loss);
  }
  return { text: { blocks }, losses };
}

function readShared(attachment: SlackAttachment, context: SlackInbound): ReadText {
  const author = attachment.author_id ? context.user(attachment.author_id)?.name : null;
  const name = author ?? attachment.author_name ?? "somebody";
  const link = httpUrl(attachment.from_url ?? attachment.original_url);
  const permalink = link ? [textRun(" ", 0, null), textRun(link, 0, link)] : [];
  const head = paragraph([textRun(name, Mark.bold, null), ...permalink]);
  const open = attachment.channel_id ? context.room(attachment.channel_id) !== null : false;
  if (!open) {
    const detail = "the text of a shared message whose channel is not linked";
    return { text: { blocks: [head] }, losses: [{ code: "not_bridged", detail }] };
  }
  const blocks = attachment.message_blocks?.flatMap(({ message }) => message.blocks) ?? attachment.blocks;
  const body = readEither(blocks, attachment.text, context);
  return { text: { blocks: [head, ...body.text.blocks] }, losses: body.losses };
}

function readAttached(attachment: SlackAttachment, context: SlackInbound): ReadText {
  const losses: Loss[] = [];
  const blocks: Block[] = [];
  const add = (read: ReadText) => {
    blocks.push(...read.text.blocks);
    losses.push(...read.losses);
  };
  add(readMrkdwn(attachment.pretext ?? "", context));
  const link = httpUrl(attachment.title_link);
  if (attachment.title) blocks.push(paragraph([textRun(attachment.title, Mark.bold, link)]));
  add(readEither(attachment.blocks, attachment.text, context));
  for (const { title, value } of attachment.fields ?? []) {
    if (title) blocks.push(paragraph([textRun(title, Mark.bold, null)]));
    add(readMrkdwn(value ?? "", context));
  }
  const picture = httpUrl(attachment.image_url);
  if (picture) {
    blocks.push(paragraph([textRun(picture, 0, picture)]));
    losses.push({ code: "image_dropped", detail: "an attachment's picture" });
  }
  if (isBlank({ blocks })) add(readMrkdwn(attachment.fallback ?? "", context));
  return { text: { blocks }, losses };
}

/** The blocks where they show something, else the text: blocks say more, but may be of kinds without text. */
export function readEither(
  blocks: readonly unknown[] | null | undefined,
  text: string | null | undefined,
  context: SlackInbound,
): ReadText {
  if (blocks && blocks.length > 0) {
    const read = readRichText(blocks, context);
    if (!isBlank(read.text) || !text) return read;
  }
  return readMrkdwn(text ?? "", context);
}

function quoted(block: Block): Block {
  return { ...block, quote: block.quote + 1 };
}

function paragraph(runs: readonly Run[]): Block {
  return { kind: "paragraph", quote: 0, list: 0, runs };
}

function textRun(text: string, marks: number, link: string | null): Run {
  return { kind: "text", text, marks, link };
}

function httpUrl(text: string | null | undefined): string | null {
  return text && /^https?:\/\//u.test(text) && URL.canParse(text) ? text : null;
}

/** Both texts, one after the other. */
export function joined(first: FlatText, second: FlatText): FlatText {
  return second.blocks.length === 0 ? first : { blocks: [...first.blocks, ...second.blocks] };
}
