/** Addresses at which several accounts of a bridge take requests: one server an address, as long as somebody wants it. */
import type { FastifyInstance } from "fastify";
import { GatewayError } from "../errors.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Opened<Door> {
  readonly server: FastifyInstance;
  readonly doors: Set<Door>;
}

export class SharedListeners<Door> {
  readonly #opened = new Map<string, Opened<Door>>();
  readonly #serve: (doors: () => readonly Door[]) => Promise<FastifyInstance>;
  #changing: Promise<unknown> = Promise.resolve();

  /** `serve`: a server that does not listen yet, whose requests are for one of the doors that there are then. */
  constructor(serve: (doors: () => readonly Door[]) => Promise<FastifyInstance>) {
    this.#serve = serve;
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

  async #open({ host, port }: Address): Promise<Opened<Door>> {
    const doors = new Set<Door>();
    const server = await this.#serve(() => [...doors]);
    try {
      await server.listen({ host, port });
    } catch (cause) {
      await server.close();
      throw new GatewayError("config_invalid", `${host}:${port} can't be listened on: change listen`, {
        cause,
      });
    }
    return { server, doors };
  }

  async #remove(name: string, { server, doors }: Opened<Door>, door: Door): Promise<void> {
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
