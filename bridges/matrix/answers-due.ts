/** What the homeserver waits for: only as long as the account is served. */
export class AnswersDue {
  readonly #open = new Set<(stopped: Error) => void>();
  #stopped: Error | null = null;

  /** As the work does; rejects as soon as the account is let go, whatever becomes of the work. */
  async to<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    work.then(resolve, reject);
    if (this.#stopped) reject(this.#stopped);
    this.#open.add(reject);
    try {
      return await promise;
    } finally {
      this.#open.delete(reject);
    }
  }

  stop(): void {
    this.#stopped = new Error("the account is let go");
    for (const reject of this.#open) reject(this.#stopped);
  }
}
