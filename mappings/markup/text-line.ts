/**
 * A text as one line of units, of which a piece can be cut out: each UTF-16 unit of its characters is one, each mention,
 * group, broadcast and emoji is one, and each block ends with one. Cells of a table row have one between them.
 */
import type { Block, FlatText, RowBlock, Run } from "./flat.ts";

/** A run in its block. The link of runs that stand together goes from `linkStart` to `linkEnd`; none: both the same. */
interface Span {
  readonly run: Run;
  readonly start: number;
  readonly end: number;
  linkStart: number;
  linkEnd: number;
}

/** A block on the line. */
interface Stretch {
  readonly block: Block;
  /** Where it starts on the line. */
  readonly start: number;
  /** What it reads, with OBJECT for whatever is not characters, and CELL between cells. */
  readonly text: string;
  /** Of every cell of a row; one for other blocks; none for code and rules. */
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly start: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

const OBJECT = "\ufffc";
const CELL = "\u001f";
/** What belongs to the character before it (Unicode Standard Annex 29, rules GB9 and GB9a). */
const JOINS = /^[\p{Mark}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200d]/u;
const characters = new Intl.Segmenter("und", { granularity: "grapheme" });

export class TextLine {
  /** Units in all. */
  readonly length: number;
  readonly #stretches: readonly Stretch[];

  constructor(text: FlatText) {
    let start = 0;
    this.#stretches = text.blocks.map((block) => {
      const stretch = stretchOf(block, start);
      start += stretch.text.length + 1;
      return stretch;
    });
    this.length = start;
  }

  /** What stands from `from` to before `to`. */
  slice(from: number, to: number): FlatText {
    const blocks: Block[] = [];
    for (let i = indexBefore(this.#stretches, from); i < this.#stretches.length; i += 1) {
      const stretch = this.#stretches[i];
      if (!stretch || stretch.start >= to) break;
      const [first, last] = [
        Math.max(0, from - stretch.start),
        Math.min(stretch.text.length, to - stretch.start),
      ];
      if (first < stretch.text.length || stretch.text === "") blocks.push(pieceOf(stretch, first, last));
    }
    return { blocks };
  }

  /** The last start of a block that is not after `most` and not before `least`, or null. */
  blockBefore(most: number, least: number): number | null {
    const start = this.#at(most)?.start ?? 0;
    return start >= least && start > 0 ? start : null;
  }

  /** The last such character, outside of links and rows, that is not after `most` and not before `least`, or null. */
  separatorBefore(separator: "\n" | " ", most: number, least: number): number | null {
    const stretch = this.#at(most);
    if (!stretch || stretch.block.kind === "row") return null;
    let at = stretch.text.lastIndexOf(separator, most - stretch.start);
    // At the very start there is nothing that the part could end with.
    while (at > 0 && at + stretch.start >= least) {
      const link = linkAround(stretch, at);
      if (link === null && standsAlone(stretch.text, at)) return at + stretch.start;
      at = stretch.text.lastIndexOf(separator, (link?.linkStart ?? at) - 1);
    }
    return null;
  }

  /**
   * The last place after `from` and not after `most` at which a character as people see it ends, outside of links; where
   * a link or a character is larger than that, a place within it. Rows are cut only where one is larger than that.
   */
  placeBefore(most: number, from: number): number {
    const stretch = this.#at(most);
    if (!stretch || (stretch.block.kind === "row" && stretch.start > from)) return stretch?.start ?? most;
    const [first, last] = [Math.max(0, from - stretch.start), most - stretch.start];
    const link = linkAround(stretch, last)?.linkStart ?? last;
    const end = characterEnd(stretch.text, link > first ? link : last);
    return stretch.start + (end > first || stretch.start > from ? end : pointEnd(stretch.text, last, first));
  }

  /** `place`, or the start of the next block where nothing of this one is left after it. */
  afterBlock(place: number): number {
    const stretch = this.#at(place);
    return stretch && place > stretch.start && place === stretch.start + stretch.text.length
      ? place + 1
      : place;
  }

  /** The block to which the unit at `place` belongs. */
  #at(place: number): Stretch | undefined {
    return lastBefore(this.#stretches, place);
  }
}

/** The last end of a character that is not after `most`. */
function characterEnd(text: string, most: number): number {
  return characters.segment(text).containing(most)?.index ?? most;
}

/** Whether nothing joins the unit at this place to a character, as an accent after a space does. */
function standsAlone(text: string, at: number): boolean {
  return !JOINS.test(text.slice(at + 1, at + 3));
}

