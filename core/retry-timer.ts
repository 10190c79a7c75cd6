import type { Milliseconds } from "./time.ts";

export interface RetryTimes {
  /** How long after the first fault it is tried again; after each further one twice as long. */
  readonly first: Milliseconds;
  readonly most: Milliseconds;
}

/** Has something tried again that did not work, each time later than the time before, until it works. */
export class RetryTimer {
  readonly #tries: () => void;
  readonly #times: RetryTimes;
  #pause: Milliseconds;
  #timer: NodeJS.Timeout | null = null;

  constructor(tries: () => void, times: RetryTimes) {
    this.#tries = tries;
    this.#times = times;
    this.#pause = times.first;
  }

  /** Whether it is going to be tried again. */
  get waits(): boolean {
    return this.#timer !== null;
  }

  /** It did not work: it is tried again when its time has come, or after so long. */
  failed(after: Milliseconds = this.#pause): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#tries();
    }, after);
    this.#pause = Math.min(this.#pause * 2, this.#times.most);
  }

  /** It worked: the next fault is a first one. */
  worked(): void {
    this.#pause = this.#times.first;
  }

  /** It is not tried again, or is being tried now. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
