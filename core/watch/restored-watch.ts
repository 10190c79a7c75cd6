/** Rooms of a restored store that are not read, for which groups take nothing from other gateways: how long that goes on. */
import type { BindingId } from "../ids.ts";
import type { Limits } from "../limits.ts";
import type { WaitingGroup } from "../store/units/restored-rooms.ts";
import type { Milliseconds } from "../time.ts";

export class RestoredWatch {
  readonly #limits: Pick<Limits, "roomUnreadMs">;
  readonly #now: () => Milliseconds;
  /** Since when each is seen to wait. */
  readonly #seen = new Map<BindingId, Milliseconds>();

  constructor(limits: Pick<Limits, "roomUnreadMs">, now: () => Milliseconds) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Begins anew: no room could be read for a while. */
  begin(): void {
    this.#seen.clear();
  }

  /**
   * To be called every few seconds, with all that wait. Gives those that have done so for `roomUnreadMs` while somebody looked:
   * however long ago the backup was put in place, a gateway that starts has to be given the time to read.
   */
  look(waiting: readonly WaitingGroup[]): readonly WaitingGroup[] {
    const at = this.#now();
    const there = new Set(waiting.map(({ binding }) => binding));
    for (const binding of this.#seen.keys()) if (!there.has(binding)) this.#seen.delete(binding);
    for (const { binding } of waiting) if (!this.#seen.has(binding)) this.#seen.set(binding, at);
    return waiting.filter(({ binding }) => at - (this.#seen.get(binding) ?? at) >= this.#limits.roomUnreadMs);
  }
}
