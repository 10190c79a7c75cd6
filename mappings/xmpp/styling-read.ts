/** Message styling (XEP-0393): what the characters of a body show. One pass over its lines, at most four levels deep. */
import { cleanPlain, FlatBuilder } from "../markup/flat-builder.ts";
import { type Block, type FlatText, Mark, plainFlat } from "../markup/flat.ts";
import { type Atom, AtomCursor, Stretches } from "./atoms.ts";

/** Deeper quotes keep their signs as text. */
const DEEPEST_QUOTE = 16;
const FENCE = "```";
const LANGUAGE = /^[\w+#.-]{1,32}$/;
const DIRECTIVES: Readonly<Record<string, number>> = {
  "*": Mark.bold,
  _: Mark.italic,
  "~": Mark.strike,
  "`": Mark.code,
};
/** What a body holds whose characters are not its text one for one. */
export const PERHAPS_STYLED = /[*_~`>]/;
/** The text with the marks, quotes and code that styling gives it. `atoms`: in order, apart from each other. */
export function readStyling(source: string, atoms: readonly Atom[]): FlatText {
  if (!PERHAPS_STYLED.test(source)) return readUnstyled(source, atoms);
  const read = new BlockReader(source, atoms, true).read();
  return atoms.length === 0 && read.blocks.every(isUnmarked) ? readUnstyled(source, []) : read;
}

/** The text as it stands: all of it where it is nothing but characters, else in paragraphs where lines are empty. */
export function readUnstyled(source: string, atoms: readonly Atom[]): FlatText {
  if (atoms.length === 0) return plainFlat(cleanPlain(source));
  return new BlockReader(source, atoms, false).read();
}

function isUnmarked(block: Block): boolean {
  return (
    block.kind === "paragraph" &&
    block.quote === 0 &&
    block.runs.every((run) => run.kind === "text" && run.marks === 0)
  );
}

interface Fence {
  readonly depth: number;
  readonly language: string;
  readonly lines: string[];
}

class BlockReader {
  readonly #source: string;
  readonly #spans: SpanReader;
  readonly #stretches: Stretches;
  readonly #styled: boolean;
  readonly #builder = new FlatBuilder();
  #depth = 0;
  #fence: Fence | null = null;

  constructor(source: string, atoms: readonly Atom[], styled: boolean) {
    this.#source = source;
    this.#styled = styled;
    this.#stretches = new Stretches(source, atoms, this.#builder);
    this.#spans = new SpanReader(source, atoms, this.#stretches);
  }

  read(): FlatText {
    const { length } = this.#source;
    for (let start = 0; start <= length;) {
      const feed = this.#source.indexOf("\n", start);
      const end = feed < 0 ? length : feed;
      if (this.#styled) this.#line(start, end);
      else this.#plainLine(start, end);
      start = end + 1;
    }
    this.#endFence();
    return this.#builder.finish();
  }

  #line(start: number, end: number): void {
    if (this.#fence !== null) {
      const { from, depth } = this.#unquoted(start, end, this.#fence.depth);
      if (depth === this.#fence.depth) {
        const text = this.#source.slice(from, end);
        if (text.trimEnd() === FENCE) this.#endFence();
        else this.#fence.lines.push(text);
        return;
      }
      this.#endFence();
    }
    const { from, depth } = this.#unquoted(start, end, DEEPEST_QUOTE);
    if (depth !== this.#depth) this.#builder.close();
    this.#depth = depth;
    if (this.#source.startsWith(FENCE, from)) this.#beginFence(from + FENCE.length, end);
    else if (!this.#beginLine(from, end)) this.#spans.line(from, end);
  }

  #plainLine(start: number, end: number): void {
    if (!this.#beginLine(start, end)) this.#stretches.add(start, end, 0);
  }

  /** Whether the line is blank: then the paragraph ends. Else a line break stands before it. */
  #beginLine(from: number, end: number): boolean {
    if (this.#source.slice(from, end).trim() === "") {
      this.#builder.close();
      return true;
    }
    if (this.#builder.isOpen) this.#builder.text("\n", 0, null);
    else this.#builder.open({ kind: "paragraph", quote: this.#depth, list: 0 });
    return false;
  }

  /** The line without its signs of quotes, `most` of them at most. */
  #unquoted(start: number, end: number, most: number): { from: number; depth: number } {
    let from = start;
    let depth = 0;
    for (let at = start; depth < most && at < end && this.#source[at] === ">"; depth += 1) {
      from = at + 1;
      at = from;
      while (at < end && this.#source[at] === " ") at += 1;
    }
    if (depth > 0 && from < end && this.#source[from] === " ") from += 1;
    return { from, depth };
  }

  #beginFence(from: number, end: number): void {
    this.#builder.close();
    const info = this.#source.slice(from, end).trim();
    const named = LANGUAGE.test(info);
    // By the standard the rest of this line is not shown; words that are no language are kept all the same.
    this.#fence = {
      depth: this.#depth,
      language: named ? info : "",
      lines: named || info === "" ? [] : [info],
    };
  }

  #endFence(): void {
    if (this.#fence === null) return;
    const { depth, language, lines } = this.#fence;
    this.#fence = null;
    const code = lines.join("\n");
    // A fence that holds nothing but a word was meant to be read.
    const isWord = code.trim() === "";
    const text = isWord ? language : code;
    if (text !== "")
      this.#builder.push({ kind: "code", quote: depth, list: 0, language: isWord ? "" : language, text });
  }
}

/** Spans of one line after another. A span ends at the first directive that can end it. */
class SpanReader {
  readonly #source: string;
  readonly #stretches: Stretches;
  readonly #seen: AtomCursor;
  readonly #passed: AtomCursor;
  /** Where spans of this line can end, by directive, and the first of them that is not passed. */
  #ends = new Map<string, { readonly at: number[]; next: number }>();

  constructor(source: string, atoms: readonly Atom[], stretches: Stretches) {
    this.#source = source;
    this.#stretches = stretches;
    this.#seen = new AtomCursor(atoms);
    this.#passed = new AtomCursor(atoms);
  }

  line(from: number, to: number): void {
    this.#ends = new Map();
    for (let at = from; at < to; at += 1) {
      const atom = this.#seen.after(at);
      if (atom !== null && atom.from === at) {
        at = atom.to - 1;
        continue;
      }
      const character = this.#source[at] ?? "";
      if (character in DIRECTIVES && at > from && !isSpace(this.#source[at - 1])) {
        const ends = this.#ends.get(character) ?? { at: [], next: 0 };
        ends.at.push(at);
        this.#ends.set(character, ends);
      }
    }
    if (this.#ends.size === 0) this.#stretches.add(from, to, 0);
    else this.#walk(from, to, 0);
  }

  #walk(from: number, to: number, marks: number): void {
    let plain = from;
    for (let at = from; at < to;) {
      const atom = this.#passed.after(at);
      if (atom !== null && atom.from === at) {
        at = atom.to;
        continue;
      }
      const mark = DIRECTIVES[this.#source[at] ?? ""];
      const end = mark === undefined ? -1 : this.#endOf(at, from, to);
      if (mark === undefined || end < 0) {
        at += 1;
        continue;
      }
      this.#stretches.add(plain, at, marks);
      if (mark === Mark.code) this.#stretches.add(at + 1, end, marks | mark);
      else this.#walk(at + 1, end, marks | mark);
      at = end + 1;
      plain = at;
    }
    this.#stretches.add(plain, to, marks);
  }

  /** Where the span ends that begins at `at`; negative: none begins there. */
  #endOf(at: number, from: number, to: number): number {
    if (at > from && !isSpace(this.#source[at - 1])) return -1;
    if (at + 1 >= to || isSpace(this.#source[at + 1])) return -1;
    const ends = this.#ends.get(this.#source[at] ?? "");
    if (ends === undefined) return -1;
    while ((ends.at[ends.next] ?? to) <= at) ends.next += 1;
    const end = ends.at[ends.next] ?? to;
    return end > at + 1 && end < to ? end : -1;
  }
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || character.trim() === "";
}
