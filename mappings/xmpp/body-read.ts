/** The body of a message without what only stands in for newer elements (XEP-0428), and its offsets (XEP-0426). */
import type { XmlElement } from "../xml.ts";
import { child, children, childText, natural } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** More than any client writes; the rest is not looked at. */
const MOST_FALLBACKS = 20;
/** What we read from elements, so that its stand-in in the body is not for us. */
const UNDERSTOOD: ReadonlySet<string | undefined> = new Set([
  NS.sfs,
  NS.oob,
  NS.esfs,
  NS.stickers,
  NS.retract,
  NS.retractOld,
  NS.fasten,
  NS.moderate,
  NS.reactions,
  NS.geoloc,
]);
const ASTRAL = /[\ud800-\udbff]/;

export interface Body {
  readonly text: string;
  /** Whether what a reply quotes was taken out. */
  readonly quoteRemoved: boolean;
  /** The UTF-16 offset in `text` of a character of the body as it was sent; null: beyond it, or taken out. */
  offset(codePoints: number | null): number | null;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The body less the fallbacks of what we understand. `isReply`: whether it answers a message. */
export function readBody(stanza: XmlElement, isReply: boolean): Body {
  const sent = childText(stanza, "body");
  const fallbacks = children(stanza, "fallback", NS.fallback).slice(0, MOST_FALLBACKS);
  if (fallbacks.length === 0 && !isReply) return whole(sent);
  const units = unitOffsets(sent);
  const ranges: Range[] = [];
  let quoteRemoved = false;
  for (const fallback of fallbacks) {
    const feature = fallback.attrs["for"];
    const ofReply = isReply && feature === NS.reply;
    if (!ofReply && !UNDERSTOOD.has(feature)) continue;
    quoteRemoved ||= ofReply;
    ranges.push(...fallbackRanges(fallback, sent, units));
  }
  if (isReply && !fallbacks.some((fallback) => fallback.attrs["for"] === NS.reply)) {
    const quote = leadingQuote(sent);
    if (quote > 0) ranges.push({ from: 0, to: quote });
    quoteRemoved = quote > 0;
  }
  return without(sent, ranges, units, quoteRemoved);
}

function whole(text: string): Body {
  const units = unitOffsets(text);
  return { text, quoteRemoved: false, offset: (points) => (points === null ? null : units(points)) };
}

/** No child: the whole body stands in; a body without offsets says the same; a subject is another matter. */
function fallbackRanges(
  fallback: XmlElement,
  sent: string,
  units: (points: number) => number | null,
): readonly Range[] {
  const all = { from: 0, to: sent.length };
  const bodies = children(fallback, "body").slice(0, MOST_FALLBACKS);
  if (bodies.length === 0) return child(fallback, "subject") === null ? [all] : [];
  return bodies.flatMap((range) => {
    const { start, end } = range.attrs;
    if (start === undefined && end === undefined) return [all];
    const from = units(natural(start ?? "0") ?? -1);
    const to = end === undefined ? sent.length : units(natural(end) ?? -1);
    return from === null || to === null || to <= from ? [] : [{ from, to }];
  });
}

/** The length of the lines at the beginning that quote. */
function leadingQuote(text: string): number {
  let end = 0;
  while (text[end] === ">") {
    const feed = text.indexOf("\n", end);
    end = feed < 0 ? text.length : feed + 1;
  }
  return end;
}

function without(
  sent: string,
  ranges: readonly Range[],
  units: (points: number) => number | null,
  quoteRemoved: boolean,
): Body {
  const removed: Range[] = [];
  const kept: string[] = [];
  let at = 0;
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    if (range.to <= at) continue;
    const from = Math.max(at, range.from);
    kept.push(sent.slice(at, from));
    removed.push({ from, to: range.to });
    at = range.to;
  }
  kept.push(sent.slice(at));
  const offset = (points: number | null): number | null => {
    const unit = points === null ? null : units(points);
    if (unit === null) return null;
    let shift = 0;
    for (const { from, to } of removed) {
      if (unit <= from) break;
      if (unit < to) return null;
      shift += to - from;
    }
    return unit - shift;
  };
  return { text: kept.join(""), quoteRemoved, offset };
}

/** From code points to UTF-16 offsets; null: beyond the text's end. */
function unitOffsets(text: string): (points: number) => number | null {
  if (!ASTRAL.test(text)) return (points) => (points < 0 || points > text.length ? null : points);
  let table: number[] | null = null;
  return (points) => {
    table ??= tableOf(text);
    return table[points] ?? null;
  };
}

function tableOf(text: string): number[] {
  const table: number[] = [];
  let unit = 0;
  for (const point of text) {
    table.push(unit);
    unit += point.length;
  }
  table.push(unit);
  return table;
}
