/** Changing the runs of a flat text wherever they stand. */
import { tidyRuns } from "../markup/flat-builder.ts";
import type { Block, FlatText, Run } from "../markup/flat.ts";

/** The text with every run replaced by what `change` gives for it, neighbours of equal marks as one. Code blocks and rules have no runs. */
export function mapRuns(text: FlatText, change: (run: Run) => readonly Run[]): FlatText {
  return { blocks: text.blocks.map((block) => changed(block, change)) };
}

function changed(block: Block, change: (run: Run) => readonly Run[]): Block {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return { ...block, runs: tidyRuns(block.runs.flatMap(change)) };
    case "row":
      return { ...block, cells: block.cells.map((cell) => tidyRuns(cell.flatMap(change))) };
    case "code":
    case "rule":
      return block;
  }
}