/** The last end of a code point that is not after `most`, but after `first`. */
function pointEnd(text: string, most: number, first: number): number {
  const end = Math.max(most, first + 1);
  const within = (text.codePointAt(end - 1) ?? 0) > 0xffff;
  if (!within) return end;
  return end - 1 > first ? end - 1 : end + 1;
}

/** The span whose link is open at this place of the block, or null. */
function linkAround(stretch: Stretch, at: number): Span | null {
  const cell = stretch.cells.find(({ start, end }) => start <= at && at <= end);
  const span = cell && lastBefore(cell.spans, at);
  return span && span.linkStart < at && at < span.linkEnd ? span : null;
}

/** The last of those, in order of their starts, that starts at `place` or before; the first where all start later. */
function lastBefore<Piece extends { readonly start: number }>(
  pieces: readonly Piece[],
  place: number,
): Piece | undefined {
  return pieces[indexBefore(pieces, place)];
}

function indexBefore(pieces: readonly { readonly start: number }[], place: number): number {
  let [low, high] = [0, pieces.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.start ?? 0) <= place) low = middle;
    else high = middle;
  }
  return low;
}

/** From `first` to before `last` of a block: the block itself, or one of its kind; of an item, what belongs to it. */
function pieceOf({ block, text, cells }: Stretch, first: number, last: number): Block {
  if (first === 0 && last === text.length) return block;
  switch (block.kind) {
    case "code":
      return { ...block, text: text.slice(first, last) };
    case "rule":
      return block;
    case "row":
      return { ...block, cells: cells.map((cell) => runsOf(cell, first, last)) } satisfies RowBlock;
    case "item":
      if (first > 0) {
        const { quote, list } = block;
        return { kind: "paragraph", quote, list, runs: cells.flatMap((cell) => runsOf(cell, first, last)) };
      }
      return { ...block, runs: cells.flatMap((cell) => runsOf(cell, first, last)) };
    case "paragraph":
    case "heading":
      return { ...block, runs: cells.flatMap((cell) => runsOf(cell, first, last)) };
  }
}

function runsOf({ spans }: Cell, first: number, last: number): readonly Run[] {
  const runs: Run[] = [];
  for (let i = indexBefore(spans, first); i < spans.length; i += 1) {
    const span = spans[i];
    if (!span || span.start >= last) break;
    const [from, to] = [Math.max(first, span.start) - span.start, Math.min(last, span.end) - span.start];
    if (from < to)
      runs.push(span.run.kind === "text" ? { ...span.run, text: span.run.text.slice(from, to) } : span.run);
  }
  return runs;
}

function stretchOf(block: Block, start: number): Stretch {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "item":
      return joined(block, start, [block.runs]);
    case "row":
      return joined(block, start, block.cells);
    case "code":
      return { block, start, text: block.text, cells: [] };
    case "rule":
      return { block, start, text: "", cells: [] };
  }
}

function joined(block: Block, start: number, cells: readonly (readonly Run[])[]): Stretch {
  let at = 0;
  const made = cells.map((runs) => {
    const cell = cellOf(runs, at);
    at = cell.end + CELL.length;
    return cell;
  });
  const text = cells.map((runs) => runs.map(textOf).join("")).join(CELL);
  return { block, start, text, cells: made };
}

const textOf = (run: Run): string => (run.kind === "text" ? run.text : OBJECT);

function cellOf(runs: readonly Run[], start: number): Cell {
  let at = start;
  const spans = runs.map((run): Span => {
    const span = { run, start: at, end: at + textOf(run).length, linkStart: at, linkEnd: at };
    at = span.end;
    return span;
  });
  for (let i = 0; i < spans.length;) i = joinLink(spans, i);
  return { start, end: at, spans };
}

/** Writes into the spans from `first` on that carry one link where it starts and ends; gives the one after them. */
function joinLink(spans: readonly Span[], first: number): number {
  const link = linkOf(spans[first]);
  if (link === null) return first + 1;
  let after = first + 1;
  while (linkOf(spans[after]) === link) after += 1;
  const [linkStart, linkEnd] = [spans[first]?.start ?? 0, spans[after - 1]?.end ?? 0];
  for (const span of spans.slice(first, after)) Object.assign(span, { linkStart, linkEnd });
  return after;
}

const linkOf = (span: Span | undefined): string | null => (span?.run.kind === "text" ? span.run.link : null);
