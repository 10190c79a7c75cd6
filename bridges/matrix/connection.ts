/**
 * The library's requests, by node:http over connections that stay open. The global fetch takes three times as much CPU for a call
 * and far more memory, and the library keeps only the words of its failures, not the cause, which says whether anything has left.
 */
import { Agent as HttpAgent, type IncomingMessage, request } from "node:http";
import { Agent as HttpsAgent, request as requestSecurely } from "node:https";
import type { Milliseconds } from "../../core/time.ts";

/** Homeservers, and what stands before them, end idle connections: a call must not meet one that is ending. */
const IDLE_MS: Milliseconds = 4_000;

export class ConnectionFailure extends Error {
  /** Errors of this name alone the library passes on as they are. */
  override readonly name = "AbortError";

  constructor(cause: unknown) {
    super("no connection", { cause });
  }
}

export class Connections {
  readonly #plain = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  readonly #secure = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });

  /**
   * As the global fetch, for texts alone; resolves when the whole answer is there, and follows nowhere. Rejects with
   * ConnectionFailure.
   */
  readonly fetch = async (input: string | URL | Request, wanted: RequestInit = {}): Promise<Response> => {
    const url = urlOf(input);
    try {
      const { answer, text } = await this.#ask(url, wanted);
      const { statusCode: status = 0, headers } = answer;
      if (status >= 300 && status < 400)
        throw new Error(`it is at ${headers.location ?? "another address"}: name that one`);
      return answerOf(url, answer, text);
    } catch (cause) {
      throw new ConnectionFailure(cause);
    }
  };

  /** Ends the connections. */
  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #ask(url: URL, { method = "GET", headers = {}, body, signal }: RequestInit) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      readonly answer: IncomingMessage;
      readonly text: string;
    }>();
    const said = typeof body === "string" ? body : "";
    const given = Symbol.iterator in headers ? Object.fromEntries(headers) : headers;
    const options = {
      method,
      headers: body === undefined ? given : { ...given, "content-length": Buffer.byteLength(said) },
      ...(signal && { signal }),
    };
    const isSecure = url.protocol === "https:";
    const call = isSecure
      ? requestSecurely(url, { ...options, agent: this.#secure })
      : request(url, { ...options, agent: this.#plain });
    call.on("error", reject).on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => (text += piece));
      answer.on("end", () => resolve({ answer, text })).on("error", reject);
    });
    call.end(said);
    return promise;
  }
}

/** As much of an answer as the library reads. The global Response would load all that the global fetch is made of. */
function answerOf(url: URL, { statusCode: status = 0, headers }: IncomingMessage, text: string): Response {
  const told: Pick<Headers, "get"> = { get: (name) => firstOf(headers[name.toLowerCase()]) };
  const answer: Pick<Response, "ok" | "status" | "url" | "headers" | "text" | "json"> = {
    ok: status < 300,
    status,
    url: url.href,
    headers: told as Headers,
    text: () => Promise.resolve(text),
    json: () => Promise.resolve().then((): unknown => JSON.parse(text)),
  };
  return answer as Response;
}

/** Of a header that comes several times the first counts. */
const firstOf = (value: string | readonly string[] | undefined): string | null =>
  (typeof value === "string" ? value : value?.[0]) ?? null;

const urlOf = (input: string | URL | Request): URL =>
  new URL(typeof input === "string" || input instanceof URL ? input : input.url);
