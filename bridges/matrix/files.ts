/**
 * Files at homeservers (client-server API, section 10.9, authenticated media). Their addresses begin with `mxc:`; in the
 * log they have the address at which the account's homeserver gives them, which wants its token.
 */
import type { Translated } from "../../core/bridge/inbound.ts";
import type { FileAccess } from "../../core/media/platform-file.ts";
import { isMxc } from "../../mappings/matrix/mxc.ts";

const DOWNLOAD = "/_matrix/client/v1/media/download/";
const THUMBNAIL = "/_matrix/client/v1/media/thumbnail/";
const MXC = "mxc://";
/** Pixels, of pictures of people: what programs show is smaller, and what people have may be as large as a file can be. */
const PICTURE = 320;

/** Where the homeserver gives a file that is at any homeserver; the address itself where it is none of those. */
export const addressOf = (source: string, homeserver: string): string =>
  isMxc(source) ? `${homeserver}${DOWNLOAD}${source.slice(MXC.length)}` : source;

/** Where the homeserver gives somebody's picture in the size in which it is shown; null: he has none (`mxc` is empty). */
export const pictureAddressOf = (mxc: string, homeserver: string): string | null =>
  mxc === ""
    ? null
    : `${homeserver}${THUMBNAIL}${mxc.slice(MXC.length)}?width=${PICTURE}&height=${PICTURE}&method=scale`;

/** What Matrix calls a file at such an address; null: it is at another one. */
export function mxcOf(source: string, homeserver: string): string | null {
  const start = homeserver + DOWNLOAD;
  const mxc = source.startsWith(start) ? MXC + source.slice(start.length) : source;
  return isMxc(mxc) ? mxc : null;
}

/** The event with its files where the homeserver gives them; other gateways get them from this one. */
export function withServedFiles(event: Translated, homeserver: string): Translated {
  if (event.kind === "property" && event.name === "avatar")
    return { ...event, value: addressOf(event.value, homeserver) };
  if (event.kind !== "message" || event.message.body.kind !== "media") return event;
  const { body } = event.message;
  const files = body.files.map((file) => ({ ...file, source: addressOf(file.source, homeserver) }));
  const served = files.map(({ source }) => source).filter((source) => mxcOf(source, homeserver) !== null);
  return { ...event, message: { ...event.message, body: { ...body, files } }, served };
}

/** null: the file is none of a homeserver's. `token` goes to the homeserver's own files, and nowhere else. */
export function fileAccess(source: string, homeserver: string, token: string): FileAccess | null {
  if (mxcOf(source, homeserver) === null && !source.startsWith(homeserver + THUMBNAIL)) return null;
  const starts = [DOWNLOAD, THUMBNAIL].map((path) => new URL(homeserver + path));
  const isOwn = (at: URL): boolean =>
    starts.some(({ origin, pathname }) => at.origin === origin && at.pathname.startsWith(pathname));
  return {
    headers: (at) => (isOwn(at) ? { authorization: `Bearer ${token}` } : null),
    refusal: () => null,
  };
}
