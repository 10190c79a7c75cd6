/** Message markup (XEP-0394): spans, code, lists and quotes that elements lay over a body. */
import { FlatBuilder } from "../markup/flat-builder.ts";
import { type FlatText, Mark } from "../markup/flat.ts";
import type { ReadText } from "../markup/context.ts";
import type { XmlElement } from "../xml.ts";
import { type Atom, ordered, Stretches } from "./atoms.ts";
import type { Body } from "./body-read.ts";
import { child, children, natural } from "./elements.ts";
import { loss } from "./inbound.ts";
import { NS } from "./namespaces.ts";
import { readUnstyled } from "./styling-read.ts";

/** With more elements the body is taken as plain text. */
const MOST_ELEMENTS = 500;
const BULLET = /^(?:[-*+\u2022\u2023\u25e6] |\d{1,9}[.)] )/;

interface Range {
  readonly from: number;
  readonly to: number;
}
interface Span extends Range {
  readonly marks: number;
}
interface Code extends Range {
  readonly language: string;
}
interface Item {
  readonly from: number;
  readonly to: number;
  readonly ordered: boolean;
  readonly number: number;
}
interface Layers {
  readonly spans: readonly Span[];
  readonly code: readonly Code[];
  readonly quotes: readonly Range[];
  readonly lists: readonly Range[];
  readonly items: readonly Item[];
  readonly emoji: readonly Atom[];
}

/** The body from `start` (UTF-16) on, under its markup. `atoms` count from there. */
export function readMarkup(markup: XmlElement, body: Body, start: number, atoms: readonly Atom[]): ReadText {
  const source = body.text.slice(start);
  const elements = markup.children.filter((part) => typeof part !== "string");
  const points = elements.reduce((sum, part) => sum + 1 + part.children.length, 0);
  if (points > MOST_ELEMENTS) {
    const detail = `more than ${MOST_ELEMENTS} elements of markup`;
    return { text: readUnstyled(source, atoms), losses: [loss("markup_unread", detail)] };
  }
  const layers = readLayers(elements, (text) => {
    const offset = body.offset(natural(text));
    return offset === null || offset < start ? null : offset - start;
  });
  const marked = new MarkedBody(source, layers, ordered([...layers.emoji, ...atoms], source));
  return { text: marked.read(), losses: [] };
}

type Offset = (text: string | undefined) => number | null;

function readLayers(elements: readonly XmlElement[], offset: Offset): Layers {
  const range = (part: XmlElement): Range | null => {
    const from = offset(part.attrs["start"]);
    const to = offset(part.attrs["end"]);
    return from === null || to === null || to <= from ? null : { from, to };
  };
  const layers = {
    spans: [] as Span[],
    code: [] as Code[],
    quotes: [] as Range[],
    lists: [] as Range[],
    items: [] as Item[],
    emoji: [] as Atom[],
  };
  for (const part of elements) {
    const found = range(part);
    if (found === null) continue;
    if (part.name === "span") {
      layers.spans.push({ ...found, marks: marksOf(part) });
      const name = child(part, "emoji", NS.emoji)?.attrs["name"];
      if (name !== undefined && name !== "") layers.emoji.push(emojiAtom(found, name));
    } else if (part.name === "bcode") {
      layers.code.push({ ...found, language: part.attrs["language"] ?? "" });
    } else if (part.name === "bquote") {
      layers.quotes.push(found);
    } else if (part.name === "list") {
      layers.lists.push(found);
      layers.items.push(...itemsOf(part, found, offset));
    }
  }
  layers.code.sort((a, b) => a.from - b.from);
  return layers;
}

