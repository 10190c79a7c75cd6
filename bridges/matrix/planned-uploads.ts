/** Files that are to be stored at the homeserver when a step is made: until then a place of their own stands for each. */
import { z } from "zod";
import type { Step } from "../../core/bridge/outbound.ts";
import type { MediaFile } from "../../mappings/message.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { filenameOf } from "../../mappings/matrix/write-file.ts";
import { mxcOf } from "./files.ts";

/** A server of this name can't be. */
const PLACE = "mxc://upload.invalid/";

const uploadForm = z.object({
  /** What stands for its address. */
  place: z.string(),
  source: z.string(),
  filename: z.string(),
  contentType: z.string(),
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
    else if ((key === "file" || key === "m.new_content") && typeof value === "object" && value !== null)
      changed[key] = withAddresses(value as MatrixContent, change);
  }
  return changed;
}
