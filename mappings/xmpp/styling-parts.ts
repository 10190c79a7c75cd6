/** The small parts of a body under message styling: what lines begin with, and what stands between blocks. */
import type { UserUri } from "../ids.ts";
import type { Block, FlatText } from "../markup/flat.ts";
import { bareLinks } from "./bare-links.ts";
import type { Piece } from "./styling-line.ts";
import { PERHAPS_STYLED, readStyling, readUnstyled } from "./styling-read.ts";

/** Whether a placed piece is a mention; null: of everybody. */
export function isMention(what: object): what is { user: UserUri | null } {
  return "user" in what;
}

/** Whether an empty line stands between them: lists, code and quotes stand apart as they are. */
export function apart(before: Block, block: Block): boolean {
  if (before.quote !== block.quote) return false;
  if (block.kind === "row" || before.kind === "row") return false;
  if (block.kind === "code" || before.kind === "code") return false;
  return !(block.kind === "item" && before.list > 0);
}

/** Two spaces for each level. */
export function indent(levels: number): string {
  return "  ".repeat(Math.max(0, levels));
}

/** What stands before an item's words. */
export function markerOf(marker: "bullet" | number | boolean): string {
  if (marker === "bullet") return "- ";
  if (typeof marker === "number") return `${marker}. `;
  return marker ? "\u2611 " : "\u2610 ";
}

/** Words of the same marks. */
export function words(text: string, marks: number): Piece {
  return { text, marks, what: "text" };
}

/** The lines of a text; null: a line break. */
export function lines(text: string, marks: number): readonly (Piece | null)[] {
  if (!text.includes("\n")) return [words(text, marks)];
  return text
    .split("\n")
    .flatMap((line, at) => (at === 0 ? [words(line, marks)] : [null, words(line, marks)]));
}

/** The text without line breaks. */
export function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}

/** Whether a reader finds the URL as it is. */
export function isLink(url: string): boolean {
  const [link] = bareLinks(url);
  return link?.from === 0 && link.to === url.length;
}

/** Whether a reader takes some of the characters as styling. */
export function isMisread(text: string): boolean {
  if (!PERHAPS_STYLED.test(text)) return false;
  const links = bareLinks(text);
  const read = readStyling(text, links);
  return read.blocks.some(isStyled) || characters(read) !== characters(readUnstyled(text, links));
}

function isStyled(block: Block): boolean {
  if (block.quote > 0 || block.kind !== "paragraph") return true;
  return block.runs.some((run) => run.marks !== 0);
}

function characters({ blocks }: FlatText): number {
  const runs = blocks.flatMap((block) => (block.kind === "paragraph" ? block.runs : []));
  return runs.reduce((sum, run) => sum + (run.kind === "text" ? run.text.length : 0), 0);
}
