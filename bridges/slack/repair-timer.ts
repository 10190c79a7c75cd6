/** When the channels of a workspace are read again, since something may have been missed in any of them. */
import type { Milliseconds } from "../../core/time.ts";

/** Gaps that follow one another closely are repaired together. */
const SOON_MS: Milliseconds = 500;
const SELDOM_MS: Milliseconds = 5 * 60_000;

export class RepairTimer {
  readonly #repair: () => void;
  readonly #now: () => Milliseconds;
  #timer: NodeJS.Timeout | null = null;
  #due: Milliseconds = 0;
  #last: Milliseconds = Number.NEGATIVE_INFINITY;

  constructor(repair: () => void, now: () => Milliseconds = () => Date.now()) {
    this.#repair = repair;
    this.#now = now;
  }

  soon(): void {
    this.#in(SOON_MS);
  }

  /** At once, or five minutes after the last time: for what is said again and again as long as something is wrong. */
  seldom(): void {
    const wait = this.#last + SELDOM_MS - this.#now();
    if (wait > 0) this.#in(wait);
    else this.now();
  }

  now(): void {
    this.stop();
    this.#last = this.#now();
    this.#repair();
  }

  /** What was asked for until now is not needed any more. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #in(wait: Milliseconds): void {
    const due = this.#now() + wait;
    if (this.#timer !== null && this.#due <= due) return;
    this.stop();
    this.#due = due;
    this.#timer = setTimeout(() => this.now(), wait);
  }
}
