/** URLs that stand in a body as they are. */
import type { TextRun } from "../markup/flat.ts";
import { allowedUrl } from "../markup/links.ts";
import type { Atom } from "./atoms.ts";

/** Beyond this many links the rest stays text. */
const MOST_LINKS = 500;
const SCHEMES = ["https", "http"];
const END = /[\s<>"`\u2060\u200b]/g;
/** What ends a sentence or a styled span rather than a URL. */
const TRAILING = new Set(".,;:!?'*_~");
const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** All bare links of http and https, in order. */
export function bareLinks(source: string): readonly Atom[] {
  const links: Atom[] = [];
  let passed = 0;
  for (let at = source.indexOf("://"); at >= 0 && links.length < MOST_LINKS;) {
    const from = schemeBefore(source, at, passed);
    let next = at + 3;
    if (from >= 0) {
      END.lastIndex = next;
      const stop = END.exec(source)?.index ?? source.length;
      const to = trimmed(source, at + 3, stop);
      const url = source.slice(from, to);
      if (to > at + 3 && allowedUrl(url) === url && URL.canParse(url)) {
        links.push({
          from,
          to,
          run: (marks): TextRun => ({ kind: "text", text: url, marks, link: url }),
        });
      }
      next = stop;
      passed = stop;
    }
    at = source.indexOf("://", next);
  }
  return links;
}

/** Where the scheme begins whose `://` stands at `at`; negative: no scheme that counts. */
function schemeBefore(source: string, at: number, passed: number): number {
  for (const scheme of SCHEMES) {
    const from = at - scheme.length;
    if (from < passed || source.slice(from, at).toLowerCase() !== scheme) continue;
    const before = source[from - 1] ?? " ";
    return /[\p{L}\p{N}]/u.test(before) ? -1 : from;
  }
  return -1;
}

/** The end of the URL without punctuation behind it, and without brackets that were opened before it. */
function trimmed(source: string, from: number, to: number): number {
  const opened = new Map<string, number>();
  for (let at = from; at < to; at += 1) {
    const character = source[at] ?? "";
    const opening = CLOSING[character];
    if (opening === undefined) opened.set(character, (opened.get(character) ?? 0) + 1);
    else opened.set(opening, (opened.get(opening) ?? 0) - 1);
  }
  let end = to;
  for (; end > from; end -= 1) {
    const last = source[end - 1] ?? "";
    const opening = CLOSING[last];
    if (opening !== undefined && (opened.get(opening) ?? 0) < 0) {
      opened.set(opening, (opened.get(opening) ?? 0) + 1);
    } else if (!TRAILING.has(last)) {
      break;
    }
  }
  return end;
}
