/** Lines of the gateway's own that people were told, so that nobody is told the same again and again. */
import { hash } from "node:crypto";
import type { Raw, Translated } from "../../core/bridge/inbound.ts";

const MOST_TOLD = 10_000;

export class ToldLines {
  /** For each line, what it was told upon. */
  readonly #told = new Map<string, string>();

  /**
   * Whether somebody was not told that upon anything else before; from now on he was. Upon the same it is news each time: what is made
   * of a raw may be thrown away, and made again later.
   */
  isNews({ to, text }: Extract<Translated, { kind: "reply" }>, { nativeKey, raw }: Raw): boolean {
    const line = `${to.native} ${text}`;
    const upon = nativeKey ?? hash("sha256", raw, "base64url");
    const told = this.#told.get(line);
    if (told !== undefined) return told === upon;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.set(line, upon);
    return true;
  }
}
