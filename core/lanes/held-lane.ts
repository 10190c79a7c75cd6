import type { Milliseconds } from "../time.ts";
import type { Store } from "../store/store.ts";
import type { Fence } from "../store/units/fence.ts";
import type { LaneKey } from "./lane-key.ts";

/**
 * A lane that this process holds. The lease is counted on a monotonic clock from before the claim was sent, so that
 * it never seems longer here than it is in the database.
 */
export class HeldLane {
  readonly fence: Fence;
  readonly #store: Store;
  readonly #ttl: Milliseconds;
  #since: number;
  #lost = false;
  #renewal: Promise<boolean> | null = null;

  constructor(store: Store, fence: Fence, ttl: Milliseconds, claimedAt: number) {
    this.#store = store;
    this.fence = fence;
    this.#ttl = ttl;
    this.#since = claimedAt;
  }

  /** Claims the lane; null where it is held, put off or unknown. */
  static async claim(store: Store, lane: LaneKey, ttl: Milliseconds): Promise<HeldLane | null> {
    const before = performance.now();
    const claim = await store.write("claimLane", { lane, holder: store.slot, ttl });
    return claim.claimed ? new HeldLane(store, { lane, epoch: claim.epoch }, ttl, before) : null;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Whether a side effect may be made now: within two thirds of the lease, which leaves a third for the effect
   * itself. Past that the lease is renewed first. False: another process may have the lane; stop at once.
   */
  async hold(): Promise<boolean> {
    if (this.#lost) return false;
    return performance.now() - this.#since < (this.#ttl * 2) / 3 || (await this.renew());
  }

  /** Extends the lease. False: it was taken over. Rejects where the store can't say. */
  renew(): Promise<boolean> {
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async release(): Promise<void> {
    if (!this.#lost) await this.#store.write("releaseLane", this.fence);
    this.#lost = true;
  }

  /** Lets go only where nothing is left to do. */
  async releaseIfCaughtUp(): Promise<boolean> {
    const released = await this.#store.write("releaseIfCaughtUp", this.fence);
    if (released) this.#lost = true;
    return released;
  }

  async #renewOnce(): Promise<boolean> {
    const before = performance.now();
    const held = await this.#store.write("renewLane", { fence: this.fence, ttl: this.#ttl });
    if (held) this.#since = before;
    else this.#lost = true;
    return held;
  }
}
