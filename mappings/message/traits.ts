/** What a text holds that decides on how it is written, found in one walk. */
import type { UserUri } from "../ids.ts";
import type { Block, FlatText, Run } from "../markup/flat.ts";
import type { Scope } from "./extensions.ts";

/** More users than this are not listed in the extension; the text names them all. */
export const MOST_MENTIONS = 256;

export interface Traits {
  /** One paragraph, or none, of characters without any markup. */
  readonly plain: boolean;
  /** All marks that occur, a sum of Mark bits. */
  readonly marks: number;
  readonly emoji: boolean;
  /** Of the first run that addresses everybody. */
  readonly scope: Scope | null;
  /** Each user once, in the order of the text. */
  readonly users: readonly UserUri[];
}

/** All runs of a block, those of a row's cells one after the other; code and rules have none. */
export function runsOf(block: Block): readonly Run[] {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return block.runs;
    case "row":
      return block.cells.flat();
    case "code":
    case "rule":
      return [];
  }
}

/** The same text with other runs; a block whose runs stay the same object stays so as well. */
export function mapRuns(text: FlatText, change: (runs: readonly Run[]) => readonly Run[]): FlatText {
  return { blocks: text.blocks.map((block) => mapBlock(block, change)) };
}

function mapBlock(block: Block, change: (runs: readonly Run[]) => readonly Run[]): Block {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return { ...block, runs: change(block.runs) };
    case "row":
      return { ...block, cells: block.cells.map(change) };
    case "code":
    case "rule":
      return block;
  }
}

/** The characters of a text without any markup, or null where it has some. The short way of most messages. */
export function plainWords({ blocks }: FlatText): string | null {
  const [block, second] = blocks;
  if (!block) return "";
  if (second || block.kind !== "paragraph" || block.quote > 0 || block.list > 0) return null;
  let words = "";
  for (const run of block.runs) {
    if (run.kind !== "text" || run.marks !== 0 || run.link !== null) return null;
    words += run.text;
  }
  return words;
}

export function traitsOf(text: FlatText): Traits {
  const users = new Set<UserUri>();
  let marks = 0;
  let emoji = false;
  let scope: Scope | null = null;
  for (const block of text.blocks)
    for (const run of runsOf(block)) {
      marks |= run.marks;
      if (run.kind === "emoji") emoji = true;
      else if (run.kind === "broadcast") scope ??= run.scope;
      else if (run.kind === "mention" && users.size < MOST_MENTIONS) users.add(run.user);
    }
  return { plain: plainWords(text) !== null, marks, emoji, scope, users: [...users] };
}
