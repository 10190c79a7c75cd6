/** Files that are to be stored at the homeserver when a step is made: until then a place of their own stands for each. */
import { z } from "zod";
import type { Step } from "../../core/bridge/outbound.ts";
import type { MediaFile, Message } from "../../mappings/message.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { mapRuns } from "../../mappings/matrix/runs.ts";
import { filenameOf } from "../../mappings/matrix/write-file.ts";
import { mxcOf } from "./files.ts";

/** A server of this name can't be. */
const PLACE = "mxc://upload.invalid/";
const EMOJI_PLACES = /mxc:\/\/upload\.invalid\/emoji\d+/g;
/** Different ones in a message; others stand there by their names. */
const MOST_EMOJI = 20;

const uploadForm = z.object({
  /** What stands for its address. */
  place: z.string(),
  source: z.string(),
  filename: z.string(),
  contentType: z.string(),
  /** The name of the custom emoji whose picture it is; left out: it is none. */
  emoji: z.string().optional(),
});
export type Upload = z.infer<typeof uploadForm>;

/** The files that are not at a homeserver. `placeOf`: where this gateway finds a file that a message names. */
export function placesOf(
  files: readonly MediaFile[],
  homeserver: string,
  placeOf: (source: string) => string,
): readonly Upload[] {
  return files.flatMap((file, i) => {
    const source = placeOf(file.source);
    if (mxcOf(source, homeserver) !== null) return [];
    // The homeserver's copy is what lies at the source, which may be encrypted.
    const contentType = file.encryption === null ? file.contentType : "application/octet-stream";
    return [{ place: `${PLACE}${i}`, source, filename: filenameOf(file), contentType }];
  });
}

/** A picture that is to be stored there, whatever it is. */
export const placeFor = (source: string): Upload => ({
  place: `${PLACE}0`,
  source,
  filename: "picture",
  contentType: "application/octet-stream",
});

/** The pictures of a message's custom emoji that are not at a homeserver, one for each name. */
export function emojiPlacesOf({ body }: Message): readonly Upload[] {
  const pictures = new Map<string, string>();
  const note = (name: string, source: string | null): void => {
    const isElsewhere = source !== null && /^https?:/.test(source);
    if (isElsewhere && !pictures.has(name) && pictures.size < MOST_EMOJI) pictures.set(name, source);
  };
  if (body.kind === "reaction" && body.reaction.kind === "custom")
    note(body.reaction.name, body.reaction.source);
  if (body.kind === "text")
    mapRuns(body.text, (run) => {
      if (run.kind === "emoji") note(run.name, run.source);
      return [run];
    });
  const contentType = "application/octet-stream";
  return [...pictures].map(([emoji, source], i) => {
    return { place: `${PLACE}emoji${i}`, source, filename: emoji, contentType, emoji };
  });
}

/** Those whose places stand in a content. */
export function uploadsIn(content: MatrixContent, uploads: readonly Upload[]): readonly Upload[] {
  const places = new Set<unknown>();
  withAddresses(content, (url) => {
    places.add(url);
    return url;
  });
  return uploads.filter(({ place }) => places.has(place));
}

/** The files that a step is to store first. */
export const uploadsOf = ({ args }: Step): readonly Upload[] =>
  z.array(uploadForm).catch([]).parse(args["uploads"]);

/** The content with every address of a file, wherever it stands, replaced by what `change` gives for it. */
export function withAddresses(content: MatrixContent, change: (url: string) => string): MatrixContent {
  const changed: Record<string, unknown> = { ...content };
  for (const [key, value] of Object.entries(content)) {
    if (key === "url" && typeof value === "string") changed[key] = change(value);
    else if (key === "formatted_body" && typeof value === "string")
      changed[key] = value.replaceAll(EMOJI_PLACES, change);
    else if (key === "m.relates_to") changed[key] = withReaction(value, change);
    else if ((key === "file" || key === "m.new_content") && typeof value === "object" && value !== null)
      changed[key] = withAddresses(value as MatrixContent, change);
  }
  return changed;
}

/** A reaction's key is the address of its picture (MSC4027). */
function withReaction(relation: unknown, change: (url: string) => string): unknown {
  if (typeof relation !== "object" || relation === null || !("key" in relation)) return relation;
  const { key } = relation;
  return typeof key === "string" && key.startsWith(PLACE) ? { ...relation, key: change(key) } : relation;
}
