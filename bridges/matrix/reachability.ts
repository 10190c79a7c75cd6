/** Whether the homeserver answers, as the outcome of each call says, and when it does again. */
import type { Milliseconds } from "../../core/time.ts";
import type { Health } from "../../core/bridge/room.ts";
import type { Logger } from "../../core/log.ts";
import type { Reach } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

/** How often a homeserver that is away is asked whether it is back. */
const ASK_AGAIN_MS: Milliseconds = 2_000;

export interface ReachabilityOptions {
  /** Makes a call whose outcome is told here. Never rejects. */
  readonly ask: () => Promise<void>;
  /** It answers again. */
  readonly back: () => void;
  readonly log: Logger;
}

export class Reachability implements Reach {
  readonly #options: ReachabilityOptions;
  #health: Health = { state: "down", since: Date.now(), reason: null };
  #asking: NodeJS.Timeout | null = null;
  #running = false;
  /** Whether it is being asked if it is there after all. */
  #confirming = false;

  constructor(options: ReachabilityOptions) {
    this.#options = options;
  }

  get health(): Health {
    return this.#health;
  }

  /** Whether the homeserver did not answer when it was asked last. */
  get away(): boolean {
    return this.#running && this.#health.state === "down";
  }

  begin(): void {
    this.#running = true;
    this.#set("connecting", null);
  }

  /** What calls that were under way say does not count any more. */
  end(): void {
    this.#running = false;
    if (this.#asking) clearTimeout(this.#asking);
    this.#asking = null;
    this.#set("down", "stopped");
  }

  answered(): void {
    if (!this.#running || this.#health.state === "up") return;
    const back = this.#health.state === "down";
    this.#set("up", null);
    this.#options.log.info("the homeserver answers");
    if (back) this.#options.back();
  }

  /** One lost answer is no outage, after which much would have to be read again: it is asked at once whether it is one. */
  unanswered(thrown: unknown): void {
    if (!this.#running) return;
    if (this.#health.state === "up" && !this.#confirming) {
      this.#confirming = true;
      void this.#options.ask().finally(() => {
        this.#confirming = false;
      });
      return;
    }
    if (this.#health.state !== "down")
      this.#options.log.warn({ err: thrown }, "the homeserver does not answer");
    this.#set("down", asGatewayFault(thrown, "a request").detail);
    this.#asking ??= setTimeout(() => {
      this.#asking = null;
      void this.#options.ask();
    }, ASK_AGAIN_MS);
  }

  #set(state: Health["state"], reason: string | null): void {
    const since = this.#health.state === state ? this.#health.since : Date.now();
    this.#health = state === "up" ? { state, since } : { state, since, reason };
  }
}
