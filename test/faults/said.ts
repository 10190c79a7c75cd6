import type { Milliseconds } from "../../core/time.ts";

/** One person's texts, until they have arrived. */
export class Said {
  readonly speaker: string;
  count = 0;
  /** The latest time at which something was said that has arrived. */
  arrivedUpTo: Milliseconds = 0;
  readonly #open = new Map<string, Milliseconds>();

  constructor(speaker: string) {
    this.speaker = speaker;
  }

  /** Another text, by which its speaker is known. */
  text(): string {
    this.count += 1;
    return `${this.speaker} ${this.count}`;
  }

  stands(text: string): void {
    this.#open.set(text, Date.now());
  }

  arrived(text: string): void {
    const at = this.#open.get(text);
    if (at === undefined) return;
    this.#open.delete(text);
    this.arrivedUpTo = Math.max(this.arrivedUpTo, at);
  }
}
