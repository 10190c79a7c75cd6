/** Short names of custom emoji, as they may stand between colons. */

/** UTF-16 code units. */
const LONGEST = 100;

/** The name without colons around it, and without white space, colons and control characters in it; never empty. */
export function emojiName(shown: string): string {
  let start = 0;
  while (shown[start] === ":") start++;
  let end = shown.length;
  while (end > start && shown[end - 1] === ":") end--;
  const name = shown
    .slice(start, Math.min(end, start + LONGEST))
    .replaceAll(/[\s:\p{Cc}]+/gu, "_")
    .toWellFormed();
  return name === "" ? "emoji" : name;
}
