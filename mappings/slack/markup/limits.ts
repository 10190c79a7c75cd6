/** Slack's limits on the text of a message, and those under which the gateway reads and writes. */

/** UTF-16 code units; Slack cuts `text` behind it. Also the longest mrkdwn whose marks are read. */
export const LONGEST_TEXT = 40_000;
/** Code points of text that one message should have: longer texts are split. */
export const MESSAGE_BUDGET = 3500;
/** Code points of text after which the writer cuts, about what Slack takes in blocks (msg_blocks_too_long beyond). */
export const LONGEST_MESSAGE = 12_000;
/** Blocks of a message that its text may take; Slack takes 50, and replies or polls need some. */
export const MOST_TEXT_BLOCKS = 40;
/** Elements of a message that are read with their marks; a message of Slack's composer stays far below. */
export const MOST_ELEMENTS = 10_000;
/** `indent` of a list begins at 0. */
export const DEEPEST_INDENT = 8;
/** UTF-16 code units of a link's URL. */
export const LONGEST_URL = 3000;

/** How long a text is as Slack counts it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
