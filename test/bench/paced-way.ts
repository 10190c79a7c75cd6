/** Numbered messages that go one way at a pace: when each was said, and how long it took until it was there. */
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/harness-eventually.ts";

/** What has not come by then is lost. */
const LAST_WITHIN_MS = 10_000;

export class PacedWay {
  readonly #saidAt: number[] = [];
  readonly #arrivedAt = new Map<number, number>();
  readonly #say: (number: number) => void;

  constructor(say: (number: number) => void) {
    this.#say = say;
  }

  /** How many have been said and were never there. */
  get missing(): number {
    return this.#saidAt.length - this.#arrivedAt.size;
  }

  /** `at`: by performance.now(). */
  arrived(number: number, at: number): void {
    this.#arrivedAt.set(number, at);
  }

  /** Says so many, this many a second. Resolves with the milliseconds that each took which has arrived. */
  async sayAll(messages: number, perSecond: number): Promise<readonly number[]> {
    const first = this.#saidAt.length;
    const start = performance.now();
    for (let i = 0; i < messages; i++) {
      await delay(Math.max(0, start + (i * 1_000) / perSecond - performance.now()));
      this.#saidAt.push(performance.now());
      this.#say(first + i);
    }
    await eventually("the last", () => this.missing === 0, LAST_WITHIN_MS).catch(() => undefined);
    return this.#saidAt.slice(first).flatMap((said, i) => {
      const arrived = this.#arrivedAt.get(first + i);
      return arrived === undefined ? [] : [arrived - said];
    });
  }
}
