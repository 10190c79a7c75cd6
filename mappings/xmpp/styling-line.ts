/** One line of a body under message styling (XEP-0393), and what keeps its literal characters literal. */
import { Mark } from "../markup/flat.ts";
import { bareLinks } from "./bare-links.ts";

/** Word joiner: has no width, and is no white space, so that no span begins behind it. */
export const JOINER = "\u2060";
const DIRECTIVES = [
  { mark: Mark.bold, sign: "*" },
  { mark: Mark.italic, sign: "_" },
  { mark: Mark.strike, sign: "~" },
  { mark: Mark.code, sign: "`" },
] as const;
type Directive = (typeof DIRECTIVES)[number];
/** The marks that styling can show. */
export const SHOWN_MARKS = Mark.bold | Mark.italic | Mark.strike | Mark.code;

/** Characters of a line that have the same marks, or one whole thing. */
export interface Piece {
  readonly text: string;
  readonly marks: number;
  /** `link`: a bare URL, in which no sign counts. Any other object: where this stands is asked for afterwards. */
  readonly what: "text" | "link" | object;
}

export interface PlacedPiece {
  readonly what: object;
  /** UTF-16 offsets in the line, the end exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface WrittenLine {
  readonly text: string;
  readonly placed: readonly PlacedPiece[];
  /** Marks that could not be shown. */
  readonly lostMarks: number;
}

/** The line without any styling. */
export function plainLine(pieces: readonly Piece[]): WrittenLine {
  return new LineWriter(pieces, false).write();
}

/** The line with its marks as spans; whatever else could be read as styling has a word joiner before it. */
export function styledLine(pieces: readonly Piece[]): WrittenLine {
  return new LineWriter(pieces, true).write();
}

class LineWriter {
  readonly #pieces: readonly Piece[];
  readonly #styled: boolean;
  #out = "";
  /** The last character written; asking the growing text for it would make it one piece each time. */
  #last: string | undefined;
  /** Whether the last thing written opened a span. */
  #opened = false;
  #lost = 0;
  readonly #places: { readonly what: object | "link"; readonly from: number; readonly to: number }[] = [];
  /** Signs that stand for themselves only where they are alone on the line. */
  readonly #risky: ReadonlySet<string>;

  constructor(pieces: readonly Piece[], styled: boolean) {
    this.#pieces = pieces;
    this.#styled = styled;
    this.#risky = styled ? riskySigns(pieces) : new Set();
  }

  write(): WrittenLine {
    const [first] = this.#pieces;
    const isBare = this.#styled && first !== undefined && (first.marks & SHOWN_MARKS) === 0;
    if (isBare && first.text.startsWith(">")) this.#put(JOINER);
    this.#write(this.#pieces, SHOWN_MARKS);
    return this.#mended();
  }

