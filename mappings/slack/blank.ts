/** Text that shows nothing: Slack refuses it (`no_text`), and nobody misses it. */
import type { Block, FlatText, Run } from "../markup/flat.ts";

const NOTHING = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u;

/** Whether there is no character, mention or picture to be seen. */
export function isBlank(text: FlatText): boolean {
  return text.blocks.every((block) => isEmpty(block));
}

function isEmpty(block: Block): boolean {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return showNothing(block.runs);
    case "code":
      return NOTHING.test(block.text);
    case "row":
      return block.cells.every((cell) => showNothing(cell));
    case "rule":
      return false;
  }
}

function showNothing(runs: readonly Run[]): boolean {
  return runs.every((run) => run.kind === "text" && NOTHING.test(run.text));
}
