/** Contents of events before their relations and marks. */
import type { Loss } from "../loss.ts";
import type { UserUri } from "../ids.ts";
import type { MatrixCall, MatrixContent } from "./calls.ts";

/** An event's type and content; the content has its `m.mentions`. */
export interface Draft {
  readonly type: string;
  readonly content: MatrixContent;
  /** A text that is to be uploaded first; the content gets its address. */
  readonly upload?: string;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  readonly losses: readonly Loss[];
}

/** The draft as a call of `as`; `content` is the draft's with its relation and mark. */
export function sendingOf({ type, upload }: Draft, as: UserUri, content: MatrixContent): MatrixCall {
  return upload === undefined
    ? { kind: "send", as, type, content }
    : { kind: "text-file", as, type, content, text: upload };
}

/** Without it, old rules would look for names in the body and notify people (client-server API, section 11.32). */
export const NOBODY: MatrixContent = Object.freeze({});

/** Octets of the text as JSON writes it, without the quotes around it. */
export function jsonOctets(text: string): number {
  return Buffer.byteLength(JSON.stringify(text), "utf8") - 2;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text, cut to so many octets of JSON at a grapheme's end; an ellipsis stands for the rest. */
export function cutText(text: string, octets: number): string {
  if (jsonOctets(text) <= octets) return text;
  const kept: string[] = [];
  let left = octets - jsonOctets("…");
  for (const { segment } of graphemes.segment(text.slice(0, octets))) {
    left -= jsonOctets(segment);
    if (left < 0) break;
    kept.push(segment);
  }
  return `${kept.join("")}…`;
}
