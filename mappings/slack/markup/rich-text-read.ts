/** Slack's blocks (Block Kit) to text in memory. */
import { z } from "zod";
import type { ReadText } from "../../markup/context.ts";
import { tidyBlocks } from "../../markup/flat-builder.ts";
import type { Block } from "../../markup/flat.ts";
import { readKitBlock } from "./block-kit-read.ts";
import type { SlackReader } from "./context.ts";
import { Reading } from "./reading.ts";
import { ElementReader } from "./rich-text-elements.ts";
import { readPart } from "./rich-text-parts.ts";

const richText = z.object({ type: z.literal("rich_text"), elements: z.array(z.unknown()).catch([]) });

/**
 * Reads the `blocks` of a message: `rich_text` whole, the blocks that programs post as far as they have text. Beyond
 * MOST_ELEMENTS the rest is plain. No text: a message whose `text` has to be read instead.
 */
export function readRichText(blocks: unknown, context: SlackReader): ReadText {
  const reading = new Reading(context);
  const elements = new ElementReader(reading);
  const found: Block[] = [];
  if (!Array.isArray(blocks)) {
    reading.lose("event_unreadable", "blocks");
    return { text: { blocks: [] }, losses: reading.losses() };
  }
  for (const raw of blocks as readonly unknown[]) {
    const rich = richText.safeParse(raw);
    if (!rich.success) {
      for (const block of readKitBlock(raw, elements, reading)) found.push(block);
      continue;
    }
    for (const part of rich.data.elements) {
      for (const block of readPart(part, elements, reading)) found.push(block);
    }
  }
  return { text: { blocks: tidyBlocks(found) }, losses: reading.losses() };
}
