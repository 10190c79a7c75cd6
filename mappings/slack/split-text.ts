/** Texts as Slack takes them: one message, several, or the first one and a file with the whole. */
import type { Loss } from "../loss.ts";
import type { MarkupWriter } from "../markup/context.ts";
import type { FlatText } from "../markup/flat.ts";
import { plainTextOf } from "../markup/plain.ts";
import { splitFlat } from "../markup/split.ts";
import type { SlackText } from "./markup/blocks.ts";
import { MESSAGE_BUDGET, MOST_TEXT_BLOCKS } from "./markup/limits.ts";
import { writeRichText } from "./markup/rich-text-write.ts";

export interface SplitText {
  readonly parts: readonly SlackText[];
  /** What was too much for messages, as the text of a file; null: nothing. */
  readonly file: string | null;
  readonly losses: readonly Loss[];
}

/**
 * No part has more than 3,500 characters as they are sent, since what is longer than 4,000 could not be edited; nor
 * more blocks than a message may have.
 */
export function splitForSlack(text: FlatText, writer: MarkupWriter): SplitText {
  const whole = writeRichText(text, writer);
  if (sizeOf(whole.value) <= MESSAGE_BUDGET)
    return { parts: [whole.value], file: null, losses: whole.losses };
  const budget = {
    size: (part: FlatText) => sizeOf(writeRichText(part, writer).value),
    limit: MESSAGE_BUDGET,
  };
  const split = splitFlat(text, budget);
  if (split.kind === "parts") {
    const written = split.parts.map((part) => writeRichText(part, writer));
    const losses = written.flatMap((part) => part.losses);
    return { parts: written.map(({ value }) => value), file: null, losses };
  }
  const head = writeRichText(split.head, writer);
  const cut: Loss = { code: "text_cut", detail: "the whole is in a file" };
  return { parts: [head.value], file: plainTextOf(text), losses: [...head.losses, cut] };
}

function sizeOf({ text, blocks }: SlackText): number {
  return Math.max(text.length, (blocks.length / MOST_TEXT_BLOCKS) * MESSAGE_BUDGET);
}
