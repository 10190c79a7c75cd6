/** A call of an HTTP API that does no more than has to be done: JSON there, and its answer. */
import { Agent, type IncomingMessage, request } from "node:http";
import { text as textFrom } from "node:stream/consumers";

/** Calls of one client, over connections that stay. */
export class BareCalls {
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(token: string) {
    this.#token = token;
  }

  /** Resolves with the answer's body where its status is 200. */
  async call(method: "PUT" | "POST", url: string, body: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request(url, {
      method,
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${this.#token}`,
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(body),
      },
    })
      .on("response", resolve)
      .on("error", reject)
      .end(body);
    const answer = await promise;
    const told = await textFrom(answer);
    if (answer.statusCode !== 200) throw new Error(`a call of the bench was refused: ${told}`);
    return told;
  }

  close(): void {
    this.#agent.destroy();
  }
}
