/** Previews of linked pages as parts of mimi-content: Markdown of a link with the title, then the description. */
import { Disposition, type SinglePart, textPart } from "../content/content.ts";
import type { FlatText } from "../markup/flat.ts";
import { cleanText } from "../markup/flat-builder.ts";
import { allowedUrl } from "../markup/links.ts";
import { normalise, writeMarkdown } from "../markup/markdown/write.ts";
import { plainTextOf } from "../markup/plain.ts";
import type { LinkPreview } from "../message.ts";
import { MARKDOWN } from "./markup-part.ts";
import { readTextPart } from "./text-part.ts";
import { runsOf } from "./traits.ts";

/** More previews than this are not carried by one message. */
export const MOST_PREVIEWS = 16;

export function writePreview(preview: LinkPreview): SinglePart {
  return textPart(writeMarkdown(textOf(preview)).value, MARKDOWN, Disposition.preview);
}

/** What reading the written part gives; null: a page that may not be linked to. */
export function normalisePreview(preview: LinkPreview): LinkPreview | null {
  return previewOf(normalise(textOf(preview)));
}

/** null where the text begins with no link. */
export function readPreview(part: SinglePart): LinkPreview | null {
  return previewOf(readTextPart(part).text);
}

function textOf({ url, title, description }: LinkPreview): FlatText {
  const link = allowedUrl(url);
  const place = { kind: "paragraph", quote: 0, list: 0 } as const;
  return {
    blocks: [
      { ...place, runs: [{ kind: "text", text: oneLine(title) || url, marks: 0, link }] },
      { ...place, runs: [{ kind: "text", text: oneLine(description), marks: 0, link: null }] },
    ],
  };
}

function previewOf({ blocks: [first, ...rest] }: FlatText): LinkPreview | null {
  const runs = first ? runsOf(first) : [];
  const [run] = runs;
  if (run?.kind !== "text" || run.link === null) return null;
  const title = runs.map((run) => (run.kind === "text" ? run.text : "")).join("");
  return {
    url: run.link,
    title: title === run.link ? "" : title,
    description: plainTextOf({ blocks: rest }),
  };
}

const oneLine = (text: string): string => cleanText(text, false).replaceAll(/\s+/g, " ").trim();
