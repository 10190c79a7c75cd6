/** From a tree of HTML elements to the flat form, in one walk over it. */
import { LossLog } from "./loss-log.ts";
import { Mark } from "../flat.ts";
import type { FlatText } from "../flat.ts";
import { BlockSink } from "./block-sink.ts";
import { canonicalHtml } from "./canonical.ts";
import type { HtmlReadDialect } from "./dialect.ts";
import { addImage, addMaths, noteSpan, oneLine, readLink } from "./inline-elements.ts";
import { DEEPEST_HTML, MOST_NODES } from "./limits.ts";
import { elementOf, textOf } from "./markup-node.ts";
import type { MarkupElement, MarkupNode } from "./markup-node.ts";
import { cellRuns } from "./cell.ts";
import type { ReadHtml, TreePlace, Walk } from "./walk-state.ts";

const MARKS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    bold: "b strong",
    italic: "i em cite dfn var",
    strike: "s del strike",
    underline: "u ins",
    code: "code tt kbd samp",
  }).flatMap(([mark, names]) => names.split(" ").map((name) => [name, Mark[mark as keyof typeof Mark]])),
);
const PARAGRAPHS = words(
  "p div section article aside header footer main nav address center figure figcaption dl dt dd fieldset form caption summary details tr td th",
);
const LISTS = words("ul ol menu dir");
/** Their contents are not for people who read. */
const DROPPED = words("script style mx-reply title template iframe noembed noframes head object audio video");
/** What they say about their characters is lost. */
const UNMARKED = words("sub sup small big mark");
const FLATTENED = words("details summary dl dt dd");
const HIGHEST_NUMBER = 999_999_999;

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

const ROOT: TreePlace = { marks: 0, link: null, quote: 0, list: 0, depth: 0, numbers: null };

/** What the tree says, or null where it goes beyond the limits on depth and number. */
export function readTree(
  root: MarkupElement,
  dialect: HtmlReadDialect,
  styleMarks: Walk["styleMarks"] = null,
): ReadHtml | null {
  const walk: Walk = {
    sink: new BlockSink(),
    dialect,
    losses: new LossLog(),
    styleMarks,
    spoiler: null,
    nodes: 0,
  };
  if (!readChildren(root, ROOT, walk)) return null;
  const text = canonicalHtml(walk.sink.finish(), dialect.broadcast);
  return { text, losses: walk.losses.list, spoiler: walk.spoiler };
}

/** The text of one cell, whose blocks are kept apart by line breaks; null: beyond the limits. */
function readCell(cell: MarkupElement, place: TreePlace, walk: Walk): FlatText | null {
  const inner: Walk = { ...walk, sink: new BlockSink() };
  const inside: TreePlace = { ...place, quote: 0, list: 0, numbers: null, depth: place.depth + 1 };
  const within = readChildren(cell, inside, inner);
  walk.nodes = inner.nodes;
  walk.spoiler = inner.spoiler;
  return within ? inner.sink.finish() : null;
}

/** false: beyond the limits. */
function readChildren(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  if (place.depth > DEEPEST_HTML + 2) return false;
  return element.children.every((child) => readNode(child, place, walk));
}

function readNode(node: MarkupNode, place: TreePlace, walk: Walk): boolean {
  if (++walk.nodes > MOST_NODES) return false;
  const element = elementOf(node);
  if (element !== null) return readElement(element, { ...place, depth: place.depth + 1 }, walk);
  walk.sink.text(textOf(node), place);
  return true;
}

function readElement(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  const { name, attrs } = element;
  if (DROPPED.has(name)) return true;
  const styled = walk.styleMarks?.(attrs["style"] ?? "") ?? 0;
  const marks = place.marks | (MARKS.get(name) ?? 0) | styled;
  const inside: TreePlace = marks === place.marks ? place : { ...place, marks };
  if (UNMARKED.has(name)) walk.losses.add("mark_lost", name);
  if (FLATTENED.has(name)) walk.losses.add("block_flattened", name);
  if (PARAGRAPHS.has(name)) return readBlock(element, inside, walk);
  if (LISTS.has(name)) return readList(element, inside, walk);
  switch (name) {
    case "br":
      walk.sink.lineBreak(inside);
      return true;
    case "h1":
    case "h2":
    case "h3":
    case "h4":
    case "h5":
    case "h6":
      walk.sink.begin({ kind: "heading", level: Number(name[1]), quote: place.quote, list: place.list });
      return ended(readChildren(element, inside, walk), walk);
    case "blockquote":
      walk.sink.end();
      return ended(readChildren(element, { ...inside, quote: place.quote + 1 }, walk), walk);
    case "li":
      return readItem(element, inside, walk);
    case "hr":
      walk.sink.push({ kind: "rule", quote: place.quote, list: place.list });
      return true;
    case "pre":
      return readCode(element, place, walk);
    case "table":
      walk.sink.end();
      return ended(readRows(element, inside, walk, false), walk);
    case "a":
      return readLink(element, inside, walk, readChildren);
    case "img":
      addImage(element, inside, walk);
      return true;
    case "input":
      if (attrs["type"]?.toLowerCase() === "checkbox") walk.sink.task(attrs["checked"] !== undefined);
      return true;
    case "span":
    case "font":
      return readSpan(element, inside, walk);
    default:
      return readChildren(element, inside, walk);
  }
}

