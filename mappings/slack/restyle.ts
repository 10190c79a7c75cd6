/** Changes of a whole text before it is written to Slack: emotes in italics, hidden words masked. */
import { type Block, type FlatText, Mark, type Run } from "../markup/flat.ts";

/** What stands for hidden words. */
export const MASK = "▒▒▒";

/** What somebody does is set in italics. */
export function inItalics(text: FlatText): FlatText {
  return mapped(text, (runs) => runs.map((run) => ({ ...run, marks: run.marks | Mark.italic })));
}

/** Whether some words are hidden. */
export function hidesWords(text: FlatText): boolean {
  return text.blocks.some((block) => {
    if (block.kind === "row") return block.cells.some((cell) => cell.some((run) => isHidden(run)));
    return "runs" in block && block.runs.some((run) => isHidden(run));
  });
}

/** One mask for each stretch of hidden words. */
export function masked(text: FlatText): FlatText {
  return mapped(text, (runs) => {
    const kept: Run[] = [];
    for (const [at, run] of runs.entries()) {
      const before = runs[at - 1];
      if (!isHidden(run)) kept.push(run);
      else if (!before || !isHidden(before)) kept.push({ kind: "text", text: MASK, marks: 0, link: null });
    }
    return kept;
  });
}

/** The same text with nothing hidden. */
export function revealed(text: FlatText): FlatText {
  return mapped(text, (runs) => runs.map((run) => ({ ...run, marks: run.marks & ~Mark.spoiler })));
}

function isHidden(run: Run): boolean {
  return (run.marks & Mark.spoiler) !== 0;
}

function mapped(text: FlatText, change: (runs: readonly Run[]) => readonly Run[]): FlatText {
  return { blocks: text.blocks.map((block) => mappedBlock(block, change)) };
}

function mappedBlock(block: Block, change: (runs: readonly Run[]) => readonly Run[]): Block {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return { ...block, runs: change(block.runs) };
    case "row":
      return { ...block, cells: block.cells.map((cell) => change(cell)) };
    case "code":
    case "rule":
      return block;
  }
}
