/** Slack's short names of the standard emoji, skin tones, and the one form of an emoji that is compared by bytes. */
import table from "./table.json" with { type: "json" };

const VARIATION = "\u{FE0F}";
const TONE_SUFFIX = "::skin-tone-";
/** Slack counts the tones from 2, the lightest. */
const TONES = ["\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
const FIRST_TONE = 2;
/** Two persons have two tones. */
const MOST_TONES = 2;
/** UTF-16 code units; the longest emoji of Unicode 16 has 19. */
const LONGEST_EMOJI = 64;
const RGI_EMOJI = /^\p{RGI_Emoji}$/v;

const characters: ReadonlyMap<string, string> = new Map(Object.entries(table.names));
const toned: ReadonlySet<string> = new Set(
  table.toned.flatMap((name) => {
    const emoji = characters.get(name);
    return emoji === undefined ? [] : [emoji];
  }),
);
/** Two persons of different tones, by the emoji of both without tones. */
const pairs: ReadonlyMap<string, { readonly first: string; readonly rest: string }> = new Map(
  Object.entries(table.pairs).map(([name, pair]) => [characters.get(name) ?? "", pair]),
);
/** The first of an emoji's names, by its characters without U+FE0F and tones. */
const names: ReadonlyMap<string, string> = firstNames();

/**
 * The emoji, fully qualified, or null where `shortName` (without the colons around it) is not one of Slack's standard
 * names. Skin tones follow it as `::skin-tone-2` to `::skin-tone-6`, once or for two persons twice.
 */
export function emojiOf(shortName: string): string | null {
  const [name = "", ...suffixes] = shortName.split(TONE_SUFFIX, MOST_TONES + 2);
  const base = characters.get(name);
  if (base === undefined) return null;
  const tones: string[] = [];
  for (const suffix of suffixes) {
    const tone = suffix.length === 1 ? TONES[Number(suffix) - FIRST_TONE] : undefined;
    if (tone === undefined) return null;
    tones.push(tone);
  }
  return withTones(base, tones);
}

/** Slack's short name, without colons and with suffixes for the tones; null: no standard emoji that Slack names. */
export function shortNameOf(emoji: string): string | null {
  if (emoji.length > LONGEST_EMOJI) return null;
  const tones = Array.from(emoji).filter((character) => TONES.includes(character));
  const without = tones.reduce((rest, tone) => rest.replace(tone, ""), emoji);
  /** One tone may stand for both of two persons, who then show it twice. */
  for (const candidate of [[], tones, tones.slice(0, 1)]) {
    const name = names.get(bare(candidate.length === 0 ? emoji : without));
    const made = name === undefined ? null : withTones(characters.get(name) ?? "", candidate);
    if (name !== undefined && made !== null && sameEmoji(made, emoji))
      return name + candidate.map(suffixOf).join("");
  }
  return null;
}

/** The fully-qualified form (with each U+FE0F that Unicode lists), by which Matrix's reactions are compared; what is no known emoji stays as it is. */
export function qualified(emoji: string): string {
  const name = shortNameOf(emoji);
  return (name === null ? null : emojiOf(name)) ?? emoji;
}

/** Whether both are the same but for U+FE0F. */
export function sameEmoji(left: string, right: string): boolean {
  return bare(left) === bare(right);
}

/** Whether `text` is exactly one emoji, in any form of qualification: what a reaction may be. */
export function isOneEmoji(text: string): boolean {
  if (text === "" || text.length > LONGEST_EMOJI) return false;
  return RGI_EMOJI.test(text) || shortNameOf(text) !== null;
}

function withTones(base: string, tones: readonly string[]): string | null {
  const [first, second] = tones;
  if (first === undefined) return base;
  if (second === undefined && toned.has(base)) {
    const [person = ""] = base;
    const rest = base.slice(person.length);
    return person + first + (rest.startsWith(VARIATION) ? rest.slice(VARIATION.length) : rest);
  }
  const pair = pairs.get(base);
  if (pair === undefined || tones.length > MOST_TONES) return null;
  return pair.first + first + pair.rest + (second ?? first);
}

function suffixOf(tone: string): string {
  return `${TONE_SUFFIX}${String(TONES.indexOf(tone) + FIRST_TONE)}`;
}

function bare(emoji: string): string {
  return emoji.replaceAll(VARIATION, "");
}

function firstNames(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, emoji] of characters) {
    const key = bare(emoji);
    if (!found.has(key)) found.set(key, name);
  }
  for (const [emoji, pair] of pairs) {
    const name = found.get(bare(emoji));
    const key = bare(pair.first + pair.rest);
    if (name !== undefined && !found.has(key)) found.set(key, name);
  }
  return found;
}
