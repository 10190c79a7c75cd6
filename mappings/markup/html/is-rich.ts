/** Whether a text says more than its characters do. */
import type { Block, FlatText, Run } from "../flat.ts";

/** True where there is any mark, link, mention, emoji or block but plain paragraphs; line breaks are no markup. */
export function isRich(flat: FlatText): boolean {
  return flat.blocks.some(isRichBlock);
}

function isRichBlock(block: Block): boolean {
  return block.kind !== "paragraph" || block.quote > 0 || block.list > 0 || block.runs.some(isRichRun);
}

function isRichRun(run: Run): boolean {
  switch (run.kind) {
    case "text":
      return run.marks !== 0 || run.link !== null;
    case "broadcast":
      return run.marks !== 0;
    case "mention":
    case "group":
    case "emoji":
      return true;
  }
}
