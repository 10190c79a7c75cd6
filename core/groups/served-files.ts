/** Files that other gateways get from this one, since they can't fetch them from where the platform has them. */
import type { MediaId } from "../ids.ts";
import type { NewMedia } from "../store/units/media.ts";
import type { MediaFile, Message } from "../../mappings/message.ts";

/** Below an endpoint. */
export const MEDIA_PATH = "/media/";
const MEDIA_ID = /^[A-Za-z0-9_-]{22,64}$/;

/** The id, or null where the text can't be one. */
export function parseMediaId(text: string): MediaId | null {
  return MEDIA_ID.test(text) ? (text as MediaId) : null;
}

/** The id in the URL of a file of the gateway with this endpoint; null: it is none. */
export function mediaIdIn(url: string, endpoint: string): MediaId | null {
  const start = endpoint + MEDIA_PATH;
  return url.startsWith(start) ? parseMediaId(url.slice(start.length)) : null;
}

export const filesOf = ({ body }: Message): readonly MediaFile[] => (body.kind === "media" ? body.files : []);

/**
 * The message with the addresses of this gateway in the place of those of `served`, and what it then has to give. `idOf`: the id
 * of the file at that place in the message, always the same for the same file.
 */
export function serveFiles(
  message: Message,
  served: readonly string[],
  at: {
    readonly endpoint: string;
    readonly account: NewMedia["account"];
    readonly idOf: (place: number) => MediaId;
  },
): { readonly message: Message; readonly media: readonly NewMedia[] } {
  const { body } = message;
  if (body.kind !== "media" || served.length === 0) return { message, media: [] };
  const media: NewMedia[] = [];
  const files = body.files.map((file, place) => {
    if (!served.includes(file.source)) return file;
    const { source, contentType: type, size } = file;
    const id = at.idOf(place);
    media.push({ id, account: at.account, source, type, size });
    return { ...file, source: at.endpoint + MEDIA_PATH + id };
  });
  return { message: { ...message, body: { ...body, files } }, media };
}

/** The same for a room's picture, of which nothing is known but where it is. */
export function serveAvatar(
  source: string,
  at: {
    readonly endpoint: string;
    readonly account: NewMedia["account"];
    readonly idOf: (place: number) => MediaId;
  },
): { readonly value: string; readonly media: readonly NewMedia[] } {
  const id = at.idOf(0);
  const media = [{ id, account: at.account, source, type: "application/octet-stream", size: null }];
  return { value: at.endpoint + MEDIA_PATH + id, media };
}

/**
 * Where a room of this gateway finds a file that an event of this gateway names: at its platform, and not at the address that is
 * for other gateways.
 */
export function placeOfFile(
  url: string,
  sources: readonly { readonly id: MediaId; readonly source: string | null }[],
): string {
  const own = sources.find(({ id, source }) => source !== null && url.endsWith(MEDIA_PATH + id));
  return own?.source ?? url;
}