  /** `open`: the marks that may still begin a span here. */
  #write(pieces: readonly Piece[], open: number): void {
    for (let at = 0; at < pieces.length;) {
      const piece = pieces[at];
      if (piece === undefined) return;
      const wanted = this.#styled ? piece.marks & open : 0;
      if (wanted === 0) {
        this.#literal(piece);
        at += 1;
        continue;
      }
      const { directive, end } = longest(pieces, at, wanted);
      this.#span(pieces.slice(at, end), directive, open);
      at = end;
    }
  }

  #span(pieces: readonly Piece[], directive: Directive, open: number): void {
    const { before, inner, after } = trimmed(pieces);
    const rest = open & ~directive.mark;
    if (before !== "") this.#text(before);
    if (inner.length > 0) {
      if (this.#canOpen() && canHold(inner, directive)) {
        this.#put(directive.sign);
        this.#opened = true;
        if (directive.mark === Mark.code) this.#raw(inner);
        else this.#write(inner, rest);
        this.#opened = false;
        this.#put(directive.sign);
      } else {
        this.#lost |= directive.mark;
        this.#write(inner, rest);
      }
    }
    if (after !== "") this.#text(after);
  }

  #put(text: string): void {
    if (text === "") return;
    this.#out += text;
    this.#last = text.at(-1);
  }

  #canOpen(): boolean {
    return this.#opened || isSpace(this.#last);
  }

  #raw(pieces: readonly Piece[]): void {
    this.#put(pieces.map((piece) => piece.text).join(""));
  }

  #literal(piece: Piece): void {
    const from = this.#out.length;
    if (piece.what === "link") {
      this.#put(piece.text);
      this.#opened = false;
    } else {
      this.#text(piece.text);
    }
    if (piece.what !== "text") this.#places.push({ what: piece.what, from, to: this.#out.length });
  }

  #text(text: string): void {
    if (this.#risky.size === 0) {
      this.#put(text);
      this.#opened = false;
      return;
    }
    for (const character of text) {
      if (this.#risky.has(character) && this.#canOpen()) this.#put(JOINER);
      this.#put(character);
      this.#opened = false;
    }
  }

  /** Links that a reader would not find as they are get word joiners around them. */
  #mended(): WrittenLine {
    const links = this.#places.filter(({ what }) => what === "link");
    const found = links.length === 0 ? [] : bareLinks(this.#out);
    const whole = new Set(found.map(({ from, to }) => `${from} ${to}`));
    let text = "";
    let at = 0;
    const placed: PlacedPiece[] = [];
    for (const { what, from, to } of this.#places) {
      text += this.#out.slice(at, from);
      const isBroken = what === "link" && !whole.has(`${from} ${to}`);
      if (isBroken) text += JOINER;
      const start = text.length;
      text += this.#out.slice(from, to);
      if (typeof what === "object") placed.push({ what, from: start, to: text.length });
      if (isBroken) text += JOINER;
      at = to;
    }
    return { text: text + this.#out.slice(at), placed, lostMarks: this.#lost };
  }
}

/** The mark whose span reaches farthest, and where it ends. */
function longest(
  pieces: readonly Piece[],
  at: number,
  wanted: number,
): { directive: Directive; end: number } {
  let directive: Directive = DIRECTIVES[3];
  let end = at;
  for (const candidate of DIRECTIVES) {
    if ((wanted & candidate.mark) === 0) continue;
    let reach = at;
    while (((pieces[reach]?.marks ?? 0) & candidate.mark) !== 0) reach += 1;
    if (reach > end) {
      directive = candidate;
      end = reach;
    }
  }
  return { directive, end };
}

/** The pieces without the white space at both ends. */
function trimmed(pieces: readonly Piece[]): { before: string; inner: readonly Piece[]; after: string } {
  const inner = [...pieces];
  let before = "";
  let after = "";
  for (let first = inner[0]; first?.what === "text"; first = inner[0]) {
    const text = first.text.trimStart();
    before += first.text.slice(0, first.text.length - text.length);
    inner.shift();
    if (text === "") continue;
    inner.unshift({ ...first, text });
    break;
  }
  for (let last = inner.at(-1); last?.what === "text"; last = inner.at(-1)) {
    const text = last.text.trimEnd();
    after = last.text.slice(text.length) + after;
    inner.pop();
    if (text === "") continue;
    inner.push({ ...last, text });
    break;
  }
  return { before, inner, after };
}

/** Whether the span would end at its own end: its sign stands nowhere within. */
function canHold(inner: readonly Piece[], { sign, mark }: Directive): boolean {
  return inner.every(({ text, what }) => (what === "link" && mark !== Mark.code) || !text.includes(sign));
}

/** Signs that a reader could take in pairs: those of spans on the line, and those that stand on it twice. */
function riskySigns(pieces: readonly Piece[]): ReadonlySet<string> {
  const risky = new Set<string>();
  const once = new Set<string>();
  for (const { text, marks, what } of pieces) {
    for (const { mark, sign } of DIRECTIVES) {
      if ((marks & mark) !== 0) risky.add(sign);
      if (what === "link") continue;
      const first = text.indexOf(sign);
      if (first < 0) continue;
      if (once.has(sign) || text.includes(sign, first + 1)) risky.add(sign);
      once.add(sign);
    }
  }
  return risky;
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || character.trim() === "";
}
