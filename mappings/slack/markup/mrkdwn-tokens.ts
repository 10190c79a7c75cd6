/**
 * mrkdwn taken apart, once from left to right: whatever is sought ahead (the end of a code span, of a token) is
 * remembered, so that the time is linear in the text.
 */
import { Mark } from "../../markup/flat.ts";
import type { Run } from "../../markup/flat.ts";
import { plainRuns } from "../../markup/plain.ts";
import { unescapeText } from "./escape.ts";
import { angleRun } from "./mrkdwn-angle.ts";
import type { Reading } from "./reading.ts";
import { knownEmojiRun, textRun } from "./references.ts";

export type MrkdwnToken =
  | { readonly kind: "run"; readonly run: Run }
  /** A character that begins or ends a mark, if it finds its other half in the line. */
  | {
      readonly kind: "mark";
      readonly mark: number;
      readonly character: string;
      readonly opens: boolean;
      readonly closes: boolean;
    }
  | { readonly kind: "line" }
  /** The line is a quote; `rest`: and so is all that follows. */
  | { readonly kind: "quote"; readonly rest: boolean }
  | { readonly kind: "code"; readonly text: string };

interface Found {
  readonly token: MrkdwnToken;
  readonly end: number;
}

const SPECIAL = /[\n`<:*_~]/g;
const WORD = /[\p{L}\p{N}]/u;
const FENCE = "```";
const MARKS: ReadonlyMap<string | undefined, number> = new Map([
  ["*", Mark.bold],
  ["_", Mark.italic],
  ["~", Mark.strike],
]);
const EMOJI = /:([\p{L}\p{N}_+'-]{1,100}(?:::skin-tone-[2-6]){0,2}):/uy;
const QUOTES = ["&gt;", ">"];
const QUOTE_REST = 3;
const NOWHERE = Number.POSITIVE_INFINITY;
const TOKEN = /<([^<>\n]*)>/g;

/** Every character of `text` is in one token. */
export function mrkdwnTokens(text: string, reading: Reading): readonly MrkdwnToken[] {
  return new Lexer(text, reading).tokens();
}

class Lexer {
  readonly #text: string;
  readonly #reading: Reading;
  readonly #tokens: MrkdwnToken[] = [];
  readonly #fence: Ahead;
  readonly #tick: Ahead;
  readonly #feed: Ahead;
  readonly #less: Ahead;
  readonly #greater: Ahead;
  /** Whether everything from here on is a quote. */
  #rest = false;

  constructor(text: string, reading: Reading) {
    this.#text = text;
    this.#reading = reading;
    this.#fence = new Ahead(text, FENCE);
    this.#tick = new Ahead(text, "`");
    this.#feed = new Ahead(text, "\n");
    this.#less = new Ahead(text, "<");
    this.#greater = new Ahead(text, ">");
  }

  tokens(): readonly MrkdwnToken[] {
    let plain = this.#quoteSign(0);
    let at = plain;
    for (let special = this.#special(at); special !== -1; special = this.#special(at)) {
      const found = this.#tokenAt(special);
      at = found?.end ?? special + 1;
      if (found === null) continue;
      this.#addPlain(plain, special);
      this.#tokens.push(found.token);
      if (found.token.kind === "line") at = this.#quoteSign(at);
      plain = at;
    }
    this.#addPlain(plain, this.#text.length);
    return this.#tokens;
  }

  #special(at: number): number {
    SPECIAL.lastIndex = at;
    return SPECIAL.exec(this.#text)?.index ?? -1;
  }

  #addPlain(from: number, to: number): void {
    if (to <= from) return;
    this.#tokens.push({ kind: "run", run: textRun(unescapeText(this.#text.slice(from, to)), 0) });
  }

  /** Takes the sign of a quote at the beginning of a line; returns where the line's text begins. */
  #quoteSign(at: number): number {
    const sign = this.#rest ? undefined : QUOTES.find((quote) => this.#text.startsWith(quote, at));
    if (sign === undefined) return at;
    this.#rest = this.#text.startsWith(sign.repeat(QUOTE_REST), at);
    this.#tokens.push({ kind: "quote", rest: this.#rest });
    const end = at + sign.length * (this.#rest ? QUOTE_REST : 1);
    return this.#text[end] === " " ? end + 1 : end;
  }

  #tokenAt(at: number): Found | null {
    switch (this.#text[at]) {
      case "\n":
        return { token: { kind: "line" }, end: at + 1 };
      case "`":
        return this.#text.startsWith(FENCE, at) ? this.#codeBlock(at) : this.#codeSpan(at);
      case "<":
        return this.#angle(at);
      case ":":
        return this.#emoji(at);
      default:
        return this.#mark(at);
    }
  }

  #codeBlock(at: number): Found | null {
    const from = at + FENCE.length;
    const end = this.#fence.from(from);
    if (end === NOWHERE || end === from) return null;
    const shown = shownInCode(this.#text.slice(from, end), this.#reading);
    const text = shown.replace(/^\n/, "").replace(/\n$/, "");
    return { token: { kind: "code", text }, end: end + FENCE.length };
  }

  #codeSpan(at: number): Found | null {
    const end = this.#tick.from(at + 1);
    if (end === NOWHERE || end === at + 1 || this.#feed.from(at + 1) < end) return null;
    if (this.#text[at - 1] === "`" || isWord(this.#text[at - 1]) || isWord(this.#text[end + 1])) return null;
    const text = shownInCode(this.#text.slice(at + 1, end), this.#reading);
    return { token: { kind: "run", run: textRun(text, Mark.code) }, end: end + 1 };
  }

  #angle(at: number): Found | null {
    const end = this.#greater.from(at + 1);
    if (end === NOWHERE || this.#less.from(at + 1) < end || this.#feed.from(at + 1) < end) return null;
    const run = angleRun(this.#text.slice(at + 1, end), this.#reading);
    return run === null ? null : { token: { kind: "run", run }, end: end + 1 };
  }

  #emoji(at: number): Found | null {
    EMOJI.lastIndex = at;
    const [all = "", name = ""] = EMOJI.exec(this.#text) ?? [];
    const run = name === "" ? null : knownEmojiRun(this.#reading, name, 0);
    return run === null ? null : { token: { kind: "run", run }, end: at + all.length };
  }

  /** Marks begin and end at the edges of words; several of one character in a row are just that. */
  #mark(at: number): Found | null {
    const [before, character = "", after] = [this.#text[at - 1], this.#text[at], this.#text[at + 1]];
    const mark = MARKS.get(character);
    if (mark === undefined || before === character || after === character) return null;
    const opens = !isWord(before) && !isSpace(after);
    const closes = !isWord(after) && !isSpace(before);
    return opens || closes ? { token: { kind: "mark", mark, character, opens, closes }, end: at + 1 } : null;
  }
}

/** Where something comes next; asked for places in rising order, it looks at every character once. */
class Ahead {
  readonly #text: string;
  readonly #sought: string;
  #found = -1;

  constructor(text: string, sought: string) {
    this.#text = text;
    this.#sought = sought;
  }

  /** At `at` or behind it; NOWHERE: not again. */
  from(at: number): number {
    if (this.#found >= at) return this.#found;
    const index = this.#text.indexOf(this.#sought, at);
    this.#found = index === -1 ? NOWHERE : index;
    return this.#found;
  }
}

/** In code only tokens and escapes mean something; a link is its label. */
function shownInCode(text: string, reading: Reading): string {
  const parts: string[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const run = angleRun(match[1] ?? "", reading);
    if (run === null) continue;
    parts.push(unescapeText(text.slice(at, match.index)));
    parts.push(run.kind === "text" ? run.text : plainRuns([run]));
    at = match.index + match[0].length;
  }
  parts.push(unescapeText(text.slice(at)));
  return parts.join("");
}

/** A letter or digit of the basic plane; a text's end is none. */
function isWord(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character);
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || character.trim() === "";
}
