/** Texts that are within the limits of reading, whatever they look like as Markdown: most, and told without writing. */
import type { Block, Run } from "../flat.ts";
import type { Placement } from "./containers.ts";
import { DEEPEST_SPANS, LONGEST, MOST_WORK, workOf } from "./limits.ts";

/** How many characters one character becomes at most. */
const LONGEST_ESCAPE = 10;
/** Delimiters and brackets of a run on both sides, and its line. */
const PER_RUN = 400;
/** Containers whose markers, however wide, are within the limit on a line's depth. */
const FEW_CONTAINERS = 2;
const DELIMITER = /[*_~]/g;

/** Whether canonical blocks are short and simple enough to be read for sure. False: they have to be written to know. */
export function isSurelyReadable(placements: readonly Placement[]): boolean {
  const texts: string[] = [];
  for (const { block, containers } of placements) {
    if (block.kind === "code" || containers.length > FEW_CONTAINERS) return false;
    pushTexts(texts, block);
  }
  const all = texts.join("\n");
  if (all.length * LONGEST_ESCAPE > LONGEST) return false;
  return workOf(all) * 2 + texts.length * PER_RUN <= MOST_WORK && countDelimiters(all) <= DEEPEST_SPANS;
}

function countDelimiters(text: string): number {
  return text.match(DELIMITER)?.length ?? 0;
}

/** All that is written of a block but its delimiters. */
function pushTexts(texts: string[], block: Block): void {
  if (block.kind === "row") for (const cell of block.cells) texts.push(...cell.map(textOf), "");
  else if ("runs" in block) texts.push(...block.runs.map(textOf), "");
}

function textOf(run: Run): string {
  switch (run.kind) {
    case "text":
      return run.link === null ? run.text : `${run.text} ${run.link}`;
    case "mention":
      return `${run.name} ${run.user}`;
    case "group":
      return `${run.name} ${run.group}`;
    case "emoji":
      return `${run.name} ${run.source ?? ""}`;
    case "broadcast":
      return run.scope;
  }
}
