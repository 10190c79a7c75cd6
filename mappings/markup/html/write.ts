/** The flat form as HTML for messages, in one pass and with no other elements than Matrix allows. */
import type { WrittenText } from "../context.ts";
import type { Block, CodeBlock, FlatText, ItemBlock, RowBlock } from "../flat.ts";
import type { Placement } from "../markdown/containers.ts";
import { placeBlocks } from "../markdown/containers.ts";
import { TASK_BOX } from "./canonical.ts";
import type { HtmlWriteDialect } from "./dialect.ts";
import { escapeHtml } from "./escape.ts";
import { oneLine } from "./inline-elements.ts";
import { LossLog } from "./loss-log.ts";
import { writableHtml } from "./normalise.ts";
import type { RunWriting } from "./write-runs.ts";
import { writeRuns } from "./write-runs.ts";

/** A quote or a list that is open; `next`: the number that an ordered list's next item has. */
type Open = { readonly kind: "quote" } | { readonly kind: "list"; readonly next: number | null };

/**
 * HTML that is complete, escaped, and of the elements that Matrix allows in messages (client-server API, section
 * 11.2.1.1); reading it gives normaliseHtml(flat, dialect). A text that is one paragraph has no `<p>`. `spoiler` is the
 * reason that its hidden parts show; empty: none.
 */
export function writeHtml(flat: FlatText, dialect: HtmlWriteDialect, spoiler = ""): WrittenText<string> {
  const losses = new LossLog();
  const { blocks } = writableHtml(flat, dialect, losses);
  const writing: RunWriting = { dialect, spoiler: oneLine(spoiler) };
  const [only] = blocks;
  const bare = blocks.length === 1 && only?.kind === "paragraph" && only.quote === 0;
  const value = bare ? writeRuns(only.runs, writing) : writeBlocks(blocks, writing);
  return { value, losses: losses.list };
}

function writeBlocks(blocks: readonly Block[], writing: RunWriting): string {
  const out: string[] = [];
  const open: Open[] = [];
  const placements = placeBlocks(blocks);
  for (const [at, placement] of placements.entries()) {
    enter(placement, open, out);
    const { block } = placement;
    if (block.kind === "row")
      writeRow(block, rowBeside(block, blocks[at - 1]), rowBeside(block, blocks[at + 1]), writing, out);
    else out.push(writeBlock(block, writing));
  }
  closeTo(0, open, out);
  return out.join("");
}

/** Closes the containers that the block does not stand in, and opens those that it does. */
function enter({ block, containers, kept }: Placement, open: Open[], out: string[]): void {
  const item = block.kind === "item" ? block : null;
  const before = open[kept];
  if (item !== null && containers.length === kept + 1 && before?.kind === "list") {
    if (before.next === numberOf(item)) {
      closeTo(kept + 1, open, out);
      open[kept] = listOf(item);
      out.push("</li><li>");
      return;
    }
  }
  closeTo(kept, open, out);
  for (const container of containers.slice(kept)) {
    if (container.kind === "quote" || item === null) {
      open.push({ kind: "quote" });
      out.push("<blockquote>");
      continue;
    }
    const number = numberOf(item);
    open.push(listOf(item));
    if (number === null) out.push("<ul><li>");
    else out.push(number === 1 ? "<ol><li>" : `<ol start="${number}"><li>`);
  }
}

function closeTo(count: number, open: Open[], out: string[]): void {
  while (open.length > count) {
    const container = open.pop();
    if (container?.kind === "quote") out.push("</blockquote>");
    else out.push(container?.next === null ? "</li></ul>" : "</li></ol>");
  }
}

function numberOf(item: ItemBlock): number | null {
  return typeof item.marker === "number" ? item.marker : null;
}

function listOf(item: ItemBlock): Open {
  const number = numberOf(item);
  return { kind: "list", next: number === null ? null : number + 1 };
}

function writeBlock(block: Exclude<Block, RowBlock>, writing: RunWriting): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${writeRuns(block.runs, writing)}</p>`;
    case "heading":
      return `<h${block.level}>${writeRuns(block.runs, writing)}</h${block.level}>`;
    case "item":
      return boxOf(block) + writeRuns(block.runs, writing);
    case "code":
      return writeCode(block);
    case "rule":
      return "<hr>";
  }
}

function boxOf(item: ItemBlock): string {
  if (typeof item.marker !== "boolean") return "";
  return `${item.marker ? TASK_BOX.done : TASK_BOX.open} `;
}

function writeCode({ language, text }: CodeBlock): string {
  const name = language === "" ? "" : ` class="language-${escapeHtml(language)}"`;
  return `<pre><code${name}>${escapeHtml(text)}\n</code></pre>`;
}

/** The row beside this one, if both are of one table. */
function rowBeside(row: RowBlock, other: Block | undefined): RowBlock | null {
  return other?.kind === "row" && other.quote === row.quote && other.list === row.list ? other : null;
}

/** Heading rows at a table's beginning are its head. */
function writeRow(
  row: RowBlock,
  before: RowBlock | null,
  after: RowBlock | null,
  writing: RunWriting,
  out: string[],
): void {
  if (before === null) out.push("<table>", row.header ? "<thead>" : "<tbody>");
  else if (before.header && !row.header) out.push("</thead><tbody>");
  const cell = row.header ? "th" : "td";
  out.push("<tr>", ...row.cells.map((runs) => `<${cell}>${writeRuns(runs, writing)}</${cell}>`), "</tr>");
  if (after === null) out.push(row.header ? "</thead>" : "</tbody>", "</table>");
}
