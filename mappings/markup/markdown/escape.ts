/** Text as Markdown that reads as the same characters: backslashes and references only where they are needed. */

export interface EscapeContext {
  /** The text begins a line of a block that is not a heading or a cell. */
  readonly lineStart: boolean;
  /** Within the label of a link. */
  readonly label: boolean;
  /** Within a cell of a table. */
  readonly cell: boolean;
  readonly heading: boolean;
  /** What follows in the block: a link, mention or emoji; a delimiter or code; nothing. */
  readonly follows: "bracket" | "other" | "nothing";
}

/** Characters that may need an escape anywhere. */
const ANYWHERE = /[\\`*_~[\]<&|!#\n]/;
/** Characters that may need one at the beginning of a line. */
const AT_START = /^[>#+=:\d-]/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const REFERENCE = /^&(?:[A-Za-z][A-Za-z0-9]{0,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});/;
const LONGEST_REFERENCE = 36;
const ORDERED = /^\d{1,9}(?=[.)](?:\s|$))/;
const LONGEST_NUMBER = 11;
const ARROW = /^<[<=\d-]*/;
const LONGEST_ARROW = 6;
const WORD = /[\p{L}\p{N}\p{M}]/u;

/** The text escaped; a line feed becomes a hard break, a backslash before the line feed. */
export function escapeText(text: string, context: EscapeContext): string {
  if (!ANYWHERE.test(text) && !(context.lineStart && AT_START.test(text))) return text;
  const out: string[] = [];
  let done = 0;
  let lineStart = context.lineStart;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (lineStart && character >= "0" && character <= "9") {
      const number = ORDERED.exec(text.slice(at, at + LONGEST_NUMBER))?.[0].length ?? 0;
      if (number > 0) {
        out.push(text.slice(done, at + number), "\\");
        done = at + number;
        at = done;
      }
    } else if (isSpecial(text, at, lineStart, context)) {
      out.push(text.slice(done, at), replacementOf(character));
      done = at + 1;
    }
    lineStart = character === "\n";
  }
  out.push(text.slice(done));
  return out.join("");
}

/** `&` and `<` are written as references: a backslash before them would show as a tag to careless readers. */
function replacementOf(character: string): string {
  if (character === "&") return "&amp;";
  if (character === "<") return "&lt;";
  return `\\${character}`;
}

function isSpecial(text: string, at: number, lineStart: boolean, context: EscapeContext): boolean {
  const before = text[at - 1];
  const next = text[at + 1];
  switch (text[at]) {
    case "\n":
    case "`":
      return true;
    case "\\":
      return next === undefined || next === "\n" || PUNCTUATION.test(next);
    case "*":
      return lineStart || !isSpaced(before, next);
    case "_":
      return lineStart || !(isSpaced(before, next) || (isWord(before) && isWord(next)));
    case "~":
      return !(before === undefined ? lineStart : isBlank(before)) || next === undefined || next === "~";
    case "[":
      return context.label || lineStart;
    case "]":
      return context.label || next === undefined || "([:".includes(next);
    case "!":
      return context.follows === "bracket" && next === undefined;
    case "<":
      return !isArrow(text.slice(at, at + LONGEST_ARROW), context);
    case "&":
      return REFERENCE.test(text.slice(at, at + LONGEST_REFERENCE));
    case "#":
      return (
        (lineStart && isHeading(text, at)) || (context.heading && (before === undefined || before === " "))
      );
    case ">":
      return lineStart;
    case "+":
      return lineStart && isEnd(next);
    case "-":
      return lineStart && (isEnd(next) || isLineOf(text, at, "-:| "));
    case ":":
      return lineStart && isLineOf(text, at, "-:| ");
    case "|":
      return context.cell || (lineStart && isLineOf(text, at, "-:| "));
    case "=":
      return lineStart && isLineOf(text, at, "= ");
    default:
      return false;
  }
}

/** Whether a `<` is a word of its own, as in `a < b`, `<3` and `<--`, and so can't begin a tag or an address. */
function isArrow(text: string, context: EscapeContext): boolean {
  const word = ARROW.exec(text)?.[0];
  if (word === undefined) return false;
  const next = text[word.length];
  return (
    isBlank(next) || (next === undefined && word.length < LONGEST_ARROW && context.follows === "nothing")
  );
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\n";
}

/** Blank, or the end of the piece, after which a blank may come. */
function isEnd(character: string | undefined): boolean {
  return character === undefined || isBlank(character);
}

/** Between blanks; a line feed is none here when it follows, since a backslash stands before it. */
function isSpaced(before: string | undefined, next: string | undefined): boolean {
  return isBlank(before) && next === " ";
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character);
}

/** One to six `#` and then a blank. */
function isHeading(text: string, at: number): boolean {
  let end = at;
  while (text[end] === "#" && end - at <= 6) end++;
  return end - at <= 6 && isEnd(text[end]);
}

/** Whether the line from here on has no other characters than these. */
function isLineOf(text: string, at: number, characters: string): boolean {
  let end = at;
  for (let next = text[end]; next !== undefined && characters.includes(next); next = text[end]) end++;
  return end === text.length || text[end] === "\n";
}
