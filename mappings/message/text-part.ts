/** Texts as parts of mimi-content: plain characters as text/plain, all others as markup with its pictures beside it. */
import type { ExternalPart, Part, SinglePart } from "../content/content.ts";
import { partIndexOf, partUrl } from "../content/part-index.ts";
import type { Loss } from "../loss.ts";
import { cleanPlain } from "../markup/flat-builder.ts";
import { type FlatText, plainFlat } from "../markup/flat.ts";
import { mimiHtmlReader } from "../markup/html/dialects/mimi.ts";
import { readHtml } from "../markup/html/read.ts";
import { withBroadcast } from "../markup/markdown/broadcast.ts";
import { readMarkdown } from "../markup/markdown/read.ts";
import { broadcastsToWords } from "./broadcast.ts";
import { asItIs, decorated, type Manner, undecorated } from "./decorations.ts";
import type { Scope } from "./extensions.ts";
import { markupPart, markupParts, normaliseMarkup, plainPart } from "./markup-part.ts";
import { type Picture, picturePart, picturesOf, withSources } from "./pictures.ts";
import { plainWords, traitsOf } from "./traits.ts";

export interface WrittenPart {
  readonly part: Part;
  /** Where the pictures of custom emoji are: part indexes by short name. */
  readonly pictures: ReadonlyMap<string, number>;
  readonly losses: readonly Loss[];
}

const noPictures: ReadonlyMap<string, number> = new Map();

/** A text, decorated, as a part that will have this index. */
export function writeTextPart(plain: FlatText, index: number, manner: Manner = asItIs): WrittenPart {
  const text = decorated(plain, manner);
  const words = plainWords(text);
  if (words !== null) return { part: plainPart(words), pictures: noPictures, losses: [] };
  const worded = broadcastsToWords(text);
  const pictures = shownPictures(worded);
  if (pictures.length === 0) return { ...markupPart(placed(worded, [], 0)), pictures: noPictures };
  const first = index + 1 + markupParts(worded);
  const { part: inside, losses } = markupPart(placed(worded, pictures, first));
  const parts = [inside, ...pictures.map(({ source }) => picturePart(source))];
  return {
    part: {
      cardinality: "multi",
      disposition: inside.disposition,
      language: "",
      semantics: "singleUnit",
      parts,
    },
    pictures: new Map(pictures.map(({ name }, at) => [name, first + at])),
    losses,
  };
}

/** What reading the written part gives, without writing it. */
export function normaliseText(plain: FlatText, manner: Manner = asItIs): FlatText {
  const text = decorated(plain, manner);
  const words = plainWords(text);
  if (words !== null) return undecorated(plainFlat(cleanPlain(words)), manner);
  const worded = broadcastsToWords(text);
  const pictures = shownPictures(worded);
  const read = normaliseMarkup(placed(worded, pictures, 0));
  return finishText(read, manner, (place) => pictures[place]?.source ?? null, traitsOf(plain).scope);
}

/** The pictures that the written form can show: names and places that it cannot hold become words. */
function shownPictures(text: FlatText): readonly Picture[] {
  const pictures = picturesOf(text);
  if (pictures.length === 0) return pictures;
  const shown = new Set(
    picturesOf(normaliseMarkup(placed(text, pictures, 0)), isOurs).map(({ source }) => source),
  );
  return pictures.filter((_, at) => shown.has(partUrl(at)));
}

/** The same text whose pictures are parts, from the index `first` on; others have no place. */
function placed(text: FlatText, pictures: readonly Picture[], first: number): FlatText {
  const places = new Map(pictures.map(({ source }, at) => [source, partUrl(first + at)]));
  return withSources(text, (source) => places.get(source) ?? null);
}

const isOurs = (source: string): boolean => partIndexOf(source) !== null;

/**
 * A text as its parts say it, made whole: without its decorations, with the places of its pictures, and with whom of
 * everybody it addresses.
 */
export function finishText(
  text: FlatText,
  manner: Manner,
  place: (index: number) => string | null,
  scope: Scope | null,
): FlatText {
  const words = undecorated(text, manner);
  const pictured = withSources(words, (source) => {
    const index = partIndexOf(source);
    return index === null ? source : place(index);
  });
  return scope === null ? pictured : withBroadcast(pictured, scope);
}

/** The text of a single part; bytes that are no UTF-8 become U+FFFD. Text of an unknown type is plain. */
export function readTextPart(part: SinglePart): { text: FlatText; losses: readonly Loss[] } {
  const characters = charactersOf(part);
  switch (mediaType(part)) {
    case "text/markdown":
      return readMarkdown(characters);
    case "text/html":
      return readHtml(characters, mimiHtmlReader(null));
    default:
      return { text: plainFlat(cleanPlain(characters)), losses: [] };
  }
}

/** Without parameters, in lower case. */
export function mediaType({ contentType }: SinglePart | ExternalPart): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** The octets as UTF-8. A mark at the beginning that tells the order of octets stays. */
export function charactersOf({ content }: SinglePart): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("utf8");
}
