/** Waiting for conditions over something that changes by events. */
import type { Milliseconds } from "../../core/time.ts";

/** How long anything is waited for unless another time is given. */
const PATIENCE: Milliseconds = 30_000;

/** What a condition says: an Error ends the waiting with it, undefined, null and false mean "not yet". */
export type Answer<T> = T | Error | undefined | null | false;

interface Wait {
  check(): void;
  fail(error: Error): void;
}

export class Waits {
  readonly #waits = new Set<Wait>();
  readonly #who: string;
  #ended: Error | null = null;

  constructor(who: string) {
    this.#who = who;
  }

  /** Something has changed: asks all conditions again. */
  check(): void {
    for (const wait of this.#waits) wait.check();
  }

  /** Nothing will change any more: what has not come by now never comes. */
  fail(error: Error): void {
    this.#ended = error;
    for (const wait of this.#waits) wait.fail(error);
  }

  /** Resolves with the condition's answer; rejects with its Error, or when the time is over, naming `what`. */
  async until<T>(
    what: string,
    ask: () => Answer<T>,
    within: Milliseconds = PATIENCE,
  ): Promise<Exclude<T, Error | undefined | null | false>> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
      };
      const fail = (error: Error): void => {
        finish();
        reject(error);
      };
      const check = (): void => {
        const answer = ask();
        if (answer === undefined || answer === null || answer === false) return;
        if (answer instanceof Error) return fail(answer);
        finish();
        resolve(answer as Exclude<T, Error | undefined | null | false>);
      };
      const late = new Error(`${this.#who} waited ${within} ms in vain for ${what}`);
      const timer = setTimeout(() => fail(late), within);
      const wait: Wait = { check, fail };
      this.#waits.add(wait);
      check();
      if (this.#ended) fail(this.#ended);
    });
  }
}
