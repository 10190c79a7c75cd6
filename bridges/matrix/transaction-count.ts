/**
 * Whether a homeserver may have left out a transaction: Synapse, stopped between writing one down and handing it over, hands
 * over the next one after its start. Its transactions have numbers, one after the other; others have names without an order.
 */
import type { Milliseconds } from "../../core/time.ts";

const NUMBER = /^\d{1,15}$/;
/** Where several processes take transactions by turns, each of them sees gaps that are none. */
const NOT_SOONER_MS: Milliseconds = 10_000;

export class TransactionCount {
  readonly #now: () => Milliseconds;
  #last: number | null = null;
  #noticedAt: Milliseconds | null = null;

  constructor(now: () => Milliseconds = () => performance.now()) {
    this.#now = now;
  }

  /** Takes note of a transaction that came. True: one before it did not, and none has been missed shortly before. */
  skips(id: string): boolean {
    if (!NUMBER.test(id)) return false;
    const last = this.#last;
    this.#last = Number(id);
    // A lower one is of a homeserver that was started anew: one with SQLite begins again behind what it has still to hand over.
    if (last === null || this.#last === last || this.#last === last + 1) return false;
    const now = this.#now();
    if (this.#noticedAt !== null && now - this.#noticedAt < NOT_SOONER_MS) return false;
    this.#noticedAt = now;
    return true;
  }
}