function ended(within: boolean, walk: Walk): boolean {
  walk.sink.end();
  return within;
}

function readBlock(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  if (addMaths(element, place, walk)) return true;
  walk.sink.begin({ kind: "paragraph", quote: place.quote, list: place.list });
  return ended(readChildren(element, place, walk), walk);
}

function readSpan(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  if (addMaths(element, place, walk)) return true;
  noteSpan(element, walk);
  const reason = element.attrs["data-mx-spoiler"];
  if (reason === undefined) return readChildren(element, place, walk);
  walk.spoiler ??= oneLine(reason);
  return readChildren(element, { ...place, marks: place.marks | Mark.spoiler }, walk);
}

function readList(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  const numbers = element.name === "ol" ? { next: numberOf(element.attrs["start"]) ?? 1 } : null;
  walk.sink.end();
  return ended(readChildren(element, { ...place, list: place.list + 1, numbers }, walk), walk);
}

function readItem(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  const { numbers, quote } = place;
  const list = Math.max(1, place.list);
  const value = numbers === null ? null : (numberOf(element.attrs["value"]) ?? numbers.next);
  if (numbers !== null && value !== null) numbers.next = value + 1;
  const marker = value === null || value > HIGHEST_NUMBER ? "bullet" : value;
  walk.sink.begin({ kind: "item", marker, quote, list });
  return ended(readChildren(element, { ...place, list, numbers: null }, walk), walk);
}

function numberOf(text: string | undefined): number | null {
  const digits = /^\s{0,9}(\d{1,9})\s{0,9}$/.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Characters alone, as they are; `<code class="language-x">` within names the language. */
function readCode(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  const code = element.children.map(elementOf).find((child) => child?.name === "code");
  const classes = `${code?.attrs["class"] ?? ""} ${element.attrs["class"] ?? ""}`.split(/\s+/);
  const language = classes.find((name) => name.startsWith("language-"))?.slice("language-".length) ?? "";
  const text = textOf(element, DROPPED).replaceAll(/\r\n?/g, "\n");
  const { quote, list } = place;
  walk.sink.push({
    kind: "code",
    language,
    text: text.endsWith("\n") ? text.slice(0, -1) : text,
    quote,
    list,
  });
  return true;
}

/** The rows of a table, its caption, and whatever else a careless tree has in it. */
function readRows(parent: MarkupElement, place: TreePlace, walk: Walk, header: boolean): boolean {
  if (place.depth > DEEPEST_HTML + 2) return false;
  return parent.children.every((node) => {
    const element = elementOf(node);
    const inside = { ...place, depth: place.depth + 1 };
    if (element?.name === "thead") return readRows(element, inside, walk, true);
    if (element?.name === "tbody" || element?.name === "tfoot") return readRows(element, inside, walk, false);
    if (element?.name === "tr") return readRow(element, inside, walk, header);
    return readNode(node, place, walk);
  });
}

function readRow(row: MarkupElement, place: TreePlace, walk: Walk, header: boolean): boolean {
  walk.nodes++;
  const cells = row.children
    .map(elementOf)
    .filter((element) => element !== null && (element.name === "td" || element.name === "th"));
  const texts = cells.map((cell) => cell && readCell(cell, place, walk));
  if (texts.includes(null)) return false;
  walk.sink.push({
    kind: "row",
    header: header || (cells.length > 0 && cells.every((cell) => cell?.name === "th")),
    cells: texts.map((text) => (text === null ? [] : cellRuns(text.blocks, walk.losses))),
    quote: place.quote,
    list: place.list,
  });
  return true;
}
