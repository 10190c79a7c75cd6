/**
 * Makes mappings/emoji/table.json from the development package emoji-datasource, whose short names are Slack's.
 * Run it after that package was changed: `node test/support/make-emoji-table.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

const variation = z.object({ unified: z.string() });
const entry = z.object({
  unified: z.string(),
  short_names: z.array(z.string()),
  skin_variations: z.record(z.string(), variation).optional(),
});
const PACKAGE = z.object({ version: z.string() });
const LIGHTEST = "1F3FB";
const LIGHT = "1F3FC";

/** Where the committed table is. */
export const emojiTableFile = new URL("../../mappings/emoji/table.json", import.meta.url);

/** The table's text, as the formatter leaves it. */
export function emojiTable(): string {
  const require = createRequire(import.meta.url);
  const data = z
    .array(entry)
    .parse(JSON.parse(readFileSync(require.resolve("emoji-datasource/emoji.json"), "utf8")));
  const { version } = PACKAGE.parse(require("emoji-datasource/package.json"));
  const names: Record<string, string> = {};
  const toned: string[] = [];
  const pairs: Record<string, object> = {};
  for (const { unified, short_names, skin_variations } of data) {
    for (const name of short_names) names[name] = characters(unified);
    const [first] = short_names;
    if (first === undefined || skin_variations === undefined) continue;
    if (skin_variations[LIGHTEST] !== undefined) toned.push(first);
    const pair = skin_variations[`${LIGHTEST}-${LIGHT}`];
    if (pair !== undefined) pairs[first] = personsOf(characters(pair.unified));
  }
  const source = `emoji-datasource ${version}, Copyright (c) 2013 Cal Henderson, MIT License; made by test/support/make-emoji-table.ts`;
  return `${JSON.stringify({ source, names, toned, pairs }, null, 2)}\n`;
}

/** Splits two persons of different tones at their tones; the second tone is the last character. */
function personsOf(emoji: string): object {
  const [first = "", rest = ""] = emoji.split(characters(LIGHTEST));
  return { first, rest: rest.slice(0, -characters(LIGHT).length) };
}

function characters(unified: string): string {
  return String.fromCodePoint(...unified.split("-").map((hex) => Number.parseInt(hex, 16)));
}

if (import.meta.main) writeFileSync(emojiTableFile, emojiTable());
