/**
 * Splitting a text into messages of a platform. The cuts are found on a line of units (see text-line.ts); what fits is
 * the caller's to say, and asked a few times for each part.
 */
import type { FlatText } from "./flat.ts";
import { TextLine } from "./text-line.ts";

/** More parts than this are no conversation: such a text is better a file. */
export const MAX_TEXT_PARTS = 8;
/** A part is closed early, at the end of a block or line, if that leaves it at least this full. */
const HALF = 1 / 2;
/** The same for the end of a word. */
const QUARTER = 1 / 4;
/** How much of a part may stay unused for the sake of fewer questions. */
const SLACK = 1 / 50;

/** What a message of the platform holds. */
export interface Budget {
  /** The size of a text, in any unit; a longer text is never smaller. */
  size(part: FlatText): number;
  /** The largest size of a message. */
  readonly limit: number;
}

export type SplitText =
  | { readonly kind: "parts"; readonly parts: readonly FlatText[] }
  /** Too long for messages: the whole may be offered as a file. `head` is the part that would have been first. */
  | { readonly kind: "file"; readonly head: FlatText; readonly text: FlatText };

/**
 * The text as messages within the budget, in order. Cuts are made between blocks, else at the end of a line, a word or
 * a character as people see it; the one line feed or space at a cut is left out. A code block goes on as a code block, a
 * quote as a quote, an item of a list as a paragraph at its depth. Links, mentions and emoji stay whole, unless one is
 * larger than a message: then the link is cut, and a mention or emoji stands alone, beyond the limit.
 * At most about `log n` questions to the budget for each part.
 */
export function splitFlat(text: FlatText, budget: Budget): SplitText {
  const whole = budget.size(text);
  if (whole <= budget.limit) return { kind: "parts", parts: [text] };
  const line = new TextLine(text);
  const parts: FlatText[] = [];
  let perUnit = whole / line.length;
  for (let at = 0; at < line.length;) {
    const [head] = parts;
    if (parts.length === MAX_TEXT_PARTS && head) return { kind: "file", head, text };
    const most = reach(line, at, at + Math.floor(budget.limit / perUnit), budget);
    const { end, next } = cut(line, at, line.afterBlock(most));
    const part = line.slice(at, end);
    perUnit = Math.max(budget.size(part) / (end - at), Number.MIN_VALUE);
    parts.push(part);
    at = next;
  }
  return { kind: "parts", parts };
}

/** Where a part that starts at `from` has to end: the furthest place that still fits, or nearly so; at least one unit. */
function reach(line: TextLine, from: number, guess: number, budget: Budget): number {
  let [fits, exceeds] = [from, line.length + 1];
  let next = guess;
  for (let asked = 0; exceeds - fits > 1; asked += 1) {
    // The guess is good where sizes are even; halving and doubling bound the questions where they are not.
    if (asked % 2 === 1) next = exceeds <= line.length ? (fits + exceeds) >> 1 : from + (fits - from) * 2;
    next = Math.min(Math.max(Math.floor(next), fits + 1), exceeds - 1);
    const size = budget.size(line.slice(from, next));
    if (size <= budget.limit) fits = next;
    else exceeds = next;
    const full = size <= budget.limit && size >= budget.limit * (1 - SLACK);
    if (full || exceeds - fits <= (fits - from) * SLACK) break;
    next = from + ((next - from) * budget.limit) / Math.max(size, Number.MIN_VALUE);
  }
  return Math.max(fits, from + 1);
}

/** Where the part ends, at `most` or before, and where the next one starts. */
function cut(line: TextLine, from: number, most: number): { readonly end: number; readonly next: number } {
  if (most >= line.length) return { end: line.length, next: line.length };
  const least = (share: number): number => from + Math.ceil((most - from) * share);
  const block = line.blockBefore(most, least(HALF));
  if (block !== null) return { end: block, next: block };
  const feed =
    line.separatorBefore("\n", most, least(HALF)) ?? line.separatorBefore(" ", most, least(QUARTER));
  if (feed !== null) return { end: feed, next: line.afterBlock(feed + 1) };
  const place = line.placeBefore(most, from);
  // A space before a link that did not fit would end the part.
  const space = place - 1 > from ? line.separatorBefore(" ", place - 1, place - 1) : null;
  return { end: space ?? place, next: line.afterBlock(place) };
}

/** What an edit does to the messages that carry a text, by their numbers from 0. */
export interface EditPlan {
  readonly update: readonly number[];
  readonly remove: readonly number[];
  readonly post: readonly number[];
}

/** An edit of a text that was in `before` messages and is now in `after`. */
export function planEdit(before: number, after: number): EditPlan {
  const both = Math.min(before, after);
  return { update: range(0, both), remove: range(both, before), post: range(both, after) };
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
