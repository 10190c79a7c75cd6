/**
 * The client-server API as the bridge calls it: one attempt for each call, as the gateway's own user or as a ghost. Of the
 * library its calls alone are loaded: its client, with rooms, keys and a queue of its own, is three quarters of its memory.
 */
import { ClientPrefix, type IHttpOpts, MatrixHttpApi, Method } from "matrix-js-sdk/lib/http-api/index.js";
import { TypedEventEmitter } from "matrix-js-sdk/lib/models/typed-event-emitter.js";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixConfig } from "./config.ts";
import { Connections } from "./connection.ts";
import { isUnanswered } from "./refusal.ts";
import { quietLogger } from "./quiet-logger.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;

const prefixes = { v3: ClientPrefix.V3, v1: ClientPrefix.V1, mediaV1: "/_matrix/client/v1/media" } as const;
const methods = { GET: Method.Get, PUT: Method.Put, POST: Method.Post, DELETE: Method.Delete } as const;

export interface Call {
  readonly method: keyof typeof methods;
  /** Below the prefix, made by `path`. */
  readonly path: string;
  /** In whose name; null: the gateway's own user. */
  readonly as?: string | null;
  /** Where the homeserver is to remember the call's transaction id beyond its own restart. */
  readonly device?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly prefix?: keyof typeof prefixes;
  /**
   * How long the answer may take where the homeserver asks somebody else for it: that it does not come says nothing of the
   * homeserver itself. Left out: as long as an answer of its own.
   */
  readonly elsewhereMs?: Milliseconds;
}

/** Whether the homeserver answers. */
export interface Reach {
  readonly answered: () => void;
  readonly unanswered: (thrown: unknown) => void;
}

/** A path of the API whose variable parts are escaped: `path` of "rooms", ID, "state". */
export const path = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join("");

export class MatrixApi {
  readonly #http: MatrixHttpApi<IHttpOpts>;
  readonly #connections = new Connections();
  readonly #reach: Reach;
  readonly #bot: string;
  readonly #underWay = new Set<AbortController>();
  #stopped = false;

  constructor(config: Pick<MatrixConfig, "homeserver" | "asToken">, bot: string, reach: Reach) {
    this.#bot = bot;
    this.#reach = reach;
    this.#http = new MatrixHttpApi(new TypedEventEmitter(), {
      baseUrl: config.homeserver,
      accessToken: config.asToken,
      prefix: ClientPrefix.V3,
      onlyData: true,
      fetchFn: this.#connections.fetch,
      logger: quietLogger,
    });
  }

  /** The answer. Rejects with the library's errors; see refusal.ts. */
  async call({
    method,
    path: at,
    as,
    device,
    query,
    body,
    prefix = "v3",
    elsewhereMs,
  }: Call): Promise<unknown> {
    const user = as ?? this.#bot;
    // The stable name of the device (Matrix 1.17), and the one of MSC3202 that homeservers know longer.
    const devices = device === undefined ? {} : { device_id: device, "org.matrix.msc3202.device_id": device };
    const cut = this.#cutAfter(elsewhereMs ?? ANSWER_WITHIN_MS);
    try {
      const answer = await this.#http.authedRequest<unknown>(
        methods[method],
        at,
        { ...query, user_id: user, ...devices },
        body === undefined ? undefined : { ...body },
        { prefix: prefixes[prefix], abortSignal: cut.signal, priority: "auto" },
      );
      this.#reach.answered();
      return answer;
    } catch (thrown) {
      if (!isUnanswered(thrown)) this.#reach.answered();
      else if (elsewhereMs === undefined) this.#reach.unanswered(thrown);
      throw thrown;
    } finally {
      cut.done();
    }
  }

  /** Calls under way reject as unanswered. */
  stop(): void {
    this.#stopped = true;
    for (const call of this.#underWay) call.abort();
    this.#connections.close();
  }

  /** What cuts a call off that takes too long. Not the library's own timer, which would keep the process alive. */
  #cutAfter(within: Milliseconds): { readonly signal: AbortSignal; readonly done: () => void } {
    const call = new AbortController();
    if (this.#stopped) call.abort();
    this.#underWay.add(call);
    const timer = setTimeout(() => call.abort(), within).unref();
    const done = (): void => {
      clearTimeout(timer);
      this.#underWay.delete(call);
    };
    return { signal: call.signal, done };
  }
}
