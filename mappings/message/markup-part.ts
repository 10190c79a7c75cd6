/**
 * Marked-up texts as parts of mimi-content: Markdown (GFM-MIMI), with HTML as its alternative where Markdown lacks a
 * mark. A text whose markup is more than the readers take is written in plain characters.
 */
import { type Part, PLAIN_TEXT, type SinglePart, textPart } from "../content/content.ts";
import type { Loss } from "../loss.ts";
import { cleanPlain } from "../markup/flat-builder.ts";
import { type FlatText, Mark } from "../markup/flat.ts";
import { mimiHtmlReader, mimiHtmlWriter } from "../markup/html/dialects/mimi.ts";
import { readHtml } from "../markup/html/read.ts";
import { writeHtml } from "../markup/html/write.ts";
import { normalise, writeMarkdown } from "../markup/markdown/write.ts";
import { plainWords, traitsOf } from "./traits.ts";

export const MARKDOWN = "text/markdown;variant=GFM-MIMI";
const HTML = "text/html;charset=utf-8";

/** Marks that GFM-MIMI has no sign for. */
const BEYOND_MARKDOWN = Mark.underline | Mark.spoiler;

export interface WrittenMarkup {
  readonly part: Part;
  readonly losses: readonly Loss[];
}

export function markupPart(text: FlatText): WrittenMarkup {
  const markdown = markdownPart(text);
  const html = htmlOf(text);
  if (html === null) return markdown;
  const parts = [markdown.part, textPart(html.html, HTML)];
  const { disposition } = markdown.part;
  return {
    part: { cardinality: "multi", disposition, language: "", semantics: "chooseOne", parts },
    losses: [],
  };
}

/** How many parts markupPart makes. */
export function markupParts(text: FlatText): number {
  return htmlOf(text) === null ? 1 : 3;
}

/** What reading the part gives; without writing it, where the text needs no HTML. */
export function normaliseMarkup(text: FlatText): FlatText {
  return htmlOf(text)?.text ?? normalise(text);
}

export function plainPart(words: string): SinglePart {
  return textPart(cleanPlain(words), PLAIN_TEXT);
}

function markdownPart(text: FlatText): WrittenMarkup {
  const { value, losses } = writeMarkdown(text);
  const beyond = losses.filter(isBeyondLimits);
  // The normal form of what is too much to be read is characters alone.
  if (beyond.length > 0) return { part: plainPart(plainWords(normalise(text)) ?? value), losses: beyond };
  return { part: textPart(value, MARKDOWN), losses: [] };
}

/** HTML and what reading it gives; null: Markdown says all of it, or the HTML would be too much to be read. */
function htmlOf(text: FlatText): { html: string; text: FlatText } | null {
  if (!isBeyondMarkdown(text)) return null;
  const html = writeHtml(text, mimiHtmlWriter).value;
  const read = readHtml(html, mimiHtmlReader(null));
  if (read.losses.some(isBeyondLimits) || !isBeyondMarkdown(read.text)) return null;
  return { html, text: read.text };
}

const isBeyondMarkdown = (text: FlatText): boolean => (traitsOf(text).marks & BEYOND_MARKDOWN) !== 0;

const isBeyondLimits = ({ code }: Loss): boolean => code === "markup_unread";
