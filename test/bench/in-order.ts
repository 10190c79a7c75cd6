/** Acts that take their time, one after the other in each place, and at once in different places. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /** What fails ends the process: nothing in the bench may fail unseen. */
  add(place: string, act: () => Promise<unknown>): void {
    this.#last.set(place, (this.#last.get(place) ?? Promise.resolve()).then(act));
  }
}
