/** One run of numbered messages that are said at one place and arrive at another: when, and whether each once and in order. */
import type { Speech } from "./load.ts";

export class NumberedLine implements Speech {
  readonly #say: (number: number) => void;
  readonly #saidAt: number[] = [];
  #arrivedNext = 0;
  #arrivedCount = 0;
  #disorder = 0;
  #arrivals: number[] = [];
  onArrival: () => void = () => undefined;

  /** `say`: says the message with this number. */
  constructor(say: (number: number) => void) {
    this.#say = say;
  }

  get said(): number {
    return this.#saidAt.length;
  }

  get underWay(): number {
    return this.#saidAt.length - this.#arrivedCount;
  }

  /** Messages that have not arrived, came again or out of order. */
  get faults(): number {
    return Math.max(0, this.underWay) + this.#disorder;
  }

  say(): void {
    const number = this.#saidAt.length;
    this.#saidAt.push(performance.now());
    this.#say(number);
  }

  /** `at`: by performance.now(). */
  arrived(number: number, at: number): void {
    if (number !== this.#arrivedNext) this.#disorder += 1;
    this.#arrivedNext = number + 1;
    this.#arrivedCount += 1;
    this.#arrivals.push(at - this.saidAt(number));
    this.onArrival();
  }

  /** Milliseconds from saying to the arrival of those that arrived since the last call. */
  takeArrivals(): readonly number[] {
    const taken = this.#arrivals;
    this.#arrivals = [];
    return taken;
  }

  /** NaN: it was never said. */
  protected saidAt(number: number): number {
    return this.#saidAt[number] ?? Number.NaN;
  }
}
