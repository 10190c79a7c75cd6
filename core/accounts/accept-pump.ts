import type { Milliseconds } from "../time.ts";
import type { AcceptBatch } from "../bridge/inbound.ts";
import { asGatewayError, type GatewayError } from "../errors.ts";
import type { AccountId, BindingId } from "../ids.ts";
import { backoffMs } from "../lanes/backoff.ts";
import type { Logger } from "../log.ts";
import { step } from "../steps.ts";
import type { Store } from "../store/store.ts";
import type { Accepted, AcceptInput } from "../store/units/accept.ts";
import type { Fence } from "../store/units/fence.ts";
import type { AppendPlace, Translation } from "../store/units/group-log.ts";

export interface AcceptPumpOptions {
  readonly store: Store;
  readonly log: Logger;
  readonly account: AccountId;
  readonly now: () => Milliseconds;
  /** Rejects with lane_lost where this process may not take what comes. null: nothing to prove. */
  readonly fence: () => Fence | null;
  /** What may go into the log at once, where the bridge translates without looking anything up. */
  readonly translate: (binding: BindingId, raws: AcceptBatch["raws"]) => Promise<Translated | null>;
  /** Told after the commit what it has brought. */
  readonly accepted: (accepted: Accepted) => void;
}

/** Translations of raws, in their order; null: that one is for the inbox. */
export interface Translated {
  readonly place: AppendPlace;
  readonly translations: readonly (Translation | null)[];
}

interface Waiting {
  readonly binding: BindingId;
  readonly batch: AcceptBatch;
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
}

/** Longest pause between two tries at a store that is full or away. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Writes what an account's platform said, one write at a time and in order (a mark must not overtake what came before
 * it); what arrives during a commit shares the next. While the store is full or away it waits and tries again: the
 * bridge's promise stays open, and with it the platform's acknowledgement.
 */
export class AcceptPump {
  readonly #options: AcceptPumpOptions;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #closed: GatewayError | null = null;

  constructor(options: AcceptPumpOptions) {
    this.#options = options;
  }

  accept(binding: BindingId, batch: AcceptBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      this.#waiting.push({ binding, batch, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  open(): void {
    this.#closed = null;
  }

  /** Resolves when all that was handed over is written, or was rejected. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Writes what waits if the store takes it now; all else, and whatever comes later, is rejected with the error. */
  async close(error: GatewayError): Promise<void> {
    this.#closed = error;
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is handed over in one go is written in one go.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0);
      const error = await this.#write(taken);
      for (const one of taken) {
        if (error) one.reject(error);
        else one.resolve();
      }
    }
    // In the same turn as the last look: whoever comes from here on starts the next run.
    this.#running = null;
  }

  async #write(taken: readonly Waiting[]): Promise<GatewayError | null> {
    const { store, account, now, log, accepted } = this.#options;
    for (let failures = 1; ; failures++) {
      step("accept.begin");
      try {
        const fence = this.#options.fence();
        const batches: AcceptInput["batches"][number][] = [];
        for (const { binding, batch } of taken) batches.push(await this.#translate(binding, batch));
        const done = await store.write("accept", { fence, account, at: now(), batches });
        step("accept.done");
        if (done.appended.length > 0) step("append.done");
        accepted(done);
        return null;
      } catch (thrown) {
        const error = asGatewayError(thrown);
        if (this.#closed) return this.#closed;
        if (error.code !== "store_full" && error.code !== "store_failed") return error;
        log.error({ err: error, waiting: taken.length }, "what came can't be written yet; it is tried again");
        const wait = Math.min(LONGEST_WAIT_MS, backoffMs(failures));
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  async #translate(binding: BindingId, batch: AcceptBatch): Promise<AcceptInput["batches"][number]> {
    const { mark, raws } = batch;
    const translated = raws.length > 0 ? await this.#options.translate(binding, raws) : null;
    if (!translated) return { binding, mark, raws };
    step("append.begin");
    const { place, translations } = translated;
    return {
      binding,
      mark,
      place,
      raws: raws.map((raw, i) => ({ ...raw, translation: translations[i] ?? null })),
    };
  }
}