function emojiAtom(range: Range, name: string): Atom {
  const plain = name.replaceAll(":", "");
  return { ...range, run: (marks) => ({ kind: "emoji", name: plain, source: null, marks }) };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function marksOf(span: XmlElement): number {
  let marks = 0;
  if (child(span, "strong") !== null) marks |= Mark.bold;
  if (child(span, "emphasis") !== null) marks |= Mark.italic;
  if (child(span, "deleted") !== null) marks |= Mark.strike;
  if (child(span, "code") !== null) marks |= Mark.code;
  return marks;
}

function itemsOf(list: XmlElement, { from, to }: Range, offset: Offset): readonly Item[] {
  const isOrdered = list.attrs["ordered"] === "true" || list.attrs["ordered"] === "1";
  const starts = children(list, "li")
    .map((item) => offset(item.attrs["start"]))
    .filter((at) => at !== null && at >= from && at < to)
    .map(Number)
    .toSorted((a, b) => a - b);
  return starts.map((at, i) => ({ from: at, to: starts[i + 1] ?? to, ordered: isOrdered, number: i + 1 }));
}

class MarkedBody {
  readonly #source: string;
  readonly #layers: Layers;
  readonly #builder = new FlatBuilder();
  readonly #stretches: Stretches;
  /** Where marks change, in order. */
  readonly #edges: readonly { readonly at: number; readonly marks: number; readonly opens: boolean }[];
  #edge = 0;
  #standing: readonly number[] = [];
  #place = "";

  constructor(source: string, layers: Layers, atoms: readonly Atom[]) {
    this.#source = source;
    this.#layers = layers;
    this.#stretches = new Stretches(source, atoms, this.#builder);
    this.#edges = layers.spans
      .flatMap(({ from, to, marks }) => [
        { at: from, marks, opens: true },
        { at: to, marks, opens: false },
      ])
      .toSorted((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens));
  }

  read(): FlatText {
    const { code } = this.#layers;
    let from = 0;
    for (const block of code) {
      if (block.from < from) continue;
      this.#lines(from, block.from);
      const text = this.#source.slice(block.from, block.to).replace(/\n$/, "");
      const place = { quote: this.#depth(this.#layers.quotes, block.from), list: 0 };
      if (text !== "") this.#builder.push({ kind: "code", ...place, language: block.language, text });
      from = block.to;
    }
    this.#lines(from, this.#source.length);
    return this.#builder.finish();
  }

  #lines(from: number, to: number): void {
    this.#place = "";
    for (let start = from; start < to;) {
      const feed = this.#source.indexOf("\n", start);
      const end = feed < 0 || feed > to ? to : feed;
      this.#line(start, end);
      start = end + 1;
    }
    this.#builder.close();
  }

  #line(start: number, end: number): void {
    if (this.#source.slice(start, end).trim() === "") {
      this.#place = "";
      this.#builder.close();
      return;
    }
    const item = this.#itemAt(start, end);
    const quote = this.#depth(this.#layers.quotes, start);
    const list = this.#depth(this.#layers.lists, item?.from ?? start);
    const place = `${quote} ${list} ${item?.from ?? -1}`;
    let from = start;
    if (place === this.#place) {
      this.#builder.text("\n", 0, null);
    } else if (item === null || item.from < start) {
      this.#builder.open({ kind: "paragraph", quote, list });
    } else {
      this.#builder.open({ kind: "item", quote, list, marker: item.ordered ? item.number : "bullet" });
      from += indentOf(this.#source.slice(start, end));
      from += BULLET.exec(this.#source.slice(from, end))?.[0].length ?? 0;
    }
    this.#place = place;
    this.#marked(from, end);
  }

  /** The innermost item that the line belongs to. */
  #itemAt(start: number, end: number): Item | null {
    let found: Item | null = null;
    for (const item of this.#layers.items) {
      if (item.from < end && item.to > start && (found === null || item.from >= found.from)) found = item;
    }
    return found;
  }

  #depth(ranges: readonly Range[], at: number): number {
    let depth = 0;
    for (const { from, to } of ranges) if (from <= at && at < to) depth += 1;
    return depth;
  }

  #marked(from: number, end: number): void {
    let at = from;
    this.#pass(at);
    for (let edge = this.#edges[this.#edge]; edge !== undefined && edge.at < end;) {
      this.#stretches.add(at, edge.at, this.#marks());
      at = edge.at;
      this.#pass(at);
      edge = this.#edges[this.#edge];
    }
    this.#stretches.add(at, end, this.#marks());
  }

  #pass(at: number): void {
    for (let edge = this.#edges[this.#edge]; edge !== undefined && edge.at <= at;) {
      const { marks, opens } = edge;
      const standing = [...this.#standing];
      if (opens) standing.push(marks);
      else standing.splice(standing.indexOf(marks), 1);
      this.#standing = standing;
      this.#edge += 1;
      edge = this.#edges[this.#edge];
    }
  }

  #marks(): number {
    return this.#standing.reduce((sum, marks) => sum | marks, 0);
  }
}
