/**
 * Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode) over two sockets that were opened at different
 * times: while Slack renews one, the other gets what is said. What is not acknowledged comes again.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Receiver } from "@slack/bolt";
import type { Milliseconds } from "../../core/time.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Deliver } from "./envelope.ts";
import { asGatewayFault } from "./refusal.ts";
import { received, SocketClient } from "./socket-client.ts";

const SOCKETS = 2;
const STAGGER_MS: Milliseconds = 15_000;
/** Slack greets at once; a socket that it does not greet is a dead one. */
const GREETED_WITHIN_MS: Milliseconds = 15_000;
const TRY_AGAIN_FIRST_MS: Milliseconds = 250;
const TRY_AGAIN_MOST_MS: Milliseconds = 30_000;
const GOODBYE_WITHIN_MS: Milliseconds = 500;
/** A socket that lived as long as this was a good one. */
const STABLE_MS: Milliseconds = 10_000;
/** One that ended before this is not opened again at once. */
const SHORT_LIVED_MS: Milliseconds = 500;

export interface SocketReceiverOptions {
  readonly appToken: string;
  readonly api: string;
  readonly deliver: Deliver;
  readonly log: Logger;
  /** A socket is there again after there was none: what came meanwhile may be lost. */
  readonly online: () => void;
  /** There is no socket any more, and why. */
  readonly offline: (error: GatewayError) => void;
}

export class SocketReceiver implements Receiver {
  readonly #options: SocketReceiverOptions;
  readonly #open = new Set<SocketClient>();
  readonly #first = Promise.withResolvers<void>();
  /** A token that was good before may be so again: only before that a refusal tells a mistake. */
  #wasOpen = false;
  #ending: AbortController | null = null;
  #loops: readonly Promise<void>[] = [];

  constructor(options: SocketReceiverOptions) {
    this.#options = options;
    this.#first.promise.catch(() => undefined);
  }

  init(): void {}

  /** How many sockets are open, of how many that are to be. */
  get sockets(): { readonly open: number; readonly wanted: number } {
    return { open: this.#open.size, wanted: SOCKETS };
  }

  /** Resolves when the first socket is open, however long that takes. Rejects with account_refused for a bad token. */
  start(): Promise<void> {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    this.#loops = Array.from({ length: SOCKETS }, (_, i) => this.#keepOpen(i * STAGGER_MS, signal));
    return this.#first.promise;
  }

  async stop(): Promise<void> {
    this.#ending?.abort();
    this.#first.reject(new GatewayError("account_down", "stopped"));
    await Promise.all(this.#loops);
  }

  /** Closes all sockets, which are opened again: they are silent although something should have come. */
  renew(): void {
    for (const client of this.#open) void shut(client);
  }

  async #keepOpen(after: Milliseconds, signal: AbortSignal): Promise<void> {
    let wait = after;
    let next = TRY_AGAIN_FIRST_MS;
    for (;;) {
      await pause(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const since = performance.now();
      const error = await this.#connection(signal);
      if (error?.code === "account_refused" && !this.#wasOpen) {
        this.#first.reject(error);
        return;
      }
      const lived = performance.now() - since;
      if (lived > STABLE_MS) next = TRY_AGAIN_FIRST_MS;
      const renewed = error === null && lived > SHORT_LIVED_MS;
      wait = renewed ? 0 : next * (0.5 + Math.random());
      if (!renewed) next = Math.min(next * 2, TRY_AGAIN_MOST_MS);
      if (!signal.aborted && this.#open.size === 0)
        this.#options.offline(error ?? new GatewayError("account_down", "Slack has closed the sockets"));
    }
  }

  /** One socket from its opening to its end; null: it was open, and Slack has ended it. */
  async #connection(signal: AbortSignal): Promise<GatewayError | null> {
    const { appToken, api } = this.#options;
    const client = new SocketClient(appToken, api);
    const ended = Promise.withResolvers<void>();
    client.on("disconnected", () => ended.resolve());
    // Slack may say something with its greeting: it is taken when the socket counts as open.
    const opened = Promise.withResolvers<void>();
    client.on("slack_event", (event: unknown) => void opened.promise.then(() => this.#take(event)));
    const close = () => void shut(client).then(ended.resolve);
    signal.addEventListener("abort", close, { once: true });
    try {
      await greeted(client);
      if (signal.aborted) close();
      else this.#opened(client);
      opened.resolve();
      await ended.promise;
      return null;
    } catch (thrown) {
      return asGatewayFault(thrown, "apps.connections.open");
    } finally {
      signal.removeEventListener("abort", close);
      this.#open.delete(client);
    }
  }

  #opened(client: SocketClient): void {
    this.#open.add(client);
    this.#wasOpen = true;
    if (this.#open.size === 1) this.#options.online();
    this.#first.resolve();
  }

  async #take(event: unknown): Promise<void> {
    const { deliver, log } = this.#options;
    try {
      const { ack, body } = received.parse(event);
      const answer = await deliver(body);
      await ack(typeof answer === "object" && answer !== null ? { ...answer } : undefined);
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "what came by a socket was not taken in; it comes again");
    }
  }
}

/** Closes the socket; where Slack does not say goodbye in time, without it, which the library does at the second call. */
async function shut(client: SocketClient): Promise<void> {
  const over = new AbortController();
  const late = pause(GOODBYE_WITHIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([client.disconnect(), late]);
  over.abort();
  void client.disconnect();
}

/** Opens the socket. Rejects where Slack refuses, or does not greet. */
async function greeted(client: SocketClient): Promise<void> {
  const over = new AbortController();
  const late = pause(GREETED_WITHIN_MS, undefined, { signal: over.signal }).then(() => {
    throw new GatewayError("request_timeout", "Slack did not greet the socket");
  });
  late.catch(() => undefined);
  const started = client.start().catch((thrown: unknown) => {
    if (thrown instanceof Error) throw thrown;
    throw new GatewayError("account_down", "Slack closed the socket before it greeted");
  });
  started.catch(() => undefined);
  try {
    await Promise.race([started, late]);
  } catch (thrown) {
    void shut(client);
    throw thrown;
  } finally {
    over.abort();
  }
}
