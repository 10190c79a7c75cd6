/** The name under which a remote user's messages stand on Slack: plain text that deceives nobody. */

/** Characters; Slack takes this many. */
const LONGEST = 80;
/** Of them, at most for the label behind the name. */
const LONGEST_LABEL = 24;
/** What could read as a mention, a channel, a token or an entity, and characters that look like it. */
const LOOKALIKES =
  /[<>&@#\uFE60\uFE64\uFE65\uFE6B\uFE5F\uFF03\uFF06\uFF1C\uFF1E\uFF20\u2039\u203A\u3008\u3009]/gu;
const HIDDEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
const LEADING = /^[\s\p{Default_Ignorable_Code_Point}]+/u;
const TRAILING = /[\s\p{Default_Ignorable_Code_Point}]+$/u;

/**
 * The `username` of a post: at most 80 characters, never empty, without look-alikes of mentions, control and
 * direction characters. A label that is not empty says in parentheses where the user comes from, so that nobody
 * passes for a colleague.
 */
export function username(name: string, label: string): string {
  const where = cut(clean(label), LONGEST_LABEL);
  const suffix = where === "" ? "" : ` (${where})`;
  return (cut(clean(name), LONGEST - suffix.length) || "somebody") + suffix;
}

function clean(name: string): string {
  return name
    .normalize("NFC")
    .slice(0, LONGEST * 8)
    .replaceAll(HIDDEN, "")
    .replaceAll(LOOKALIKES, "")
    .replaceAll(/\s+/gu, " ")
    .replace(LEADING, "")
    .replace(TRAILING, "");
}

/** Whole graphemes, at most `most` UTF-16 units of them. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length > most) break;
    kept += segment;
  }
  return kept.replace(TRAILING, "");
}
