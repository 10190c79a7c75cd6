/** Opens the files that this gateway gives out: on a platform, through the guard, or in its own folder. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { GatewayError } from "../../errors.ts";
import { checkedOctets } from "../../media/checked-octets.ts";
import type { AccountFiles } from "../../media/file-access.ts";
import { type FileRequest, requestFile } from "../../media/file-request.ts";
import { pictureType } from "../../media/picture-type.ts";
import { isOnHost } from "../../media/platform-file.ts";
import { announcedSize, type MediaLimits } from "../../media/remote-file.ts";
import type { ServedMedia } from "../../store/units/media.ts";
import { parseContentRange, rangeWithin } from "../wire/byte-range.ts";
import { ProblemError } from "../wire/problem.ts";

/** A file, or the part of it that was asked for. */
export interface OpenMedia {
  /** Errs where there is more than the limit, or where the platform becomes silent. */
  readonly body: Readable;
  /** Octets of the body; null: not known. */
  readonly size: number | null;
  readonly type: string;
  /** The value of Content-Range; null: it is the whole file. */
  readonly range: string | null;
}

export interface MediaOpenerOptions {
  readonly media: Pick<MediaLimits, "maxBytes" | "allow">;
  readonly times?: Pick<FileRequest, "silentMs" | "wholeMs">;
  /** How an account's files are asked for; nothing said: like anybody's. */
  readonly access?: AccountFiles["ofAccount"];
  /** A picture that is on no host; nothing said: all are on hosts. */
  readonly picture?: AccountFiles["pictureOf"];
  /** Where a kept file is. */
  readonly pathOf: (id: ServedMedia["id"]) => string;
}

export type MediaOpener = (file: ServedMedia, range: string | null) => Promise<OpenMedia>;

const GONE: readonly number[] = [401, 403, 404, 410];
const AGAIN_MS = 30_000;
const UNKNOWN_TYPE = "application/octet-stream";
const TYPE = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[\x20-\x7e]{0,256})?$/;

/**
 * `range` as parseByteRange gives it; without an octet in it, the whole file is opened. Throws ProblemError not_found where the
 * platform has the file no more or the gateway must not fetch it, unavailable where it can't be asked now.
 */
export function mediaOpener(options: MediaOpenerOptions): MediaOpener {
  return (file, range) =>
    file.source === null
      ? openKept(options.pathOf(file.id), file, range)
      : openElsewhere(options, { ...file, source: file.source }, range);
}

async function openKept(path: string, { type }: ServedMedia, range: string | null): Promise<OpenMedia> {
  const found = await stat(path).catch(() => null);
  // Another machine of this gateway may have it.
  if (found === null) throw new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS });
  const part = range === null ? null : rangeWithin(range, found.size);
  const known = { type: safeType(type) };
  if (part === null) return { ...known, body: createReadStream(path), size: found.size, range: null };
  const { start, end } = part;
  const said = `bytes ${start}-${end}/${found.size}`;
  return { ...known, body: createReadStream(path, { start, end }), size: end - start + 1, range: said };
}

async function openElsewhere(
  options: MediaOpenerOptions,
  file: ServedMedia & { readonly source: string },
  range: string | null,
): Promise<OpenMedia> {
  const { media, times, access: find, picture } = options;
  const given = picture && !isOnHost(file.source) ? await asked(picture(file.source, file.account)) : null;
  if (given !== null && given.length <= media.maxBytes)
    return {
      body: Readable.from([given]),
      size: given.length,
      type: pictureType(given) ?? UNKNOWN_TYPE,
      range: null,
    };
  const headers = range === null ? {} : { range };
  const access = find && file.account !== null ? await asked(find(file.source, file.account)) : null;
  const request = { allow: media.allow, headers, ...(access && { own: access.headers }), ...times };
  const { at, status, answer } = await asked(requestFile(file.source, request));
  const part = status === 206 ? parseContentRange(answer.headers["content-range"]) : null;
  const refusal = status < 300 ? (access?.refusal(at, answer.headers["content-type"] ?? "") ?? null) : null;
  if (refusal !== null) {
    answer.destroy();
    const cause = new GatewayError("media_unreachable", `${at.host}: ${refusal}`);
    throw new ProblemError("not_found", "", { cause });
  }
  if (status === 200 || (status === 206 && range !== null && part !== null)) {
    const size = announcedSize(answer);
    if (size === null || size <= media.maxBytes) {
      const type = safeType(file.type === "" ? answer.headers["content-type"] : file.type);
      return { body: checkedOctets(answer, media.maxBytes), size, type, range: part };
    }
  }
  answer.destroy();
  if (status === 416 && range !== null) return openElsewhere(options, file, null);
  if (status === 200 || status === 206 || GONE.includes(status)) throw new ProblemError("not_found");
  throw new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS });
}

/** What came of asking the platform. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    throw thrown.code === "media_refused"
      ? new ProblemError("not_found", "", { cause: thrown })
      : new ProblemError("unavailable", "", { retryAfterMs: AGAIN_MS, cause: thrown });
  }
}

/** What somebody wrote into a message must not become another header, nor a page that a browser runs. */
const safeType = (type: string | undefined): string =>
  type !== undefined && TYPE.test(type) ? type : UNKNOWN_TYPE;
