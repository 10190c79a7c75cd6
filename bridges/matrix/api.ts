/**
 * The client-server API as the bridge calls it: one attempt for each call, as the gateway's own user or as a ghost. The
 * library's client is never started, so that it keeps no rooms, no keys and no queue of its own.
 */
import { ClientPrefix, MatrixClient, Method } from "matrix-js-sdk";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixConfig } from "./config.ts";
import { fetchWithCause } from "./connection.ts";
import { isUnanswered } from "./refusal.ts";
import { quietLogger } from "./quiet-logger.ts";

const ANSWER_WITHIN_MS: Milliseconds = 15_000;

const prefixes = { v3: ClientPrefix.V3, v1: ClientPrefix.V1, mediaV1: "/_matrix/client/v1/media" } as const;
const methods = { GET: Method.Get, PUT: Method.Put, POST: Method.Post } as const;

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
  readonly #client: MatrixClient;
  readonly #reach: Reach;
  readonly #bot: string;
  readonly #stopping = new AbortController();

  constructor(config: Pick<MatrixConfig, "homeserver" | "asToken">, bot: string, reach: Reach) {
    this.#bot = bot;
    this.#reach = reach;
    this.#client = new MatrixClient({
      baseUrl: config.homeserver,
      accessToken: config.asToken,
      userId: bot,
      fetchFn: fetchWithCause,
      logger: quietLogger,
      disableVoip: true,
    });
  }

  /** The answer. Rejects with the library's errors; see refusal.ts. */
  async call({ method, path: at, as, device, query, body, prefix = "v3" }: Call): Promise<unknown> {
    const user = as ?? this.#bot;
    // The stable name of the device (Matrix 1.17), and the one of MSC3202 that homeservers know longer.
    const devices = device === undefined ? {} : { device_id: device, "org.matrix.msc3202.device_id": device };
    // Not the library's own timer, which would keep the process alive.
    const abortSignal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    try {
      const answer = await this.#client.http.authedRequest<unknown>(
        methods[method],
        at,
        { ...query, user_id: user, ...devices },
        body === undefined ? undefined : { ...body },
        { prefix: prefixes[prefix], abortSignal, priority: "auto" },
      );
      this.#reach.answered();
      return answer;
    } catch (thrown) {
      if (isUnanswered(thrown)) this.#reach.unanswered(thrown);
      else this.#reach.answered();
      throw thrown;
    }
  }

  /** Calls under way reject as unanswered. */
  stop(): void {
    this.#stopping.abort();
  }
}
