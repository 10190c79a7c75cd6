/** The Events API over HTTP as Bolt's receiver: what comes to the account's address is taken in before it is answered. */
import type { Receiver } from "@slack/bolt";
import type { Address } from "../../core/http/shared-listeners.ts";
import type { EventDoor } from "./events-route.ts";
import type { HttpListeners } from "./http-listeners.ts";

export interface HttpReceiverOptions {
  readonly address: Address;
  readonly listeners: HttpListeners;
  readonly door: EventDoor;
}

export class HttpReceiver implements Receiver {
  readonly #options: HttpReceiverOptions;
  #leave: (() => Promise<void>) | null = null;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
  }

  init(): void {}

  /** Resolves when it listens. Rejects with config_invalid where the address can't be had. */
  async start(): Promise<void> {
    const { address, listeners, door } = this.#options;
    this.#leave = await listeners.add(address, { events: door, installs: null });
  }

  async stop(): Promise<void> {
    await this.#leave?.();
    this.#leave = null;
  }
}
