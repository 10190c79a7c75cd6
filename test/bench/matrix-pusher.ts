/** The side of a stand-in homeserver that pushes events to an application service, as homeservers do: one transaction at a time. */
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** As many as Synapse puts into one. */
export const MOST_EVENTS = 100;
const AGAIN_AFTER_MS = 500;

export class MatrixPusher {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** By which transactions are numbered, one after the other. */
  #transactions = 0;
  #events: string[] = [];
  #running: Promise<void> | null = null;
  /** Events in a transaction, at most. */
  most = MOST_EVENTS;

  /** `url`: of the application service. */
  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Has an event (JSON) pushed after all that came before it. */
  push(event: string): void {
    this.#events.push(event);
    this.#running ??= this.#run();
  }

  /** Resolves when all that was pushed has its 200. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is pushed in one go shares its transactions.
    await Promise.resolve();
    let at = 0;
    while (at < this.#events.length) {
      const events = this.#events.slice(at, at + this.most);
      at += events.length;
      this.#transactions += 1;
      const body = `{"events":[${events.join(",")}]}`;
      while (!(await this.#put(String(this.#transactions), body))) await delay(AGAIN_AFTER_MS);
    }
    this.#events = [];
    this.#running = null;
  }

  /** Whether it was answered with 200. */
  #put(id: string, body: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const put = request(`${this.#url}/_matrix/app/v1/transactions/${id}`, {
      method: "PUT",
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${this.#token}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    });
    put.on("response", (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode === 200));
    });
    put.on("error", () => resolve(false));
    put.end(body);
    return promise;
  }
}
