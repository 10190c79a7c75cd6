import type { Milliseconds } from "../../core/time.ts";

/** One person's texts, and who has heard them. */
export class Said {
  readonly speaker: string;
  count = 0;
  /** When each was said that stands. */
  readonly #times = new Map<string, Milliseconds>();
  /** Of each listener: the latest time at which something was said that he has heard. */
  readonly #heard = new Map<string, Milliseconds>();

  constructor(speaker: string) {
    this.speaker = speaker;
  }

  /** Another text, by which its speaker is known. */
  text(): string {
    this.count += 1;
    return `${this.speaker} ${this.count}`;
  }

  stands(text: string): void {
    this.#times.set(text, Date.now());
  }

  /** Takes note of what a listener has in his room; the latest time at which something was said that he has heard. */
  heardBy(listener: string, texts: readonly string[]): Milliseconds {
    let latest = this.#heard.get(listener) ?? 0;
    for (const text of texts) latest = Math.max(latest, this.#times.get(text) ?? 0);
    this.#heard.set(listener, latest);
    return latest;
  }
}
