/** One HTTP request to another gateway and its whole answer, within a time and a size. No redirect is followed. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Milliseconds } from "../../time.ts";
import { type AllowedNetworks, checkLiteral, guardedLookup } from "../../media/address-guard.ts";
import { version } from "../../version.ts";
import { FederationError } from "../wire/federation-error.ts";

/** Connections to one host at a time, held polls among them. */
const MOST_SOCKETS = 64;
const MOST_IDLE_SOCKETS = 8;
const BROKEN: readonly unknown[] = ["ECONNRESET", "EPIPE"];

export interface ExchangeRequest {
  /** `http://` is for what the operator has configured alone. */
  readonly origin: string;
  /** Path and query, sent as they stand here. */
  readonly target: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** The operator has named this address, so that it may be one of a private network. */
  readonly trusted: boolean;
  readonly timeoutMs: Milliseconds;
  /** Ends the request early, which counts as an answer that did not come. */
  readonly signal?: AbortSignal | undefined;
  /** Octets of the answer's body. */
  readonly maxBytes: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Keeps connections to gateways open between requests. */
export class Exchanger {
  readonly #allow: AllowedNetworks;
  readonly #http = new HttpAgent({
    keepAlive: true,
    maxSockets: MOST_SOCKETS,
    maxFreeSockets: MOST_IDLE_SOCKETS,
  });
  readonly #https = new HttpsAgent({
    keepAlive: true,
    maxSockets: MOST_SOCKETS,
    maxFreeSockets: MOST_IDLE_SOCKETS,
  });
  readonly #guarded: HttpsAgent;

  /** `allow`: private networks that a peer may be in although nobody has configured the peer. */
  constructor(allow: AllowedNetworks) {
    this.#allow = allow;
    this.#guarded = new HttpsAgent({
      keepAlive: true,
      maxSockets: MOST_SOCKETS,
      maxFreeSockets: MOST_IDLE_SOCKETS,
      lookup: guardedLookup(allow),
    });
  }

  /** Whatever the answer's status. Throws FederationError peer_unreachable, or peer_answer_invalid where it is too large. */
  async exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const url = new URL(request.origin);
    if (!request.trusted) this.#check(url);
    try {
      return await this.#once(url, request, true);
    } catch (thrown) {
      // The peer ended an idle connection in the very moment in which it was used again. What it got, if anything, may be sent
      // again: every request of this protocol may.
      if (!(thrown instanceof StaleConnection)) throw thrown;
      return this.#once(url, request, false);
    }
  }

  /** Ends idle connections. */
  close(): void {
    for (const agent of [this.#http, this.#https, this.#guarded]) agent.destroy();
  }

  #check(url: URL): void {
    if (url.protocol !== "https:")
      throw new FederationError("peer_unreachable", `${url.host} is not asked without https`, {
        certainty: "certain",
      });
    try {
      checkLiteral(url.hostname, this.#allow);
    } catch (cause) {
      throw unreachable(url, cause, "certain");
    }
  }

  async #once(url: URL, request: ExchangeRequest, again: boolean): Promise<ExchangeAnswer> {
    const { method, headers, body, signal } = request;
    const secure = url.protocol === "https:";
    const agent = secure ? (request.trusted ? this.#https : this.#guarded) : this.#http;
    const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>();
    const sent = (secure ? httpsRequest : httpRequest)(url, {
      agent,
      method,
      path: request.target,
      headers: {
        accept: "application/json, application/problem+json",
        "user-agent": `mimi-gateway/${version}`,
        ...headers,
        ...(body === null ? {} : { "content-length": String(body.length) }),
      },
    });
    let connected = false;
    const giveUp = (reason: string): void => {
      reject(unreachable(url, reason, connected ? "unknown" : "certain"));
      sent.destroy();
    };
    const aborted = (): void => giveUp("the request was given up");
    const timer = setTimeout(() => giveUp(`no answer within ${request.timeoutMs} ms`), request.timeoutMs);
    sent.on("socket", (socket) => {
      // Behind TLS nothing is sent before the handshake is done; a socket that is used again has done it.
      if (sent.reusedSocket) connected = true;
      else socket.once(secure ? "secureConnect" : "connect", () => (connected = true));
    });
    sent.on("response", (answer) => {
      readAnswer(answer, request.maxBytes, url).then(resolve, reject);
    });
    sent.on("error", (error) => {
      const stale = again && sent.reusedSocket && "code" in error && BROKEN.includes(error.code);
      reject(stale ? new StaleConnection() : unreachable(url, error, connected ? "unknown" : "certain"));
    });
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
    sent.end(body ?? undefined);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    }
  }
}

class StaleConnection extends Error {}

async function readAnswer(answer: IncomingMessage, maxBytes: number, url: URL): Promise<ExchangeAnswer> {
  const chunks: Buffer[] = [];
  let octets = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      octets += chunk.length;
      if (octets > maxBytes) {
        answer.destroy();
        throw new FederationError(
          "peer_answer_invalid",
          `${url.host} answers with more than ${maxBytes} octets`,
          {
            certainty: "unknown",
          },
        );
      }
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw thrown instanceof FederationError ? thrown : unreachable(url, thrown, "unknown");
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}

function unreachable(url: URL, thrown: unknown, certainty: "certain" | "unknown"): FederationError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new FederationError("peer_unreachable", `${url.host}: ${reason}`, { certainty }, { cause: thrown });
}
