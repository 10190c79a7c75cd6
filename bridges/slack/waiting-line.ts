import type { Kept } from "./kept-event.ts";

/** What is heard of a channel while its history is read: it waits for what was missed before it. */
export class WaitingLine {
  readonly #most: number;
  #line: { readonly kept: Kept; readonly resolve: (done: Promise<void>) => void }[] = [];

  /** `most`: how many may wait. */
  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#line.length >= this.#most;
  }

  /** Resolves, or rejects, as what the line is ended with. */
  wait(kept: Kept): Promise<void> {
    return new Promise((resolve) => {
      this.#line.push({ kept, resolve });
    });
  }

  /** Ends all waiting, in order. */
  end(take: (kept: Kept) => Promise<void>): void {
    for (const { kept, resolve } of this.#line.splice(0)) resolve(take(kept));
  }
}
