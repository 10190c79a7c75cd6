/** Requests for files at addresses that somebody else wrote. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import { limits } from "../limits.ts";
import { type AllowedNetworks, checkLiteral, guardedLookup } from "./address-guard.ts";
import type { FileAccess } from "./platform-file.ts";

const MOST_REDIRECTS = 4;

export interface FileRequest {
  /** Networks that are allowed beside the public internet; null: an operator has named the address, wherever it is. */
  readonly allow: AllowedNetworks | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** What goes with it to addresses of a platform's own, wherever they are, and to no others; null: the address is another's. */
  readonly own?: FileAccess["headers"];
  /** False: an answer that leads elsewhere is an answer like any other. */
  readonly redirects?: boolean;
  /** A host that sends nothing for this long is given up. */
  readonly silentMs?: Milliseconds;
  /** For the whole file. */
  readonly wholeMs?: Milliseconds;
}

/** A host's answer, whatever its status. Its body errs with media_unreachable where the host is silent or slow. */
export interface FileAnswer {
  readonly at: URL;
  readonly status: number;
  readonly answer: IncomingMessage;
}

/**
 * Asks for a file, and follows where the answer leads, public addresses only at each step. Throws media_refused for what is not
 * allowed, media_unreachable for what does not answer.
 */
export async function requestFile(url: string, request: FileRequest): Promise<FileAnswer> {
  let at = parseFileUrl(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const own = request.own?.(at) ?? null;
    const allow = own === null ? request.allow : null;
    if (allow !== null) checkLiteral(at.hostname, allow);
    const answer = await get(at, { ...request, allow, headers: { ...request.headers, ...own } });
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (request.redirects === false || status < 300 || status > 399 || location === undefined)
      return { at, status, answer };
    answer.destroy();
    at = parseFileUrl(location, at);
  }
  throw new GatewayError("media_refused", `${at.host} redirects more than ${MOST_REDIRECTS} times`);
}

/** Throws media_refused for what is no http or https URL. */
export function parseFileUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new GatewayError("media_refused", "a file's address is not of http or https");
  return url;
}

async function get(url: URL, { allow, headers, ...times }: FileRequest): Promise<IncomingMessage> {
  const { silentMs = limits.mediaSilentMs, wholeMs = limits.mediaMs } = times;
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = send(url, {
    ...(allow !== null && { lookup: guardedLookup(allow) }),
    timeout: silentMs,
    agent: false,
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "mimi-gateway", ...headers },
  });
  const giveUp = (error: GatewayError): void => {
    // Before the answer only the request knows of the error, after it only the answer's body.
    answered?.destroy(error);
    request.destroy(error);
  };
  let answered: IncomingMessage | null = null;
  const timer = setTimeout(
    () => giveUp(new GatewayError("media_unreachable", `${url.host} took more than ${wholeMs / 1000} s`)),
    wholeMs,
  );
  request.on("timeout", () => giveUp(silentHost(url, silentMs)));
  request.on("close", () => clearTimeout(timer));
  request.on("response", (answer) => {
    answered = answer;
    // Whoever reads it hears of the error; where nobody does, it is no matter.
    answer.on("error", () => undefined);
    resolve(answer);
  });
  request.on("error", reject).end();
  try {
    return await promise;
  } catch (thrown) {
    throw asUnreachable(url, thrown);
  }
}

/** What is told of a host that sends nothing. */
export const silentHost = (url: URL, ms: Milliseconds): GatewayError =>
  new GatewayError("media_unreachable", `${url.host} was silent for ${ms / 1000} s`);

/** Any fault of a connection to a host as media_unreachable. */
export function asUnreachable(url: URL, thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError("media_unreachable", `${url.host}: ${reason}`, { cause: thrown });
}
