/**
 * How much Markdown is read. The parser takes longer for some characters than for others, and for a few (delimiters,
 * nested containers) the time grows with the square of their number; so they are counted before it sees the text.
 */

/** Code units. A text without markup may be longer, since it is never parsed. */
export const LONGEST = 16_000;
/** About what a microsecond of parsing is, summed up over the text; measured on slow machines. */
export const MOST_WORK = 16_000;
/** Quotes and lists that one line may stand in: its markers, and two columns of indentation before the first. */
export const DEEPEST_LINE = 16;
/** Delimiters that may begin a span, more than may end one, in a paragraph: spans within spans. */
export const DEEPEST_SPANS = 24;

const PER_LINE = 50;
const PER_DELIMITER = 50;
const PER_BRACKET = 40;
const PER_CELL = 15;
const PER_REFERENCE = 15;
const PER_QUOTE = 12;
const PER_OTHER = 6;
/** Characters that are one unit together. */
const PLAIN_PER_UNIT = 4;

/**
 * What may be markup: a delimiter anywhere, or a line that begins as a block other than a paragraph, or one with white
 * space at its edges. Text without any is a paragraph of just these characters.
 */
const MAYBE_MARKUP = /[\\`*_~[<&\t\r\f\0]|(?:^|\n)(?:[\s>#+=|:-]|\d{1,9}[.)])|\s(?:\n|$)/;

/** Whether a text needs a parser; else it is one paragraph of just its characters, and may be of any length. */
export function mayBeMarkup(markdown: string): boolean {
  return MAYBE_MARKUP.test(markdown);
}

/** Whether a text is read as Markdown. Linear in its length. */
export function isReadable(markdown: string): boolean {
  if (!mayBeMarkup(markdown)) return true;
  if (markdown.length > LONGEST || workOf(markdown) > MOST_WORK) return false;
  return deepestLine(markdown) <= DEEPEST_LINE && deepestSpans(markdown) <= DEEPEST_SPANS;
}

/** What parsing a text costs at most, in the unit of MOST_WORK. */
export function workOf(markdown: string): number {
  let work = PER_LINE + markdown.length / PLAIN_PER_UNIT;
  for (let at = 0; at < markdown.length; at++) {
    switch (markdown[at]) {
      case "\n":
      case "\r":
        work += PER_LINE;
        break;
      case "*":
      case "_":
      case "~":
        if (markdown[at] !== markdown[at - 1]) work += PER_DELIMITER;
        break;
      case "[":
        work += PER_BRACKET;
        break;
      case "|":
        work += PER_CELL;
        break;
      case "&":
        work += PER_REFERENCE;
        break;
      case ">":
        work += PER_QUOTE;
        break;
      case "\\":
        work += PER_OTHER;
        if (markdown[at + 1] !== "\n" && markdown[at + 1] !== "\r") at++;
        break;
      case "`":
      case "<":
      case "]":
        work += PER_OTHER;
        break;
      default:
    }
  }
  return work;
}

/** In how many quotes and lists the line that begins deepest may stand. */
function deepestLine(markdown: string): number {
  let deepest = 0;
  let markers = 0;
  let indentation = 0;
  let leading = true;
  for (let at = 0; at < markdown.length; at++) {
    const character = markdown[at];
    if (character === "\n" || character === "\r") {
      leading = true;
      markers = 0;
      indentation = 0;
    } else if (leading) {
      if (character === ">" || (isMarkerEnd(character) && isBlank(markdown[at + 1]))) {
        markers++;
        deepest = Math.max(deepest, markers + Math.trunc(indentation / 2));
      } else if (isBlank(character)) indentation += markers > 0 ? 0 : character === "\t" ? 4 : 1;
      else leading = isMarkerEnd(character) || isDigit(character);
    }
  }
  return deepest;
}

/** How many spans are open at most, if each delimiter that may end one ends one and each other that may opens one. */
function deepestSpans(markdown: string): number {
  let deepest = 0;
  let open = 0;
  for (let at = 0; at < markdown.length; at++) {
    const character = markdown[at];
    if (character === "\\") at++;
    else if (character === "\n" && markdown[at + 1] === "\n") open = 0;
    else if (character === "*" || character === "_" || character === "~") {
      const before = markdown[at - 1];
      const start = at;
      while (markdown[at + 1] === character) at++;
      if (character === "~" && at !== start + 1) continue;
      const after = markdown[at + 1];
      const closes = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
      if (closes) open = Math.max(0, open - 1);
      else if (!isSpace(after)) deepest = Math.max(deepest, ++open);
    }
  }
  return deepest;
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}

function isPunctuation(character: string | undefined): boolean {
  return character !== undefined && /[\p{P}\p{S}]/u.test(character);
}

function isMarkerEnd(character: string | undefined): boolean {
  return character !== undefined && "-+*.)".includes(character);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
