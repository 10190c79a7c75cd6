/** Building a flat text: what every reader of markup does with what it found, so that equal texts have equal forms. */
import type {
  Block,
  CodeBlock,
  FlatText,
  HeadingBlock,
  ItemBlock,
  ParagraphBlock,
  Run,
  TextRun,
} from "./flat.ts";
import { Mark } from "./flat.ts";

/** Line feeds in a row that stay in a block: two blank lines. */
const MOST_BREAKS = 3;
/** Control characters but the line feed, other ends of lines, and lone surrogates. */
const UNCLEAN = /[[\p{Cc}--\n]\p{Cs}\u2028\u2029]/v;
const LINE_END = /\r\n?|[\u0085\u2028\u2029]/g;
const REMOVED = /[\p{Cc}--[\n\t]]/gv;

type WithoutRuns<B> = B extends unknown ? Omit<B, "runs"> : never;
/** A block that holds runs, before it has any. */
export type OpenBlock = WithoutRuns<ParagraphBlock | HeadingBlock | ItemBlock>;

/** Text without control characters: every line end is a line feed, a tab is a space but in code, halves of a surrogate pair are U+FFFD. */
export function cleanText(text: string, code: boolean): string {
  if (!UNCLEAN.test(text)) return text;
  const lines = text.replaceAll(LINE_END, "\n").replaceAll(REMOVED, "").toWellFormed();
  return code ? lines : lines.replaceAll("\t", " ");
}

/** Text without any markup, as it stands: spaces, tabs and empty lines are its own. */
export const cleanPlain = (text: string): string => cleanText(text, true);

/**
 * The runs of one block: text is cleaned, neighbours of equal marks and link are one run, spaces at the edges of
 * lines and line feeds at the edges of the block are gone (both stay in code), and so are runs without text.
 */
export function tidyRuns(runs: readonly Run[]): Run[] {
  const pieces: Run[] = [];
  for (const run of runs) {
    if (run.kind !== "text") pieces.push(run);
    else if ((run.marks & Mark.code) !== 0) pushPiece(pieces, cleanText(run.text, true), run);
    else pushLines(pieces, run);
  }
  trimEnd(pieces, TRAILING);
  return merged(pieces);
}

/** Blocks in their places: those without runs are gone, and an item without text takes its first paragraph. */
export function tidyBlocks(blocks: readonly Block[]): Block[] {
  const out: Block[] = [];
  for (const block of blocks) {
    if (isEmpty(block)) continue;
    for (let item = emptyItem(out); item !== null && !isWithin(block, item); item = emptyItem(out)) out.pop();
    const item = emptyItem(out);
    if (item !== null && block.kind === "paragraph" && block.list === item.list)
      out[out.length - 1] = { ...item, quote: block.quote, runs: block.runs };
    else out.push(block);
  }
  while (emptyItem(out) !== null) out.pop();
  return out;
}

/** Takes what a reader finds, in order. Whatever needs a block and finds none open begins a paragraph. */
export class FlatBuilder {
  readonly #blocks: Block[] = [];
  #open: OpenBlock | null = null;
  #runs: Run[] = [];

  /** Ends the open block and begins another. */
  open(block: OpenBlock): void {
    this.close();
    this.#open = block;
  }

  /** Whether a block is open. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  add(run: Run): void {
    this.#open ??= { kind: "paragraph", quote: 0, list: 0 };
    this.#runs.push(run);
  }

  text(text: string, marks: number, link: string | null): void {
    if (text !== "") this.add({ kind: "text", text, marks, link });
  }

  /** Ends the open block, if there is one. */
  close(): void {
    if (this.#open === null) return;
    this.#blocks.push({ ...this.#open, runs: tidyRuns(this.#runs) });
    this.#open = null;
    this.#runs = [];
  }

  /** Ends the open block and adds one that is complete: code, a rule, a row (whose cells are made tidy). */
  push(block: Block): void {
    this.close();
    if (block.kind === "row") this.#blocks.push({ ...block, cells: block.cells.map(tidyRuns) });
    else if (block.kind === "code") this.#blocks.push(tidyCode(block));
    else if (block.kind === "rule") this.#blocks.push(block);
    else this.#blocks.push({ ...block, runs: tidyRuns(block.runs) });
  }

  /** The runs of the open block, tidy; it is open no more and never becomes a block. For cells, captions and names. */
  takeRuns(): Run[] {
    const runs = tidyRuns(this.#runs);
    this.#open = null;
    this.#runs = [];
    return runs;
  }

  /** Ends the open block and gives the text. */
  finish(): FlatText {
    this.close();
    return { blocks: tidyBlocks(this.#blocks) };
  }
}

/** Code with line feeds only. */
export function tidyCode(block: CodeBlock): CodeBlock {
  return { ...block, text: cleanText(block.text, true) };
}

/** Whether a block stands in the item (as its text, or nested in it). */
function isWithin(block: Block, item: ItemBlock): boolean {
  return block.kind === "item" ? block.list > item.list : block.list >= item.list;
}

/** The last block where it is an item without text. */
function emptyItem(blocks: readonly Block[]): ItemBlock | null {
  const last = blocks.at(-1);
  return last?.kind === "item" && last.runs.length === 0 ? last : null;
}

/** Blocks that say nothing; an item may still get its text from what follows. */
function isEmpty(block: Block): boolean {
  if (block.kind === "row") return block.cells.every((cell) => cell.length === 0);
  return (block.kind === "paragraph" || block.kind === "heading") && block.runs.length === 0;
}

/** The lines of a run as pieces of their own, and the line feeds between them. */
function pushLines(pieces: Run[], run: TextRun): void {
  for (const [at, line] of cleanText(run.text, false).split("\n").entries()) {
    if (at > 0) {
      trimEnd(pieces, SPACES);
      if (pieces.length > 0 && pieces.slice(-MOST_BREAKS).filter(isBreak).length < MOST_BREAKS)
        pushPiece(pieces, "\n", run);
    }
    const last = pieces.at(-1);
    pushPiece(pieces, last === undefined || isBreak(last) ? line.replace(/^ +/, "") : line, run);
  }
}

function pushPiece(pieces: Run[], text: string, run: TextRun): void {
  if (text !== "") pieces.push({ kind: "text", text, marks: run.marks, link: run.link });
}

function isBreak(run: Run): boolean {
  return run.kind === "text" && run.text === "\n" && (run.marks & Mark.code) === 0;
}

const SPACES: ReadonlySet<string | undefined> = new Set([" "]);
const TRAILING: ReadonlySet<string | undefined> = new Set([" ", "\n"]);

/** Removes these characters from the end, however many pieces they are in. */
function trimEnd(pieces: Run[], characters: ReadonlySet<string | undefined>): void {
  for (let last = pieces.at(-1); last?.kind === "text"; last = pieces.at(-1)) {
    let end = last.text.length;
    if ((last.marks & Mark.code) === 0) while (end > 0 && characters.has(last.text[end - 1])) end--;
    if (end === last.text.length) return;
    pieces.pop();
    if (end > 0) pieces.push({ ...last, text: last.text.slice(0, end) });
  }
}

/** Neighbours of equal marks and link as one run. */
function merged(pieces: readonly Run[]): Run[] {
  const out: Run[] = [];
  let texts: string[] = [];
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind !== "text") {
      out.push(piece);
      continue;
    }
    texts.push(piece.text);
    const next = pieces[at + 1];
    if (next?.kind === "text" && next.marks === piece.marks && next.link === piece.link) continue;
    out.push(texts.length === 1 ? piece : { ...piece, text: texts.join("") });
    texts = [];
  }
  return out;
}
