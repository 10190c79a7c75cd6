/** Names and topics of rooms as Slack takes them for a channel. */
import { escapeText } from "./markup/escape.ts";

/** Characters. */
const LONGEST_NAME = 80;
/** Characters, as they are sent. */
const LONGEST_TOPIC = 250;
const ELLIPSIS = "…";

/** Lower case, hyphens for whatever else than letters, digits, `-` and `_`; null where nothing is left. */
export function channelName(name: string): string | null {
  const slug = name
    .slice(0, LONGEST_NAME * 8)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, "-")
    .replaceAll(/-{2,}/gu, "-");
  const half = /[\uD800-\uDBFF]$/.test(slug.slice(0, LONGEST_NAME));
  const cut = slug.slice(0, half ? LONGEST_NAME - 1 : LONGEST_NAME);
  const trimmed = cut.replace(/^[-\p{M}]+/u, "").replace(/-$/u, "");
  return trimmed === "" ? null : trimmed;
}

/** One line, escaped, of at most 250 characters; what is cut ends with an ellipsis. */
export function channelTopic(topic: string): string {
  const line = topic
    .slice(0, LONGEST_TOPIC * 8)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const escaped = escapeText(line);
  if (escaped.length <= LONGEST_TOPIC) return escaped;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    const next = escapeText(segment);
    if (kept.length + next.length + ELLIPSIS.length > LONGEST_TOPIC) break;
    kept += next;
  }
  return kept + ELLIPSIS;
}
