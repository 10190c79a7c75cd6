/** Lines of the gateway itself: under its own name, in small print. */
import type { Written } from "../mapping.ts";
import type { PlainObject, SlackCall, SlackOutbound } from "./call.ts";
import { escapeText } from "./markup/escape.ts";

/** Characters of a text object of Block Kit. */
export const LONGEST_OBJECT = 3000;
/** Characters that Slack takes in chat.update; a shorter one serves both. */
const LONGEST_FALLBACK = 4000;

export function writeNotice(text: string, { channel }: SlackOutbound): Written<SlackCall> {
  if (text.trim() === "") return { calls: [], losses: [] };
  const call: SlackCall = {
    method: "chat.postMessage",
    arguments: {
      channel,
      text: fallback(text),
      blocks: [{ type: "context", elements: [plainObject(text, LONGEST_OBJECT)] }],
      ...QUIET,
    },
    part: 0,
    threadOf: null,
  };
  return { calls: [call], losses: [] };
}

/** Slack adds nothing to a post: no links, no mentions, no previews. */
export const QUIET = {
  parse: "none",
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
} as const;

/** At most `most` characters of a text, none of them halved. */
export function plainObject(text: string, most: number): PlainObject {
  return { type: "plain_text", text: shortText(text, most), emoji: false };
}

/** `text` for notifications beside blocks that are no person's text. */
export function fallback(text: string): string {
  return escapeText(shortText(text, LONGEST_FALLBACK / 5));
}

export function shortText(text: string, most: number): string {
  const clean = text.toWellFormed();
  if (clean.length <= most) return clean;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(clean.slice(0, most))) {
    if (kept.length + segment.length >= most) break;
    kept += segment;
  }
  return `${kept}…`;
}
