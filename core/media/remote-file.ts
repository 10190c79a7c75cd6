/** Files fetched from where a message says that they are, and put elsewhere, as streams: nothing is held whole. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GatewayError } from "../errors.ts";
import { type AllowedNetworks, checkLiteral, guardedLookup } from "./address-guard.ts";

/** A host that sends nothing for this long is given up. */
const SILENT_MS = 15_000;
const MOST_REDIRECTS = 4;

export interface MediaLimits {
  /** Octets. */
  readonly maxBytes: number;
  readonly allow: AllowedNetworks;
}

export interface RemoteFile {
  /** Ends with an error where there is more than the limit, or less than was announced. */
  readonly body: Readable;
  /** Octets, as the host announces them; null: not announced. */
  readonly size: number | null;
  readonly contentType: string;
}

/**
 * Opens a file by a URL that somebody else wrote: http or https, public addresses only, also after each redirect. Throws
 * media_refused for what is not allowed, media_unreachable for what does not answer.
 */
export async function openRemoteFile(url: string, limits: MediaLimits): Promise<RemoteFile> {
  let at = parseUrl(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    checkLiteral(at.hostname, limits.allow);
    const answer = await get(at, limits.allow);
    const status = answer.statusCode ?? 0;
    if (status >= 300 && status < 400 && answer.headers.location !== undefined) {
      answer.destroy();
      at = parseUrl(answer.headers.location, at);
      continue;
    }
    if (status !== 200) {
      answer.destroy();
      throw new GatewayError("media_unreachable", `${at.host} answered ${status}`);
    }
    const announced = Number(answer.headers["content-length"] ?? Number.NaN);
    const size = Number.isSafeInteger(announced) && announced >= 0 ? announced : null;
    if (size !== null && size > limits.maxBytes) {
      answer.destroy();
      throw new GatewayError("media_refused", `${size} octets are more than ${limits.maxBytes}`);
    }
    const contentType = answer.headers["content-type"] ?? "application/octet-stream";
    return { body: counted(answer, limits.maxBytes), size, contentType };
  }
  throw new GatewayError("media_refused", `${at.host} redirects more than ${MOST_REDIRECTS} times`);
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
  const at = parseUrl(url);
  if (allow !== null) checkLiteral(at.hostname, allow);
  const send = at.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(at, {
    method: "PUT",
    ...(allow !== null && { lookup: guardedLookup(allow) }),
    headers: { ...headers, "content-type": file.contentType, "content-length": file.size },
    timeout: SILENT_MS,
  });
  request.on("timeout", () => request.destroy(silent(at)));
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on("response", resolve).on("error", reject);
  try {
    const [answer] = await Promise.all([answered, pipeline(file.body, request)]);
    answer.resume();
    if (answer.statusCode !== 200 && answer.statusCode !== 201)
      throw new GatewayError("media_unreachable", `${at.host} answered ${answer.statusCode} to the upload`);
  } catch (thrown) {
    throw unreachable(at, thrown);
  }
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new GatewayError("media_refused", "a file's address is not of http or https");
  return url;
}

async function get(url: URL, allow: AllowedNetworks): Promise<IncomingMessage> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = send(url, {
    lookup: guardedLookup(allow),
    timeout: SILENT_MS,
    agent: false,
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "mimi-gateway" },
  });
  request.on("timeout", () => request.destroy(silent(url)));
  request.on("response", resolve).on("error", reject).end();
  try {
    return await promise;
  } catch (thrown) {
    throw unreachable(url, thrown);
  }
}

/** The same octets, ended with an error once there are more than the limit. */
function counted(body: Readable, most: number): Readable {
  let octets = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      octets += chunk.length;
      done(octets > most ? new GatewayError("media_refused", `more than ${most} octets came`) : null, chunk);
    },
  });
  body.on("error", (error) => counter.destroy(error));
  return body.pipe(counter);
}

const silent = (url: URL): GatewayError =>
  new GatewayError("media_unreachable", `${url.host} was silent for ${SILENT_MS / 1000} s`);

function unreachable(url: URL, thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError("media_unreachable", `${url.host}: ${reason}`, { cause: thrown });
}
