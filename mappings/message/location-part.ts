/** A place as a part of mimi-content: Markdown that links to it by name. */
import { type SinglePart, textPart } from "../content/content.ts";
import { cleanText } from "../markup/flat-builder.ts";
import type { FlatText } from "../markup/flat.ts";
import { normalise, writeMarkdown } from "../markup/markdown/write.ts";
import { plainTextOf } from "../markup/plain.ts";
import { MARKDOWN, plainPart } from "./markup-part.ts";
import { charactersOf, readTextPart } from "./text-part.ts";

/** RFC 5870, as far as it can stand in a link's target as it is. */
const GEO = /^geo:[\w.,;=+%-]{1,200}$/i;
/** Stands for the place while the link's label is written and read by those who know web links only. */
const STAND_IN = "https://geo.invalid/";

export function writeLocation(name: string, geo: string): SinglePart {
  const label = oneLine(name);
  if (!GEO.test(geo)) return plainPart(label || geo);
  if (label === "") return textPart(`<${geo}>`, MARKDOWN);
  const written = writeMarkdown(linked(label)).value;
  return textPart(
    written.replace(`](${STAND_IN})`, () => `](${geo})`),
    MARKDOWN,
  );
}

/** The name that the part gives to the place; empty: none. */
export function readLocationName(part: SinglePart, geo: string): string {
  const characters = charactersOf(part);
  if (characters === `<${geo}>` || characters === cleanText(geo, false)) return "";
  const text = characters.replace(`](${geo})`, () => `](${STAND_IN})`);
  const name = labelOf(readTextPart({ ...part, content: new TextEncoder().encode(text) }).text);
  return name === geo ? "" : name;
}

/** What reading the written name gives. */
export function normaliseLocationName(name: string, geo: string): string {
  const label = oneLine(name);
  const read = label === "" || !GEO.test(geo) ? label : labelOf(normalise(linked(label)));
  return read === geo || read === cleanText(geo, false) ? "" : read;
}

function linked(label: string): FlatText {
  const run = { kind: "text", text: label, marks: 0, link: STAND_IN } as const;
  return { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: [run] }] };
}

const labelOf = (text: FlatText): string => oneLine(plainTextOf(text).replace(` (${STAND_IN})`, ""));

const oneLine = (text: string): string => cleanText(text, false).replaceAll(/\s+/g, " ").trim();
