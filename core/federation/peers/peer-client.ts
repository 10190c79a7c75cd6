/** Signed requests to other gateways, and their answers in the form that is expected. */
import type { z } from "zod";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { limits } from "../../limits.ts";
import type { ExchangeAnswer, Exchanger } from "./exchange.ts";
import { FederationError } from "../wire/federation-error.ts";
import { problemForm } from "../wire/problem.ts";
import { type RequestSigner, signRequest } from "../wire/signature.ts";

/** Where a gateway takes requests. */
export interface PeerEndpoint {
  /** As its well-known or our configuration has it: `https://HOST[:PORT][/PATH]`, without a slash at the end. */
  readonly url: string;
  /** The operator has configured it, so that it may be on this machine or its networks. */
  readonly trusted: boolean;
}

export interface PeerRequest<Answer> {
  readonly endpoint: PeerEndpoint;
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the endpoint: begins with a slash, may have a query. */
  readonly path: string;
  /** Sent as JSON; undefined: no body. */
  readonly body?: unknown;
  readonly as: ProviderDomain;
  /** For the whole exchange, the time that the peer may hold it included. */
  readonly timeoutMs: Milliseconds;
  readonly signal?: AbortSignal;
  /** The form of the answer's body; an empty body is read as null. */
  readonly answer: z.ZodType<Answer>;
}

/** How long the answer to a request that is not held is waited for (docs/mtp.md, M139). */
export const ANSWER_WITHIN: Milliseconds = 30_000;

export interface PeerClientOptions {
  readonly exchanger: Exchanger;
  readonly signer: () => RequestSigner;
  readonly now: () => Milliseconds;
}

/** Characters that stand in a request's path and query as they are. */
const TARGET = /^\/[A-Za-z0-9._~/-]*(?:\?[A-Za-z0-9._~:@!$&'()*+,;=%/?-]*)?$/;
/** Refused before anything was done, so that the request may be made again. */
const TRY_LATER: readonly number[] = [429, 503];

export class PeerClient {
  readonly #options: PeerClientOptions;
  /** How far the clocks of peers go before ours, where that is more than they put up with; by endpoint. */
  readonly #ahead = new Map<string, Milliseconds>();

  constructor(options: PeerClientOptions) {
    this.#options = options;
  }

  /**
   * The answer to a request that was granted (2xx). Throws FederationError: peer_unreachable, peer_refused with the problem's
   * code, peer_answer_invalid where the answer is too large or of another form. A peer with another clock is asked once more, by its
   * own time.
   */
  async request<Answer>(request: PeerRequest<Answer>): Promise<Answer> {
    try {
      return await this.#once(request);
    } catch (thrown) {
      if (
        !(thrown instanceof FederationError) ||
        thrown.problem !== "clock_skew" ||
        thrown.serverTime === null
      )
        throw thrown;
      this.#ahead.set(request.endpoint.url, thrown.serverTime - this.#options.now());
      return this.#once(request);
    }
  }

  async #once<Answer>(request: PeerRequest<Answer>): Promise<Answer> {
    const { endpoint, method, path, as, timeoutMs, signal } = request;
    if (!TARGET.test(path)) throw new TypeError(`not the path of a request: ${JSON.stringify(path)}`);
    const url = endpoint.url + path;
    const octets = request.body === undefined ? null : Buffer.from(JSON.stringify(request.body));
    const body = octets === null ? null : { octets, type: "application/json" };
    const { exchanger, signer, now } = this.#options;
    const { origin } = new URL(endpoint.url);
    const time = now() + (this.#ahead.get(endpoint.url) ?? 0);
    const answer = await exchanger.exchange({
      origin,
      target: url.slice(origin.length),
      method,
      headers: signRequest({ method, url, as, body }, signer(), time),
      body: octets,
      trusted: endpoint.trusted,
      timeoutMs,
      signal,
      maxBytes: limits.peerAnswerBytes,
    });
    if (answer.status < 200 || answer.status > 299) throw refusal(origin, answer, now());
    return readAnswer(request.answer, origin, answer);
  }
}

/** The body of an answer in the schema's form. Throws FederationError peer_answer_invalid. */
export function readAnswer<T>(schema: z.ZodType<T>, origin: string, answer: ExchangeAnswer): T {
  const invalid = (reason: string, cause?: unknown): FederationError =>
    new FederationError(
      "peer_answer_invalid",
      `${origin} answers ${reason}`,
      { status: answer.status, certainty: "unknown" },
      { cause },
    );
  let value: unknown = null;
  if (answer.body.length > 0) {
    const type = answer.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/json") throw invalid("with something else than JSON");
    value = parseJson(answer.body);
    if (value === undefined) throw invalid("with what is not JSON");
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(
    `in another form: ${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? ""}`,
    read.error,
  );
}

function refusal(origin: string, answer: ExchangeAnswer, now: Milliseconds): FederationError {
  const { status, headers, body } = answer;
  const read = problemForm.safeParse(parseJson(body));
  const problem = read.success ? read.data : null;
  const waitMs = retryAfter(headers["retry-after"], now);
  const certain = status < 500 || TRY_LATER.includes(status);
  const said =
    problem === null ? "" : ` ${problem.code}${problem.detail === undefined ? "" : `: ${problem.detail}`}`;
  return new FederationError("peer_refused", `${origin} answers ${status}${said}`, {
    status,
    ...(problem === null ? {} : { problem: problem.code }),
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
    ...(problem?.server_time === undefined ? {} : { serverTime: problem.server_time }),
    certainty: certain ? "certain" : "unknown",
  });
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined, now: Milliseconds): Milliseconds | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function parseJson(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  } catch {
    return undefined;
  }
}
