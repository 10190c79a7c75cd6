/** Slack's three escapes. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);
const CHARACTERS: ReadonlyMap<string, string> = new Map([...ESCAPES].map(([raw, escape]) => [escape, raw]));

/** Text that Slack shows as it is: no token (mention, link, date) can stand in it. */
export function escapeText(text: string): string {
  return text.replaceAll(/[&<>]/g, (raw) => ESCAPES.get(raw) ?? raw);
}

/** The longest beginning of `text` that, escaped, has at most `limit` UTF-16 code units; no character is halved. */
export function escapeUpTo(text: string, limit: number): string {
  const whole = escapeText(text);
  if (whole.length <= limit) return whole;
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += (ESCAPES.get(character) ?? character).length;
    if (used > limit) break;
    end += character.length;
  }
  return escapeText(text.slice(0, end));
}

/** Takes escapes back once: what was escaped twice stays escaped once. */
export function unescapeText(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt);/g, (escape) => CHARACTERS.get(escape) ?? escape);
}
