/** One reading of a message: what is looked up and what was lost, each loss named once. */
import type { Loss, LossCode } from "../../loss.ts";
import type { SlackReader } from "./context.ts";

/** UTF-16 code units of a loss's detail. */
const LONGEST_DETAIL = 64;

export class Reading {
  readonly context: SlackReader;
  readonly #losses = new Map<string, Loss>();

  constructor(context: SlackReader) {
    this.context = context;
  }

  lose(code: LossCode, detail = ""): void {
    const short = detail.slice(0, LONGEST_DETAIL);
    this.#losses.set(`${code} ${short}`, { code, detail: short });
  }

  losses(): readonly Loss[] {
    return [...this.#losses.values()];
  }
}
