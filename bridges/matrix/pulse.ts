/**
 * A request that is held at the homeserver all the time, and ends at once when that goes away, also where nothing else is asked
 * of it meanwhile (client-server API, section 9.5 Syncing). It is asked in the name of a user who is in no room, so that nothing
 * ever has to be computed for it; Synapse holds none for the gateway's own user.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { MatrixApi } from "./api.ts";
import type { Ghosts } from "./ghosts.ts";
import { asGatewayFault } from "./refusal.ts";

/** How long the homeserver keeps it; less than an answer may take. */
const HELD_MS: Milliseconds = 8_000;
/** From one request to the next at least, also where the homeserver keeps none. */
const LEAST_MS: Milliseconds = 1_000;

const NOTHING = { not_types: ["*"] };
const FILTER = JSON.stringify({ presence: NOTHING, account_data: NOTHING, room: { rooms: [] } });
const answerForm = z.object({ next_batch: z.string() });

export interface PulseOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly ghosts: Pick<Ghosts, "watcher">;
  readonly log: Logger;
}

export class Pulse {
  readonly #options: PulseOptions;
  readonly #stopping = new AbortController();

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  /** Resolves when it is stopped, or the homeserver holds no requests of application services. Never rejects. */
  async begin(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      let since: string | null = null;
      while (!signal.aborted) {
        const least = pause(LEAST_MS, undefined, { ref: false });
        since = await this.#hold(since);
        await least;
      }
    } catch (thrown) {
      this.#options.log.info(
        { err: thrown },
        "the homeserver holds no request: that it went away is noticed late",
      );
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Where to go on from; null: it did not answer. Rejects where it never will. */
  async #hold(since: string | null): Promise<string | null> {
    const { api, ghosts } = this.#options;
    try {
      const { id: as } = await ghosts.watcher();
      const query = {
        filter: FILTER,
        set_presence: "offline",
        timeout: String(since === null ? 0 : HELD_MS),
      };
      const answer = await api.call({
        method: "GET",
        path: "/sync",
        as,
        query: { ...query, ...(since !== null && { since }) },
      });
      return answerForm.parse(answer).next_batch;
    } catch (thrown) {
      if (thrown instanceof z.ZodError) throw thrown;
      const fault = asGatewayFault(thrown, "sync");
      if (fault.code === "request_refused") throw fault;
      return null;
    }
  }
}
