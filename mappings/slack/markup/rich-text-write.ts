/** Text in memory to Slack's `rich_text` blocks and the plain text that notifications show. */
import type { MarkupWriter, WrittenText } from "../../markup/context.ts";
import type { FlatText } from "../../markup/flat.ts";
import { plainTextOf } from "../../markup/plain.ts";
import type { SlackText } from "./blocks.ts";
import { escapeUpTo } from "./escape.ts";
import { codePoints, LONGEST_TEXT } from "./limits.ts";
import { PartWriter } from "./rich-text-parts-write.ts";
import { roomText } from "./room-text.ts";

/**
 * `blocks` and the fallback `text` for them, both within Slack's limits; split longer texts by `measure` before. The
 * fallback is plain and escaped: it has no `<`, so that nothing in it can become a mention, a link or a date.
 *
 * Spoilers are shown, headings are bold, tables are lined up in code, tasks begin with a box; quotes are one or two
 * deep; what else stands in an item than its text follows the list; whom and what Slack doesn't know becomes text.
 */
export function writeRichText(flat: FlatText, context: MarkupWriter): WrittenText<SlackText> {
  const room = roomText(flat, context);
  const writer = new PartWriter(context);
  writer.write(room.flat.blocks);
  const text = escapeUpTo(plainTextOf(room.flat), LONGEST_TEXT);
  return { value: { blocks: writer.finish(), text }, losses: [...room.losses, ...writer.losses()] };
}

/** How long a text is on Slack, in code points: MESSAGE_BUDGET is for a message. */
export function measure(flat: FlatText): number {
  return codePoints(plainTextOf(flat));
}
