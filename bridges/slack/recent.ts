const MOST = 10_000;

/** A map that forgets its oldest entries. */
export class Recent<Value> {
  readonly #entries = new Map<string, Value>();

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST) return;
      this.#entries.delete(oldest);
    }
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }
}
