/** What goes on at a server, so that it can stop when nobody is cut off by it (docs/mtp.md, M140). */
import type { Server } from "node:http";
import type { Milliseconds } from "../../time.ts";

export class Traffic {
  #connections = 0;
  #requests = 0;
  #lingers = false;
  readonly #rest = Promise.withResolvers<void>();
  #waited = false;

  /** Counts from now on: to be made before the server listens. */
  constructor(server: Server) {
    server.on("connection", (socket) => {
      this.#connections += 1;
      socket.once("close", () => {
        this.#connections -= 1;
        this.#look();
      });
    });
    server.on("request", (_request, response) => {
      this.#requests += 1;
      response.once("close", () => {
        this.#requests -= 1;
        this.#look();
      });
    });
  }

  /**
   * Resolves once no connection is open, or no request is under way and this much time is over: whoever has a connection may
   * have sent one more request before he hears that it is the last.
   */
  async rest(lingerMs: Milliseconds): Promise<void> {
    this.#waited = true;
    this.#lingers = true;
    const timer = setTimeout(() => {
      this.#lingers = false;
      this.#look();
    }, lingerMs);
    this.#look();
    await this.#rest.promise;
    clearTimeout(timer);
  }

  #look(): void {
    if (!this.#waited) return;
    if (this.#connections === 0 || (this.#requests === 0 && !this.#lingers)) this.#rest.resolve();
  }
}
