/** The losses of one text, each named once. */
import type { Loss, LossCode } from "../../loss.ts";

export class LossLog {
  readonly #seen = new Map<string, Loss>();

  add(code: LossCode, detail: string): void {
    const key = `${code} ${detail}`;
    if (!this.#seen.has(key)) this.#seen.set(key, { code, detail });
  }

  /** In the order in which they were met. */
  get list(): readonly Loss[] {
    return [...this.#seen.values()];
  }
}
