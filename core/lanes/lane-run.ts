import type { Milliseconds } from "../time.ts";
import type { HeldLane } from "./held-lane.ts";
import type { LaneKey } from "./lane-key.ts";

/** How a run of a lane ended. */
export type LaneOutcome =
  | { readonly kind: "caught-up" }
  /** Another process has the lane, or this one is stopping. */
  | { readonly kind: "left" }
  | {
      readonly kind: "put-off";
      readonly wait: Milliseconds;
      readonly error: string;
      /** Whether it counts as a failure, and so makes the next wait longer; a throttle does not. */
      readonly failure: boolean;
    };

export const caughtUp: LaneOutcome = { kind: "caught-up" };
export const left: LaneOutcome = { kind: "left" };

/** What a poke says: there is more in the log (or inbox), or something was queued out of turn. */
export type Poke = "more" | "queued";

/** A lane under way in this process: pokes reach it here, so that no wake-up is lost between two reads. */
export class LaneRun {
  readonly key: LaneKey;
  readonly held: HeldLane;
  #more = false;
  #queued = false;
  #stopping = false;
  #wake: (() => void) | null = null;

  constructor(key: LaneKey, held: HeldLane) {
    this.key = key;
    this.held = held;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  poke(what: Poke): void {
    this.#more = true;
    if (what === "queued") this.#queued = true;
    this.signal();
  }

  /** Asks the run to end at the next place where nothing is under way. */
  stop(): void {
    this.#stopping = true;
    this.signal();
  }

  /** Whether a poke came since the last call. */
  takeMore(): boolean {
    const more = this.#more;
    this.#more = false;
    return more;
  }

  takeQueued(): boolean {
    const queued = this.#queued;
    this.#queued = false;
    return queued;
  }

  get poked(): boolean {
    return this.#more;
  }

  /** Ends the wait in `changed`. */
  signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Resolves at the next poke, stop or signal. One waiter at a time: the lane itself. */
  changed(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** The same, or after so long. */
  async changedWithin(longest: Milliseconds): Promise<void> {
    const timer = setTimeout(() => this.signal(), longest).unref();
    await this.changed();
    clearTimeout(timer);
  }
}
