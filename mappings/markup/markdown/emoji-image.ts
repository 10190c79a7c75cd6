/** Emoji of a platform's own as Markdown images: `![:name:](cid:N@local.invalid)`. */
import { LONGEST_URL } from "../links.ts";

const LONGEST_NAME = 100;
const NAME = /^[^\s:\p{Cc}\p{Cs}]+$/u;
const SOURCE = /^(?:https|mxc|cid):[^\s\p{Cc}\p{Cs}]+$/u;

/** Whether an emoji can be an image: it has a source of https, mxc or cid, and a name without white space and colons. */
export function isEmojiImage(name: string, source: string): boolean {
  return (
    name.length <= LONGEST_NAME && NAME.test(name) && source.length <= LONGEST_URL && SOURCE.test(source)
  );
}

/** The emoji's name where an image is one: its description is a name between colons; else null. */
export function emojiImageName(description: string, source: string): string | null {
  if (description.length < 3 || !description.startsWith(":") || !description.endsWith(":")) return null;
  const name = description.slice(1, -1);
  return isEmojiImage(name, source) ? name : null;
}
