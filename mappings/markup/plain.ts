/** A flat text in readable characters alone: for notifications, quotations, and where nothing else is shown. */
import type { Block, FlatText, Run } from "./flat.ts";
import { labelIsUrl } from "./links.ts";

/**
 * Lists with `- ` and `1. `, quotes with `> `, code as it is, rows with ` | ` between their cells, links as
 * `text (url)`, mentions as `@Name`. Blocks stand apart by an empty line, but items and rows.
 */
export function plainTextOf(flat: FlatText): string {
  const [first] = flat.blocks;
  if (first === undefined) return "";
  if (flat.blocks.length === 1 && first.kind === "paragraph" && first.quote === 0 && first.list === 0)
    return plainRuns(first.runs);
  const lines: string[] = [];
  let before: Block | null = null;
  for (const block of flat.blocks) {
    if (before !== null && !isJoined(before, block))
      lines.push("> ".repeat(Math.min(before.quote, block.quote)).trimEnd());
    pushBlock(lines, block);
    before = block;
  }
  return lines.join("\n");
}

/** One block's runs in characters alone. */
export function plainRuns(runs: readonly Run[]): string {
  const out: string[] = [];
  for (const [at, run] of runs.entries()) {
    out.push(plainRun(run));
    const next = runs[at + 1];
    const link = run.kind === "text" ? run.link : null;
    if (link === null || (next?.kind === "text" && next.link === link)) continue;
    const label = labelUpTo(runs, at, link);
    if (!labelIsUrl(label, link)) out.push(` (${link})`);
  }
  return out.join("");
}

/** A link's whole label, whose last run is at `at`. */
function labelUpTo(runs: readonly Run[], at: number, link: string): string {
  const parts: string[] = [];
  for (let i = at; i >= 0; i--) {
    const run = runs[i];
    if (run?.kind !== "text" || run.link !== link) break;
    parts.push(run.text);
  }
  return parts.toReversed().join("");
}

function plainRun(run: Run): string {
  switch (run.kind) {
    case "text":
      return run.text;
    case "mention":
      return `@${run.name}`;
    case "group":
      return `#${run.name}`;
    case "broadcast":
      return `@${run.scope}`;
    case "emoji":
      return `:${run.name}:`;
  }
}

function isJoined(before: Block, block: Block): boolean {
  if (before.quote !== block.quote) return false;
  if (before.kind === "row" && block.kind === "row") return true;
  return block.kind === "item" && before.list > 0;
}

function pushBlock(lines: string[], block: Block): void {
  const quote = "> ".repeat(block.quote);
  const item = block.kind === "item" ? itemMarker(block.marker) : "";
  const depth = block.kind === "item" ? block.list - 1 : block.list;
  const indent = "  ".repeat(Math.max(0, depth));
  const hanging = " ".repeat(item.length);
  for (const [at, line] of blockText(block).split("\n").entries())
    lines.push(`${quote}${indent}${at === 0 ? item : hanging}${line}`.trimEnd());
}

function itemMarker(marker: "bullet" | number | boolean): string {
  if (marker === "bullet") return "- ";
  if (typeof marker === "number") return `${marker}. `;
  return marker ? "- [x] " : "- [ ] ";
}

function blockText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return plainRuns(block.runs);
    case "code":
      return block.text;
    case "row":
      return block.cells.map((cell) => plainRuns(cell).replaceAll("\n", " ")).join(" | ");
    case "rule":
      return "---";
  }
}
