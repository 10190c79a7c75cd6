/** The stream of an external component (XEP-0114): kept up over every fault, with requests and their answers. */
import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { GatewayError } from "../../core/errors.ts";
import { Backoff } from "./stream-backoff.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { ConnectionSettings } from "./stream-connection.ts";
import { streamLimits } from "./stream-limits.ts";
import type { StreamLimits } from "./stream-limits.ts";
import { PendingRequests } from "./stream-requests.ts";
import { attribute } from "./xml.ts";
import type { Element } from "./xml.ts";

export { StanzaError } from "./stream-stanza-error.ts";

export interface StreamOptions {
  /** `xmpp://HOST:PORT` of the server's component port. */
  readonly service: string;
  /** The component's own domain. */
  readonly domain: string;
  /** The secret shared with the server: ASCII, since nothing says how other characters are to be hashed. */
  readonly password: string;
  /**
   * Who is asked for a sign of life; by default the component's own domain, which the server sends back to us
   * or answers itself.
   */
  readonly pingTo?: string;
  readonly limits?: Partial<StreamLimits>;
}

/** None of these may throw; where `stanza` does, the connection is dropped so that nothing overtakes the stanza. */
export interface StreamEvents {
  /** Every stanza but answers to `request`, in the order of the stream. */
  stanza(element: Element): void;
  online(): void;
  /** A connection was lost or a try failed, and why, each time; null once, after `stop`. */
  offline(error: GatewayError | null): void;
}

export class ComponentStream {
  readonly #settings: ConnectionSettings;
  readonly #events: StreamEvents;
  readonly #requests = new PendingRequests();
  readonly #backoff: Backoff;
  readonly #firstOnline = Promise.withResolvers<void>();
  #connection: StreamConnection | null = null;
  #retry: NodeJS.Timeout | undefined;
  #onlineSince: number | null = null;
  #paused = false;
  #state: "new" | "started" | "held" | "stopped" = "new";
  #stopping: Promise<void> | null = null;

  /** Throws GatewayError config_invalid for an address or a secret that cannot work. */
  constructor(options: StreamOptions, events: StreamEvents) {
    const limits = { ...streamLimits, ...options.limits };
    this.#settings = {
      service: options.service,
      domain: options.domain,
      password: options.password,
      pingTo: options.pingTo ?? options.domain,
      limits,
    };
    this.#events = events;
    this.#backoff = new Backoff(limits.retryFirstMs, limits.retryMostMs);
    checkService(options.service);
    if (!/^[\x20-\x7e]+$/.test(options.password)) {
      throw new GatewayError(
        "config_invalid",
        `the secret of the component ${options.domain} must be printable ASCII and not empty`,
      );
    }
    // Whoever never calls start must not be hit by its rejection.
    this.#firstOnline.promise.catch(() => undefined);
  }

  get online(): boolean {
    return this.#connection?.online ?? false;
  }

  /**
   * Resolves at the first handshake, however many tries that takes. Rejects with account_refused where the
   * server does not take the secret, after which no more is tried, and with account_down where `stop` comes first.
   */
  start(): Promise<void> {
    if (this.#state === "new") {
      this.#state = "started";
      this.#connect();
    }
    return this.#firstOnline.promise;
  }

  /** Ends the stream in order, in bounded time and for good. Requests under way reject with account_down. */
  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  /** Writes the stanza; without a `from` it comes from the component. Throws account_down while not online. */
  send(stanza: Element): void {
    if (this.#connection?.online !== true) throw this.#down();
    stanza.attrs["from"] ??= this.#settings.domain;
    this.#connection.send(stanza);
  }

  /**
   * Sends an iq of type get or set, whose id is set here, and resolves to the result. Only the addressee can
   * answer. Rejects with StanzaError (an answer of type error), request_timeout or account_down; after the last
   * two the request may have taken effect.
   */
  async request(iq: Element, timeoutMs: number = this.#settings.limits.requestMs): Promise<Element> {
    const id = randomBytes(16).toString("hex");
    iq.attrs["id"] = id;
    this.send(iq);
    return this.#requests.wait(id, attribute(iq, "to") ?? this.#settings.domain, timeoutMs);
  }

  /** Stops reading, over reconnections too. What was read already still comes, at most some 64 KiB. */
  pause(): void {
    this.#paused = true;
    if (this.online) this.#connection?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#connection?.resume();
  }

  /** Drops the connection and connects again after a wait. Does nothing while there is none. */
  reconnect(reason: string): void {
    this.#connection?.drop(new GatewayError("account_down", `the connection was given up: ${reason}`));
  }

  #connect(): void {
    this.#connection = new StreamConnection(this.#settings, {
      online: () => {
        this.#onlineSince = performance.now();
        this.#state = "held";
        if (this.#paused) this.#connection?.pause();
        this.#firstOnline.resolve();
        this.#events.online();
      },
      stanza: (element) => {
        if (!this.#requests.settle(element)) this.#events.stanza(element);
      },
      ended: (error) => {
        this.#ended(error);
      },
    });
  }

  #ended(error: GatewayError | null): void {
    this.#connection = null;
    const { stableMs } = this.#settings.limits;
    if (this.#onlineSince !== null && performance.now() - this.#onlineSince >= stableMs)
      this.#backoff.reset();
    this.#onlineSince = null;
    this.#requests.rejectAll(this.#down(error));
    if (this.#state === "stopped" || error === null) return;
    if (error.code === "account_refused" && this.#state === "started") {
      this.#state = "stopped";
      this.#firstOnline.reject(error);
    } else {
      this.#retry = setTimeout(() => {
        this.#connect();
      }, this.#backoff.next());
    }
    this.#events.offline(error);
  }

  async #shutDown(): Promise<void> {
    const running = this.#state === "started" || this.#state === "held";
    this.#state = "stopped";
    clearTimeout(this.#retry);
    this.#firstOnline.reject(this.#down());
    this.#requests.rejectAll(this.#down());
    await this.#connection?.close();
    if (running) this.#events.offline(null);
  }

  #down(cause: GatewayError | null = null): GatewayError {
    const detail = `the stream of ${this.#settings.domain} is down`;
    return cause === null
      ? new GatewayError("account_down", detail)
      : new GatewayError("account_down", `${detail}: ${cause.detail}`, { cause });
  }
}

function checkService(service: string): void {
  const url = URL.canParse(service) ? new URL(service) : null;
  if (url?.protocol !== "xmpp:" || url.hostname === "") {
    throw new GatewayError(
      "config_invalid",
      `${JSON.stringify(service)} is not the address of a component port: write xmpp://HOST:PORT`,
    );
  }
}
