/**
 * Pictures of custom emoji: in memory a run names where the picture is, in mimi-content it names a part of the same
 * message (`cid:N@local.invalid`, draft-ietf-mimi-content-08, section 4.6), which names the place.
 */
import { Disposition, type ExternalPart } from "../content/content.ts";
import type { FlatText } from "../markup/flat.ts";
import { mapRuns, runsOf } from "./traits.ts";

/** More different pictures than this become names between colons. */
export const MOST_PICTURES = 64;

export interface Picture {
  readonly name: string;
  readonly source: string;
}

/**
 * The pictures that a text shows, each place once; those that are not in such a place, and too many of them, are left
 * out.
 */
export function picturesOf(text: FlatText, isPlace = isElsewhere): readonly Picture[] {
  const found = new Map<string, Picture>();
  for (const block of text.blocks)
    for (const run of runsOf(block)) {
      if (run.kind !== "emoji" || run.source === null || found.size === MOST_PICTURES) continue;
      if (isPlace(run.source) && !found.has(run.source))
        found.set(run.source, { name: run.name.toWellFormed(), source: run.source });
    }
  return [...found.values()];
}

/** The same text whose emoji have other sources: `place` gives them, null where there is none. */
export function withSources(text: FlatText, place: (source: string) => string | null): FlatText {
  return mapRuns(text, (runs) =>
    runs.some(({ kind }) => kind === "emoji")
      ? runs.map((run) =>
          run.kind === "emoji" && run.source !== null ? { ...run, source: place(run.source) } : run,
        )
      : runs,
  );
}

/** A picture whose type nobody said. */
export function picturePart(source: string, disposition: number = Disposition.inline): ExternalPart {
  return {
    cardinality: "external",
    disposition,
    language: "",
    contentType: "image/png",
    url: source,
    expires: 0,
    size: 0,
    encAlg: 0,
    key: new Uint8Array(),
    nonce: new Uint8Array(),
    aad: new Uint8Array(),
    hashAlg: 0,
    contentHash: new Uint8Array(),
    description: "",
    filename: "",
  };
}

const isElsewhere = (source: string): boolean => /^(?:https?|mxc):\S+$/.test(source) && source.isWellFormed();
