import type { AccountHost } from "../accounts/account-host.ts";
import { asGatewayError, type GatewayError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { lanesBehind } from "../store/units/lanes.ts";
import { tallyIsDue } from "../store/units/tallies.ts";
import type { Waker } from "./waker.ts";

export interface SweepOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly everyMs: number;
  readonly hosts: readonly AccountHost[];
  readonly waker: Waker;
  /** What else is to be looked for each time. */
  readonly also: () => Promise<void>;
}

/**
 * Looks through SQL for what nobody woke: accounts that nobody holds, lanes that are behind. It runs them directly,
 * since a dead worker's job may still swallow wake-ups in the queue.
 */
export class Sweep {
  /** Resolves when this process must end: its code is too old for the store. */
  readonly failed: Promise<GatewayError>;
  readonly #options: SweepOptions;
  readonly #fail: (error: GatewayError) => void;
  #timer: NodeJS.Timeout | null = null;
  #under: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SweepOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<GatewayError>();
    this.failed = promise;
    this.#fail = resolve;
  }

  start(): void {
    this.#under = this.#sweep().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), this.#options.everyMs);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#under;
  }

  async #sweep(): Promise<void> {
    const { store, log, hosts, waker, also } = this.#options;
    try {
      await store.checkVersion();
      for (const host of hosts) {
        await host.tryServe();
        await host.refresh();
      }
      const now = Date.now();
      if (await store.read(tallyIsDue({ now }))) await store.write("queueTallies", { now });
      for (const lane of await store.read(lanesBehind())) {
        const host = hosts.find(({ options }) => options.row.id === lane.account);
        if (host?.serving) waker.runHere(lane.key, lane.account, lane.queued ? "queued" : "more");
      }
      await also();
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code === "store_too_new") this.#fail(error);
      log.error({ err: error }, "the sweep failed; it is tried again");
    }
  }
}
