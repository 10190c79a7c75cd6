import type { Milliseconds } from "../../core/time.ts";
import { timeOf } from "./names.ts";

/** When anything was last heard of a workspace, by Slack's clock: how long the gap may be that is to be made good for. */
export class HeardLast {
  readonly #now: () => Milliseconds;
  #last: Milliseconds = 0;
  /** What it was before anything was read again. */
  #before: Milliseconds = 0;

  constructor(now: () => Milliseconds) {
    this.#now = now;
  }

  note(ts: string): void {
    this.#last = Math.max(this.#last, timeOf(ts));
  }

  /** The channels are about to be read again. */
  begin(): void {
    this.#before = this.#last;
  }

  /** A channel may have been silent longer than the gateway was away: that of the whole workspace is the gap. */
  get gap(): Milliseconds {
    return Math.max(0, this.#now() - this.#before);
  }
}
