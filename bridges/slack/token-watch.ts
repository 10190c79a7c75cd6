/** Notices that Slack takes the account's token no more, and asks from time to time whether it does again. */
import type { Milliseconds } from "../../core/time.ts";
import type { GatewayError } from "../../core/errors.ts";

const ASK_EVERY_MS: Milliseconds = 60_000;

export interface TokenWatchOptions {
  /** Makes a call that only a good token may make. */
  readonly ask: () => Promise<unknown>;
  /** Called at each refusal whose cause is a new one. */
  readonly refused: (error: GatewayError) => void;
  /** A call was taken after calls had been refused. */
  readonly restored: () => void;
  readonly everyMs?: Milliseconds;
}

export class TokenWatch {
  readonly #options: TokenWatchOptions;
  #refusal: GatewayError | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Why calls are refused; null: they are not. */
  get refusal(): GatewayError | null {
    return this.#refusal;
  }

  /** Slack has refused the token. */
  refused(error: GatewayError): void {
    if (this.#isStopped) return;
    const known = this.#refusal?.message === error.message;
    this.#refusal = error;
    this.#timer ??= setTimeout(() => this.#ask(), this.#options.everyMs ?? ASK_EVERY_MS);
    if (!known) this.#options.refused(error);
  }

  /** Slack has taken the token. */
  worked(): void {
    if (this.#refusal === null) return;
    this.#refusal = null;
    this.#calm();
    this.#options.restored();
  }

  /** Asks at once: there is word that the token is good no more. What comes of it is noticed by whoever makes the call. */
  look(): void {
    if (!this.#isStopped) this.#options.ask().catch(() => undefined);
  }

  stop(): void {
    this.#isStopped = true;
    this.#calm();
  }

  #ask(): void {
    this.#timer = null;
    this.#options.ask().catch(() => {
      // Refused or not answered: it is asked again.
      if (!this.#isStopped && this.#refusal !== null)
        this.#timer ??= setTimeout(() => this.#ask(), this.#options.everyMs ?? ASK_EVERY_MS);
    });
  }

  #calm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
