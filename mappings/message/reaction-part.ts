/** Reactions as parts of mimi-content: an emoji, or a picture whose alternative is its short name between colons. */
import { Disposition, type Part, PLAIN_TEXT, textPart } from "../content/content.ts";
import { cleanText } from "../markup/flat-builder.ts";
import type { Reaction } from "../message.ts";
import { picturePart } from "./pictures.ts";
import { charactersOf } from "./text-part.ts";

export function writeReaction(reaction: Reaction): Part {
  const words = wordsOf(reaction);
  const text = textPart(words, PLAIN_TEXT, Disposition.reaction);
  const source = reaction.kind === "custom" ? reaction.source : null;
  if (source === null) return text;
  return {
    cardinality: "multi",
    disposition: Disposition.reaction,
    language: "",
    semantics: "chooseOne",
    parts: [picturePart(source.toWellFormed(), Disposition.reaction), text],
  };
}

/** What reading the written part gives. */
export function normaliseReaction(reaction: Reaction): Reaction {
  const source = reaction.kind === "custom" ? reaction.source : null;
  return reactionOf(wordsOf(reaction), source?.toWellFormed() ?? null);
}

/** Of several reactions in one content the first counts; null: there is none that could be shown. */
export function readReaction(part: Part): Reaction | null {
  const parts = part.cardinality === "multi" ? part.parts : [part];
  if (part.cardinality === "multi" && part.semantics !== "chooseOne")
    return parts.map(readReaction).find((reaction) => reaction !== null) ?? null;
  let source: string | null = null;
  let words: string | null = null;
  for (const one of parts) {
    if (one.cardinality === "external") source ??= one.url;
    else if (one.cardinality === "single" && one.contentType.startsWith("text/")) words ??= charactersOf(one);
  }
  if (words === null) return source === null ? null : { kind: "custom", name: "picture", source };
  return reactionOf(words, source);
}

/** A name between colons is a custom emoji's, also where there is no picture. */
function reactionOf(words: string, source: string | null): Reaction {
  if (source === null) {
    const name = /^:(\S+):$/.exec(words)?.[1];
    return name === undefined ? { kind: "unicode", emoji: words } : { kind: "custom", name, source };
  }
  return { kind: "custom", name: /^:(.+):$/s.exec(words)?.[1] ?? words, source };
}

const wordsOf = (reaction: Reaction): string =>
  cleanText(reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`, false);
