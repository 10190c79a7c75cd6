/** Lines of the gateway's own that people were told, so that nobody is told the same again and again. */
import type { Translated } from "../../core/bridge/inbound.ts";

const MOST_TOLD = 10_000;

export class ToldLines {
  readonly #told = new Set<string>();

  /** Whether somebody was not told that before; from now on he was. */
  isNews({ to, text }: Extract<Translated, { kind: "reply" }>): boolean {
    const line = `${to.native} ${text}`;
    if (this.#told.has(line)) return false;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(line);
    return true;
  }
}
