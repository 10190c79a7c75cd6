/** Whether an account's platform answers, end to end, by what its bridge says and by pings. */
import type { Health } from "../bridge/room.ts";
import { asGatewayError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { Milliseconds } from "../time.ts";

/** How an account is seen from this process. */
export type Seen =
  | { readonly kind: "here"; readonly health: Health }
  /** Another process serves it, and watches it. */
  | { readonly kind: "elsewhere" }
  /** Nobody serves it. */
  | { readonly kind: "nowhere"; readonly why: string };

/** `waiting`: it has given no sign, and not for long. */
export type AccountVerdict =
  | { readonly state: "well" | "waiting" | "elsewhere" }
  | { readonly state: "silent"; readonly since: Milliseconds; readonly why: string };

export interface AccountWatchOptions {
  /** Asks the platform for a sign of life; null: it can't be asked, and the connection alone counts. */
  readonly ping: (() => Promise<void>) | null;
  readonly limits: Pick<Limits, "pingEveryMs" | "accountSilentMs">;
  readonly now: () => Milliseconds;
}

interface Ping {
  readonly askedAt: Milliseconds;
  settled: boolean;
}

export class AccountWatch {
  readonly #options: AccountWatchOptions;
  /** When it last gave a sign of life, or the watch began. */
  #wellAt: Milliseconds;
  /** Whether that was a sign. */
  #hasSign = false;
  #connected = false;
  #ping: Ping | null = null;
  #fault: string | null = null;
  #answeredAt: Milliseconds | null = null;
  #tripMs: Milliseconds | null = null;

  constructor(options: AccountWatchOptions) {
    this.#options = options;
    this.#wellAt = options.now();
  }

  /** When a ping was last answered; null: none was. */
  get answeredAt(): Milliseconds | null {
    return this.#answeredAt;
  }

  /** How long the last answer to a ping took; null: there was none. */
  get tripMs(): Milliseconds | null {
    return this.#tripMs;
  }

  /** Begins anew: nobody was watching for a while. */
  begin(): void {
    this.#wellAt = this.#options.now();
    this.#hasSign = false;
  }

  /** To be called every few seconds. It may ask the platform, whose answer is known at a later call. */
  look(seen: Seen): AccountVerdict {
    this.#connected = seen.kind === "here" && seen.health.state === "up";
    if (seen.kind === "elsewhere") {
      this.begin();
      return { state: "elsewhere" };
    }
    if (this.#connected) this.#ask();
    const { now, limits } = this.#options;
    if (now() - this.#wellAt < limits.accountSilentMs)
      return { state: this.#connected && this.#hasSign ? "well" : "waiting" };
    return { state: "silent", since: this.#wellAt, why: this.#why(seen) };
  }

  #ask(): void {
    const { ping, now, limits } = this.#options;
    if (ping === null) {
      this.#sign();
      return;
    }
    const at = now();
    const last = this.#ping;
    // One that is not answered is asked again only when it would not count any more.
    if (last && at - last.askedAt < (last.settled ? limits.pingEveryMs : limits.accountSilentMs)) return;
    const asked: Ping = { askedAt: at, settled: false };
    this.#ping = asked;
    void ping()
      .then(
        () => {
          this.#answeredAt = now();
          this.#tripMs = this.#answeredAt - at;
          // A connection that was lost meanwhile is none, whatever came on it.
          if (this.#connected) this.#sign();
        },
        (thrown: unknown) => {
          this.#fault = asGatewayError(thrown).message;
        },
      )
      .finally(() => {
        asked.settled = true;
      });
  }

  #sign(): void {
    this.#wellAt = this.#options.now();
    this.#hasSign = true;
    this.#fault = null;
  }

  #why(seen: Exclude<Seen, { kind: "elsewhere" }>): string {
    if (seen.kind === "nowhere") return seen.why;
    const { health } = seen;
    const reason = health.state === "up" ? this.#fault : health.reason;
    return reason ?? "its platform does not answer";
  }
}
