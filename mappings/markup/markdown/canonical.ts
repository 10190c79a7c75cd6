/** What of a flat text Markdown can say: the blocks that are written, and the text that reading them gives. */
import type { Loss } from "../../loss.ts";
import { tidyBlocks, tidyCode } from "../flat-builder.ts";
import type { Block, CodeBlock, RowBlock, Run } from "../flat.ts";
import type { Placement } from "./containers.ts";
import { placeBlocks } from "./containers.ts";
import { nestRuns, runsOfSteps } from "./nesting.ts";
import { prepareRuns, splitParagraphs } from "./prepare-runs.ts";

const LANGUAGE = /^[\w#.+-]{1,32}$/;

/**
 * The blocks as they are written: marks nested, empty lines as ends of paragraphs, depths that containers can have,
 * tables with a heading and as many cells in each row.
 */
export function canonicalBlocks(blocks: readonly Block[], losses: Loss[]): Placement[] {
  const said = tidyBlocks(blocks.flatMap((block) => canonicalBlock(block, losses)));
  return evenTables(placeBlocks(said));
}

function canonicalBlock(block: Block, losses: Loss[]): Block[] {
  switch (block.kind) {
    case "paragraph":
      return paragraphsOf(block.runs, losses).map((runs) => ({ ...block, runs }));
    case "item":
      return paragraphsOf(block.runs, losses).map((runs, at) =>
        at === 0 ? { ...block, runs } : { kind: "paragraph", quote: block.quote, list: block.list, runs },
      );
    case "heading": {
      const level = Math.min(6, Math.max(1, Math.trunc(block.level) || 1));
      return [{ ...block, level, runs: nested(prepareRuns(block.runs, "heading", losses)) }];
    }
    case "code":
      return [canonicalCode(block)];
    case "row":
      return [{ ...block, cells: block.cells.map((cell) => nested(prepareRuns(cell, "cell", losses))) }];
    case "rule":
      return [block];
  }
}

function paragraphsOf(runs: readonly Run[], losses: Loss[]): Run[][] {
  return splitParagraphs(prepareRuns(runs, "line", losses)).map(nested);
}

function nested(runs: readonly Run[]): Run[] {
  return runsOfSteps(nestRuns(runs));
}

function canonicalCode(block: CodeBlock): CodeBlock {
  return { ...tidyCode(block), language: LANGUAGE.test(block.language) ? block.language : "" };
}

/** Rows in the same containers, up to the next heading row, are a table; its first row is its heading. */
function evenTables(placements: readonly Placement[]): Placement[] {
  const out: Placement[] = [];
  for (let at = 0; at < placements.length;) {
    const placement = placements[at];
    if (placement === undefined) break;
    const { block } = placement;
    let end = at + 1;
    if (block.kind === "row") while (continuesTable(block, placements[end]?.block)) end++;
    const group = placements.slice(at, end);
    out.push(...(block.kind === "row" ? evenTable(group) : group));
    at = end;
  }
  return out;
}

function continuesTable(row: RowBlock, next: Block | undefined): boolean {
  return next?.kind === "row" && !next.header && next.quote === row.quote && next.list === row.list;
}

function evenTable(group: readonly Placement[]): Placement[] {
  const width = Math.max(...group.map(({ block }) => (block.kind === "row" ? block.cells.length : 0)));
  return group.map((placement, at) => {
    const { block } = placement;
    if (block.kind !== "row") return placement;
    const missing = Array.from({ length: width - block.cells.length }, () => []);
    return { ...placement, block: { ...block, header: at === 0, cells: [...block.cells, ...missing] } };
  });
}
