/** Growing waits between tries, never twice the same. */
export class Backoff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #nextMs: number;

  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
    this.#nextMs = firstMs;
  }

  /**
   * The next wait in milliseconds: a random part, at least half, of a step that doubles each time. Gateways that
   * lost the same server come back spread out.
   */
  next(): number {
    const step = this.#nextMs;
    this.#nextMs = Math.min(step * 2, this.#mostMs);
    return step * (0.5 + Math.random() / 2);
  }

  /** Waits start over. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
