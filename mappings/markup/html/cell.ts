/** A cell of a table holds runs only: what blocks it has become lines of it. */
import type { Block, Run } from "../flat.ts";
import { Mark } from "../flat.ts";
import { plainRuns } from "../plain.ts";
import type { LossLog } from "./loss-log.ts";

/** The runs of all blocks, with line breaks between them. Names the loss where a block was more than a paragraph. */
export function cellRuns(blocks: readonly Block[], losses: LossLog): Run[] {
  const [first] = blocks;
  const plain = blocks.length === 1 && first?.kind === "paragraph" && first.quote === 0 && first.list === 0;
  if (first !== undefined && !plain) losses.add("block_flattened", "cell");
  return blocks.flatMap((block, at) => (at === 0 ? runsOf(block) : [textRun("\n", 0), ...runsOf(block)]));
}

function runsOf(block: Block): readonly Run[] {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return block.runs;
    case "item":
      return [textRun(typeof block.marker === "number" ? `${block.marker}. ` : "- ", 0), ...block.runs];
    case "code":
      return [textRun(block.text, Mark.code)];
    case "row":
      return [textRun(block.cells.map((cell) => plainRuns(cell)).join(" | "), 0)];
    case "rule":
      return [textRun("---", 0)];
  }
}

function textRun(text: string, marks: number): Run {
  return { kind: "text", text, marks, link: null };
}
