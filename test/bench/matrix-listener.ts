/**
 * A person's client at a homeserver that does as little as it can: one sync after the other (client-server API, 9.5), in
 * whose text it looks for the numbered messages of the bench without reading the rest.
 */
import { Agent, get } from "node:http";
import { text as textFrom } from "node:stream/consumers";
import { z } from "zod";
import { MatrixHttp } from "../../deploy/clients/matrix-http.ts";
import type { Heard } from "./lean-client.ts";

const BODY = /"body":"([a-z0-9-]+):(\d+) /g;
const NEXT = /"next_batch":"([^"]+)"/;
const WAIT_MS = 30_000;

const loginForm = z.object({ access_token: z.string() });

const nothing = { not_types: ["*"] };
const FILTER = JSON.stringify({
  presence: nothing,
  account_data: nothing,
  room: {
    timeline: { limit: 100, types: ["m.room.message"] },
    state: nothing,
    ephemeral: nothing,
    account_data: nothing,
  },
});

export class MatrixListener {
  readonly #url: string;
  readonly #token: string;
  readonly #heard: Heard;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(url: string, token: string, heard: Heard) {
    this.#url = url;
    this.#token = token;
    this.#heard = heard;
  }

  /** Logs in. Resolves when nothing will be missed from here on. */
  static async start(
    url: string,
    { name, password }: { readonly name: string; readonly password: string },
    heard: Heard,
  ): Promise<MatrixListener> {
    const login = { type: "m.login.password", identifier: { type: "m.id.user", user: name }, password };
    const answer = loginForm.parse(await new MatrixHttp(url, null).call("POST", "/v3/login", login));
    const listener = new MatrixListener(url, answer.access_token, heard);
    const first = await listener.#sync(null);
    listener.#running = listener.#listen(first);
    return listener;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#agent.destroy();
  }

  async #listen(first: string): Promise<void> {
    let since: string | null = first;
    while (!this.#stopping.signal.aborted) {
      try {
        since = await this.#sync(since);
      } catch (thrown) {
        if (!this.#stopping.signal.aborted) throw thrown;
      }
    }
  }

  /** Resolves with the place after what was told. */
  async #sync(since: string | null): Promise<string> {
    const query = new URLSearchParams({
      filter: FILTER,
      timeout: String(since === null ? 0 : WAIT_MS),
      ...(since !== null && { since }),
    }).toString();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    get(
      `${this.#url}/_matrix/client/v3/sync?${query}`,
      {
        agent: this.#agent,
        headers: { authorization: `Bearer ${this.#token}` },
        signal: this.#stopping.signal,
      },
      (answer) => {
        textFrom(answer).then(resolve, reject);
      },
    ).on("error", reject);
    const told = await promise;
    const at = performance.now();
    const next = NEXT.exec(told)?.[1];
    if (next === undefined) throw new Error(`a sync of the bench was answered with ${told.slice(0, 200)}`);
    if (since !== null)
      for (const [, line = "", number] of told.matchAll(BODY)) this.#heard(line, Number(number), at);
    return next;
  }
}
