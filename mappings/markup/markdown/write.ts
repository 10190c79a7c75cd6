/** Writing GFM-MIMI Markdown, and what reading it again gives. */
import type { Loss } from "../../loss.ts";
import type { WrittenText } from "../context.ts";
import type { Block, CodeBlock, FlatText, RowBlock, Run } from "../flat.ts";
import { plainTextOf } from "../plain.ts";
import { tidyRuns } from "../flat-builder.ts";
import { broadcastOf, withBroadcast } from "./broadcast.ts";
import { canonicalBlocks } from "./canonical.ts";
import type { Container, Placement } from "./containers.ts";
import { isReadable } from "./limits.ts";
import { isSurelyReadable } from "./readable.ts";
import { nestRuns } from "./nesting.ts";
import type { RunsPlace } from "./prepare-runs.ts";
import { writeSteps } from "./write-runs.ts";

/**
 * Markdown without raw HTML, in which characters are escaped only where they would else be markup. Losses: marks that
 * Markdown lacks, links that are not allowed, emoji without a picture. A text that is so long or rich that a reader
 * with our limits would not parse it is given as plain text, with the loss `markup_unread`: it is to be sent as
 * text/plain.
 */
export function writeMarkdown(flat: FlatText): WrittenText<string> {
  const losses: Loss[] = [];
  const value = writeBlocks(canonicalBlocks(flat.blocks, losses));
  if (isReadable(value)) return { value, losses };
  losses.push({ code: "markup_unread", detail: `${value.length} characters of Markdown` });
  return { value: plainTextOf(flat), losses };
}

/**
 * What reading the written Markdown gives, where the reader is told of the first broadcast (see broadcast.ts). It
 * keeps all words; lost are what writeMarkdown names, white space at the edges of lines, marks on white space beside
 * where spans begin and end, and depths that containers cannot have. Normal texts stay as they are.
 */
export function normalise(flat: FlatText): FlatText {
  const placements = canonicalBlocks(flat.blocks, []);
  const text =
    isSurelyReadable(placements) || isReadable(writeBlocks(placements))
      ? { blocks: placements.map(({ block }) => block) }
      : plainParagraph(plainTextOf(flat));
  const scope = broadcastOf(flat);
  return scope === null ? text : withBroadcast(text, scope);
}

function plainParagraph(text: string): FlatText {
  const runs = tidyRuns([{ kind: "text", text, marks: 0, link: null }]);
  return { blocks: runs.length === 0 ? [] : [{ kind: "paragraph", quote: 0, list: 0, runs }] };
}

function writeBlocks(placements: readonly Placement[]): string {
  const out: string[] = [];
  for (const [at, placement] of placements.entries()) {
    const before = placements[at - 1];
    const isInside = before !== undefined && isFirstInItem(before, placement);
    if (before !== undefined && !isInside) out.push(separator(before, placement));
    out.push(writeBlock(placement, isInside));
  }
  const value = out.join("");
  // A parser drops this character where the text begins with it.
  return value.startsWith("\uFEFF") ? `&#xFEFF;${value.slice(1)}` : value;
}

/** Whether a block stands on the first line of an item that has no text of its own. */
function isFirstInItem(before: Placement, placement: Placement): boolean {
  return (
    before.block.kind === "item" &&
    before.block.runs.length === 0 &&
    placement.kept >= before.containers.length
  );
}

/** The end of a line, and an empty line where the next block would else be taken for more of the one before. */
function separator(before: Placement, { block, containers, kept, sibling }: Placement): string {
  const isNestedItem =
    block.kind === "item" && before.block.kind === "item" && kept === before.containers.length;
  const interrupts = isNestedItem && containers.length === kept + 1 && block.runs.length > 0;
  if (sibling || (interrupts && (typeof block.marker !== "number" || block.marker === 1))) return "\n";
  if (block.kind === "row" && !block.header) return "\n";
  return `\n${prefixOf(containers.slice(0, kept)).trimEnd()}\n`;
}

/** What every further line of a block in these containers begins with. */
function prefixOf(containers: readonly Container[]): string {
  return containers.map((one) => (one.kind === "quote" ? "> " : " ".repeat(one.marker.length))).join("");
}

function writeBlock({ block, containers, kept }: Placement, isInside: boolean): string {
  const opened = containers.slice(kept);
  const opening = opened.map((one) => (one.kind === "quote" ? "> " : one.marker)).join("");
  const first = (isInside ? "" : prefixOf(containers.slice(0, kept))) + opening;
  const further = prefixOf(containers);
  const isOnItemLine = isInside || opened.some((one) => one.kind === "item");
  return linesOf(block, isOnItemLine)
    .map((line, at) => (at === 0 ? first + line : `\n${line === "" ? further.trimEnd() : further + line}`))
    .join("");
}

function linesOf(block: Block, isOnItemLine: boolean): readonly string[] {
  switch (block.kind) {
    case "paragraph":
      return writeRuns(block.runs, "line").split("\n");
    case "heading":
      return [`${"#".repeat(block.level)} ${writeRuns(block.runs, "heading")}`];
    case "item":
      return `${taskBox(block.marker)}${writeRuns(block.runs, "line")}`.split("\n");
    case "code":
      return fenced(block);
    case "row":
      return rowLines(block);
    case "rule":
      // On an item's line three hyphens would be a rule together with the item's own.
      return [isOnItemLine ? "***" : "---"];
  }
}

function writeRuns(runs: readonly Run[], place: RunsPlace): string {
  return writeSteps(nestRuns(runs), place);
}

function taskBox(marker: "bullet" | number | boolean): string {
  if (typeof marker !== "boolean") return "";
  return marker ? "[x] " : "[ ] ";
}

/** Code between fences that are longer than any row of backticks in it. */
function fenced(block: CodeBlock): readonly string[] {
  const longest = (block.text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}${block.language}`, ...(block.text === "" ? [] : block.text.split("\n")), fence];
}

function rowLines(row: RowBlock): readonly string[] {
  const line = `|${row.cells.map((cell) => ` ${writeRuns(cell, "cell")} |`).join("")}`;
  return row.header ? [line, `|${" --- |".repeat(row.cells.length)}`] : [line];
}
