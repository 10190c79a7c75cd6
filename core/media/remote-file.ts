/** Files fetched from where a message says that they are, and put elsewhere, as streams: nothing is held whole. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { GroupUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type AllowedNetworks, checkLiteral, guardedLookup } from "./address-guard.ts";
import { checkedOctets } from "./checked-octets.ts";
import { pictureType } from "./picture-type.ts";
import { type FindFileAccess, isOnHost, type SaidFile } from "./platform-file.ts";
import {
  asUnreachable,
  type FileAnswer,
  type FileRequest,
  parseFileUrl,
  requestFile,
  silentHost,
} from "./file-request.ts";

/** Of an answer that says what the time is. */
const LONGEST_REFUSAL = 4_096;

/** How a file of another gateway is asked for. */
export interface SignedFileRequest {
  /** The headers for a request at this moment. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** null: the operator has named the gateway's address. */
  readonly allow: AllowedNetworks | null;
  /** The gateway takes it to be this time. */
  readonly serverTime: (at: Milliseconds) => void;
}

/** null: the file is of no gateway in the group, and asked for like any other. */
export type SignFileRequest = (url: string, group: GroupUri) => Promise<SignedFileRequest | null>;

export interface MediaLimits {
  /** Octets. */
  readonly maxBytes: number;
  /** For a whole file. Nothing said: `mediaMs` of limits.ts. */
  readonly wholeMs?: Milliseconds;
  readonly allow: AllowedNetworks;
  /** Nothing said: no file is asked for as one of another gateway. */
  readonly sign?: SignFileRequest;
  /** Nothing said: no file is asked for with the credentials of an account. */
  readonly access?: FindFileAccess;
  /** A picture that is on no host, from the bridge in whose room it was said; null: from none. Nothing said: all are on hosts. */
  readonly picture?: (source: string, said: SaidFile) => Promise<Buffer | null>;
}

/** What the message says of the file, and where it was said. */
export interface FileFacts extends SaidFile {
  /** null: not said, or of other octets than those at the address. */
  readonly sha256: Uint8Array | null;
}

export interface RemoteFile {
  /** Ends with an error where there is more than the limit, or less than was announced, or another file than expected. */
  readonly body: Readable;
  /** Octets, as the host announces them; null: not announced. */
  readonly size: number | null;
  readonly contentType: string;
}

/**
 * Opens a file by a URL that somebody else wrote: http or https, public addresses only, also after each redirect; that of
 * another gateway in the group by a signed request (docs/mtp.md, M117), that of an account of ours with its credentials.
 * Throws media_refused for what is not allowed, media_unreachable for what does not answer, or not with the file.
 */
export async function openRemoteFile(
  url: string,
  media: MediaLimits,
  facts: FileFacts | null = null,
): Promise<RemoteFile> {
  const given = facts === null || isOnHost(url) ? null : ((await media.picture?.(url, facts)) ?? null);
  if (given !== null) return fileOf(given, media.maxBytes);
  const signed = facts === null ? null : ((await media.sign?.(url, facts.group)) ?? null);
  const access = facts === null || signed !== null ? null : ((await media.access?.(url, facts)) ?? null);
  const times = media.wholeMs === undefined ? {} : { wholeMs: media.wholeMs };
  const { at, status, answer } = await (signed === null
    ? requestFile(url, { ...times, allow: media.allow, ...(access && { own: access.headers }) })
    : requestSigned(url, signed, times));
  if (status !== 200) {
    answer.destroy();
    throw new GatewayError("media_unreachable", `${at.host} answered ${status}`);
  }
  const size = announcedSize(answer);
  if (size !== null && size > media.maxBytes) {
    answer.destroy();
    throw new GatewayError("media_refused", `${size} octets are more than ${media.maxBytes}`);
  }
  const contentType = answer.headers["content-type"] ?? "application/octet-stream";
  const refusal = access?.refusal(at, contentType) ?? null;
  if (refusal !== null) {
    answer.destroy();
    throw new GatewayError("media_unreachable", `${at.host}: ${refusal}`);
  }
  return { body: checkedOctets(answer, media.maxBytes, facts?.sha256 ?? null), size, contentType };
}

/** What is at hand whole. Throws media_refused where that is too large. */
function fileOf(bytes: Buffer, most: number): RemoteFile {
  const { length: size } = bytes;
  if (size > most) throw new GatewayError("media_refused", `${size} octets are more than ${most}`);
  return {
    body: Readable.from([bytes]),
    size,
    contentType: pictureType(bytes) ?? "application/octet-stream",
  };
}

/** Octets that an answer announces; null: it does not. */
export function announcedSize({ headers }: Pick<IncomingMessage, "headers">): number | null {
  const announced = Number(headers["content-length"] ?? Number.NaN);
  return Number.isSafeInteger(announced) && announced >= 0 ? announced : null;
}

const skewForm = z.object({ code: z.literal("clock_skew"), server_time: z.int().nonnegative() });

/** A gateway with another clock is asked once more, by its own time. */
async function requestSigned(
  url: string,
  signed: SignedFileRequest,
  times: Pick<FileRequest, "wholeMs">,
): Promise<FileAnswer> {
  const ask = () =>
    requestFile(url, { ...times, allow: signed.allow, headers: signed.headers(), redirects: false });
  const first = await ask();
  if (first.status !== 401) return first;
  const skew = skewForm.safeParse(await refusalOf(first));
  if (!skew.success) return first;
  signed.serverTime(skew.data.server_time);
  return ask();
}

async function refusalOf({ answer }: FileAnswer): Promise<unknown> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of checkedOctets(answer, LONGEST_REFUSAL)) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
}

/**
 * Puts a stream to a URL. `allow`: the networks that are allowed beside the public internet; null: the URL is of a server
 * of ours, and may be anywhere. Throws media_refused, or media_unreachable unless it is taken.
 */
export async function putFile(
  url: string,
  file: { readonly body: Readable; readonly size: number; readonly contentType: string },
  headers: Readonly<Record<string, string>>,
  allow: AllowedNetworks | null,
): Promise<void> {
  const at = parseFileUrl(url);
  if (allow !== null) checkLiteral(at.hostname, allow);
  const send = at.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(at, {
    method: "PUT",
    ...(allow !== null && { lookup: guardedLookup(allow) }),
    headers: { ...headers, "content-type": file.contentType, "content-length": file.size },
    timeout: limits.mediaSilentMs,
  });
  request.on("timeout", () => request.destroy(silentHost(at, limits.mediaSilentMs)));
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on("response", resolve).on("error", reject);
  try {
    const [answer] = await Promise.all([answered, pipeline(file.body, request)]);
    answer.resume();
    if (answer.statusCode !== 200 && answer.statusCode !== 201)
      throw new GatewayError("media_unreachable", `${at.host} answered ${answer.statusCode} to the upload`);
  } catch (thrown) {
    throw asUnreachable(at, thrown);
  }
}
