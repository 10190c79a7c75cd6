/**
 * The addresses at which Slack and its users reach this process. Accounts may share one: a request of Slack's is whose
 * signing secret has signed it and whose workspace it names; a link and what it leads to is whose secret stands in it.
 */
import fastify, { type FastifyInstance } from "fastify";
import type { Milliseconds } from "../../core/time.ts";
import { GatewayError } from "../../core/errors.ts";
import { avatarRoute, type OpenAvatar } from "../../core/media/avatar-route.ts";
import { type EventDoor, slackEvents } from "./events-route.ts";
import { type InstallDoor, installRoutes } from "./install-routes.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What one account takes at an address. */
export interface Door {
  readonly events: EventDoor | null;
  readonly installs: InstallDoor | null;
  /** The signing secret of an account that is to get its events here and is not connected; null: it is. */
  readonly waiting?: () => string | null;
  /** Gives the pictures that everybody may have; left out: it is asked for none. */
  readonly avatars?: OpenAvatar;
}

/** A request comes whole within this, or not at all: nobody holds a connection by sending slowly. */
const REQUEST_WITHIN_MS: Milliseconds = 15_000;
const CHECK_EVERY_MS: Milliseconds = 2_000;
const MOST_CONNECTIONS = 1_000;

interface Opened {
  readonly server: FastifyInstance;
  readonly doors: Set<Door>;
}

export class HttpListeners {
  readonly #opened = new Map<string, Opened>();
  #changing: Promise<unknown> = Promise.resolve();
  readonly #now: () => Milliseconds;
  readonly #requestWithin: Milliseconds;

  constructor(now: () => Milliseconds = () => Date.now(), requestWithin: Milliseconds = REQUEST_WITHIN_MS) {
    this.#now = now;
    this.#requestWithin = requestWithin;
  }

  /**
   * Lets an account's requests in, and resolves with what ends that. Rejects with config_invalid where the address can't
   * be had.
   */
  add(address: Address, door: Door): Promise<() => Promise<void>> {
    return this.#change(async () => {
      const name = `${address.host} ${address.port}`;
      const opened = this.#opened.get(name) ?? (await this.#open(address));
      this.#opened.set(name, opened);
      opened.doors.add(door);
      return () => this.#change(() => this.#remove(name, opened, door));
    });
  }

  async #open({ host, port }: Address): Promise<Opened> {
    const doors = new Set<Door>();
    const requestTimeout = this.#requestWithin;
    const connectionsCheckingInterval = Math.min(CHECK_EVERY_MS, requestTimeout);
    const server = fastify({
      requestTimeout,
      http: { headersTimeout: requestTimeout, connectionsCheckingInterval },
    });
    server.server.maxConnections = MOST_CONNECTIONS;
    const each = <Kind extends keyof Door>(kind: Kind) => [...doors].flatMap((door) => door[kind] ?? []);
    const waiting = () => each("waiting").flatMap((secret) => secret() ?? []);
    await server.register(slackEvents({ doors: () => each("events"), waiting, now: this.#now }));
    await server.register(installRoutes(() => each("installs")));
    avatarRoute(async (token) => (await each("avatars")[0]?.(token)) ?? null)(server);
    try {
      await server.listen({ host, port });
    } catch (cause) {
      throw new GatewayError("config_invalid", `${host}:${port} can't be listened on: change listen`, {
        cause,
      });
    }
    return { server, doors };
  }

  async #remove(name: string, { server, doors }: Opened, door: Door): Promise<void> {
    if (!doors.delete(door) || doors.size > 0) return;
    this.#opened.delete(name);
    await server.close();
  }

  /** One change after the other: an address is not opened while it is closed. */
  #change<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(act);
    this.#changing = done.catch(() => undefined);
    return done;
  }
}
