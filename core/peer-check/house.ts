/** What the checker serves as a peer of its own. It keeps all that it is asked, since that shows how the other asks. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Milliseconds } from "../time.ts";
import { checkContentDigest } from "../federation/wire/content-digest.ts";
import { PROBLEM_TYPE, type ProblemCode, ProblemError, problemBody } from "../federation/wire/problem.ts";
import { parseKeyId } from "../federation/wire/public-key.ts";
import { type VerificationKey, verifyRequest } from "../federation/wire/signature.ts";
import { WELL_KNOWN_PATH } from "../federation/peers/well-known.ts";
import type { Identity } from "./identity.ts";

/** A request to the checker, whatever became of it. */
export interface Asked {
  readonly at: Milliseconds;
  readonly method: string;
  /** As it came, the path of the endpoint included. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The body as JSON; undefined: it has none, or other. */
  readonly value: unknown;
  /** Why its signature or digest is refused; null: it is good. */
  readonly fault: ProblemError | null;
  /** Aborted when whoever asked is gone. */
  readonly gone: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (asked: Asked) => Reply | Promise<Reply>;

export interface HouseOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly me: Identity;
  /** The keys of the gateway that is checked. */
  readonly keys: () => ReadonlyMap<string, VerificationKey>;
}

export class House {
  readonly asked: Asked[] = [];
  /** When the well-known was read. */
  readonly wellKnownReads: Milliseconds[] = [];
  readonly #options: HouseOptions;
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();
  readonly #waiting = new Set<() => void>();
  /** Where set, it answers in place of the resource; null passes the request on. */
  interrupt: ((asked: Asked) => Reply | null) | null = null;

  private constructor(options: HouseOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Rejects where the address cannot be listened on. */
  static async open(options: HouseOptions): Promise<House> {
    const house = new House(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    house.#server.once("error", reject);
    house.#server.listen(options.listen, resolve);
    await promise;
    return house;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Serves a resource: method and path below the endpoint. */
  on(method: string, path: string, handler: Handler): void {
    this.#handlers.set(`${method} ${path}`, handler);
  }

  /** The first request from number `from` on that fits, or null after this time. */
  async next(
    fits: (asked: Asked) => boolean,
    most: Milliseconds,
    from = this.asked.length,
  ): Promise<Asked | null> {
    const end = Date.now() + most;
    for (;;) {
      const found = this.asked.slice(from).find(fits);
      if (found !== undefined) return found;
      if (!(await this.#another(end - Date.now()))) return null;
    }
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Whether another request came within this time. */
  async #another(most: Milliseconds): Promise<boolean> {
    if (most <= 0) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const woken = (): void => resolve(true);
    const timer = setTimeout(() => resolve(false), most);
    this.#waiting.add(woken);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(woken);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? "/";
    if (target === WELL_KNOWN_PATH) {
      this.wellKnownReads.push(Date.now());
      return send(response, {
        status: 200,
        body: this.#wellKnown(),
        headers: { "cache-control": "max-age=60" },
      });
    }
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const body = await buffer(request);
      const at = Date.now();
      const { method = "", headers } = request;
      const fault = await this.#faultOf(request, body);
      const asked: Asked = {
        at,
        method,
        target,
        headers,
        body,
        value: jsonOf(body),
        fault,
        gone: gone.signal,
      };
      this.asked.push(asked);
      for (const woken of this.#waiting) woken();
      send(response, await this.#answer(asked));
    } catch {
      // Whoever asked has gone away in the middle, and waits for nothing.
      response.destroy();
    }
  }

  async #answer(asked: Asked): Promise<Reply> {
    const interrupted = this.interrupt?.(asked) ?? null;
    if (interrupted !== null) return interrupted;
    // A redeemer is nobody yet, and signs by the key in its body, which is one of its well-known all the same.
    if (asked.fault !== null) return refusal(asked.fault);
    const prefix = new URL(this.#options.me.endpoint).pathname.replace(/\/$/, "");
    const path = asked.target.slice(prefix.length).split("?")[0] ?? "";
    const handler = this.#handlers.get(`${asked.method} ${path}`);
    return handler === undefined ? refusal(new ProblemError("not_found")) : handler(asked);
  }

  async #faultOf(request: IncomingMessage, body: Buffer): Promise<ProblemError | null> {
    const { method = "", url: target = "/", rawHeaders, headers } = request;
    const keys = this.#options.keys();
    try {
      await verifyRequest(
        { method, target, rawHeaders },
        {
          origin: new URL(this.#options.me.endpoint).origin,
          now: Date.now(),
          findKey: (kid) => (parseKeyId(kid) === null ? null : (keys.get(kid) ?? null)),
        },
      );
      const digest = headers["content-digest"];
      if (body.length > 0) checkContentDigest(typeof digest === "string" ? digest : undefined, body);
      return null;
    } catch (thrown) {
      if (thrown instanceof ProblemError) return thrown;
      throw thrown;
    }
  }

  #wellKnown(): unknown {
    const { me } = this.#options;
    const key = { kid: me.signer.kid, public: me.publicText, not_before: 0, expires: null };
    return {
      versions: [1],
      endpoint: me.endpoint,
      base: me.base,
      hosts: [],
      keys: [key],
      features: ["markers", "typing"],
      limits: {},
    };
  }
}

/** A problem as an answer, with what is put beside it. */
export function problemReply(
  code: ProblemCode,
  headers: Readonly<Record<string, string>> = {},
  more = {},
): Reply {
  const problem = problemBody(new ProblemError(code));
  return {
    status: problem.status ?? 500,
    body: { ...problem, ...more },
    headers: { "content-type": PROBLEM_TYPE, ...headers },
  };
}

const refusal = ({ code, serverTime }: ProblemError): Reply =>
  problemReply(code, {}, serverTime === null ? {} : { server_time: serverTime });

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(text);
}

function jsonOf(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString("utf8"));
  } catch {
    return undefined;
  }
}
