/** Writes a channel's mark now and then where only the gateway's own posts move it. */
import type { Milliseconds } from "../../core/time.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";

const EVERY_MS: Milliseconds = 5_000;

export class MarkWriter {
  readonly #write: () => Promise<void>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;

  constructor(write: () => Promise<void>, log: Logger) {
    this.#write = write;
    this.#log = log;
  }

  /** It is written soon, once for whatever moves it until then. A mark that is lost is written with the next. */
  moved(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write().catch((thrown: unknown) => {
        this.#log.debug({ err: asGatewayError(thrown) }, "a mark was not written");
      });
    }, EVERY_MS);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
