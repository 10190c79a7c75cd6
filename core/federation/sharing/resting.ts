/** Groups that a guest could not serve, which are left out of requests for a while (docs/mtp.md, M78). */
import type { GroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";

/** Who has just redeemed a code may not have written it down yet. */
const FIRST_REST: Milliseconds = 2_000;
const REST: Milliseconds = 60_000;

export class Resting {
  readonly #now: () => Milliseconds;
  readonly #after: (wait: Milliseconds) => void;
  readonly #groups = new Map<GroupUri, { readonly until: Milliseconds; readonly times: number }>();

  /** `after`: asked to look again when that time is over. */
  constructor(now: () => Milliseconds, after: (wait: Milliseconds) => void) {
    this.#now = now;
    this.#after = after;
  }

  has(group: GroupUri): boolean {
    return (this.#groups.get(group)?.until ?? 0) > this.#now();
  }

  add(group: GroupUri): void {
    const times = (this.#groups.get(group)?.times ?? 0) + 1;
    const wait = times === 1 ? FIRST_REST : REST;
    this.#groups.set(group, { until: this.#now() + wait, times });
    this.#after(wait);
  }
}
