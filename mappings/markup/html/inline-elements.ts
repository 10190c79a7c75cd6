/** Elements within a line that are more than marks: links, pictures, mathematics. */
import { cleanText } from "../flat-builder.ts";
import { Mark } from "../flat.ts";
import { allowedUrl } from "../links.ts";
import { emojiName } from "./emoji-name.ts";
import { elementOf, textOf } from "./markup-node.ts";
import type { MarkupElement } from "./markup-node.ts";
import type { TreePlace, Walk } from "./walk-state.ts";

/** Marks of elements that may stand around the whole label of a mention. */
const LABEL_MARKS: ReadonlyMap<string, number> = new Map([
  ["b", Mark.bold],
  ["strong", Mark.bold],
  ["i", Mark.italic],
  ["em", Mark.italic],
  ["del", Mark.strike],
  ["s", Mark.strike],
  ["u", Mark.underline],
]);
const COLOURS = ["color", "data-mx-color", "data-mx-bg-color"];
const SCHEME = /^[\s\p{Cc}]{0,9}([a-z][a-z0-9+.-]{0,31}):/iu;

/** Reads `<a>`, an ordinary link's label by `readLabel`; false: beyond the limits. */
export function readLink(
  element: MarkupElement,
  place: TreePlace,
  walk: Walk,
  readLabel: (element: MarkupElement, place: TreePlace, walk: Walk) => boolean,
): boolean {
  const href = element.attrs["href"];
  if (href === undefined || place.link !== null) return readLabel(element, place, walk);
  const label = oneLine(textOf(element));
  const meaning = walk.dialect.link(href.trim(), label);
  if (meaning?.kind === "user") {
    const name = nameIn(label, "@", href) || meaning.name;
    walk.sink.run({ kind: "mention", user: meaning.user, name, marks: labelMarks(element, place) }, place);
    return true;
  }
  if (meaning?.kind === "group") {
    const name = nameIn(label, "#", href) || meaning.name;
    walk.sink.run({ kind: "group", group: meaning.group, name, marks: labelMarks(element, place) }, place);
    return true;
  }
  const link = meaning === null ? null : allowedUrl(href);
  if (link === null) walk.losses.add("link_refused", SCHEME.exec(href)?.[1]?.toLowerCase() ?? "");
  return readLabel(element, { ...place, link }, walk);
}

/** What a label shows, without the sign before it; empty where it shows the address itself. */
export function nameIn(label: string, sign: "@" | "#", href: string): string {
  const line = oneLine(label);
  if (line === href) return "";
  return (line.startsWith(sign) ? line.slice(1) : line).trim();
}

/** The characters as one line, without control characters and white space around them. */
export function oneLine(text: string): string {
  return cleanText(text, false).replaceAll(/\s+/g, " ").trim();
}

/** The marks of the place and of elements that hold the whole label. */
function labelMarks(element: MarkupElement, place: TreePlace): number {
  let { marks } = place;
  for (let inner = onlyChild(element); inner !== null; inner = onlyChild(inner))
    marks |= LABEL_MARKS.get(inner.name) ?? 0;
  return marks;
}

function onlyChild(element: MarkupElement): MarkupElement | null {
  const [child] = element.children;
  return child === undefined || element.children.length > 1 ? null : elementOf(child);
}

/** A custom emoji is a run of its own; any other picture is its description. */
export function addImage({ attrs }: MarkupElement, place: TreePlace, walk: Walk): void {
  const shown = oneLine(attrs["alt"] ?? attrs["title"] ?? "");
  const src = attrs["src"] ?? "";
  if (attrs["data-mx-emoticon"] !== undefined || /^:[^\s:]{1,100}:$/.test(shown)) {
    const name = emojiName(shown);
    const source = walk.dialect.emoji(src, name);
    walk.sink.run({ kind: "emoji", name, source, marks: place.marks }, place);
    return;
  }
  walk.losses.add("image_dropped", "");
  if (shown !== "") walk.sink.run({ kind: "text", text: shown, marks: place.marks, link: place.link }, place);
}

/** Mathematics is its LaTeX source; false: the element holds none. */
export function addMaths(element: MarkupElement, place: TreePlace, walk: Walk): boolean {
  const source = element.attrs["data-mx-maths"];
  if (source === undefined || source.trim() === "") return false;
  walk.losses.add("mark_lost", "maths");
  if (element.name === "div") {
    walk.sink.push({
      kind: "code",
      language: "latex",
      text: source.trim(),
      quote: place.quote,
      list: place.list,
    });
    return true;
  }
  const marks = place.marks | Mark.code;
  walk.sink.run({ kind: "text", text: oneLine(source), marks, link: place.link }, place);
  return true;
}

/** Names what `<span>` and `<font>` say that is lost. */
export function noteSpan({ attrs }: MarkupElement, walk: Walk): void {
  if (COLOURS.some((name) => attrs[name] !== undefined)) walk.losses.add("mark_lost", "colour");
}
