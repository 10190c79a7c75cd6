/** Somebody who says numbered messages at a homeserver, each by one bare PUT (client-server API, 8.6.3), and nothing else. */
import type { MatrixQuery } from "../../deploy/clients/matrix-http.ts";
import { BareCalls } from "./bare-call.ts";
import { InOrder } from "./in-order.ts";
import { textOf } from "./matrix-job.ts";

export class MatrixVoice {
  readonly #url: string;
  readonly #query: string;
  readonly #calls: BareCalls;
  readonly #inOrder = new InOrder();

  /** `query`: goes with each call. */
  constructor(url: string, token: string, query: MatrixQuery) {
    this.#url = url;
    this.#calls = new BareCalls(token);
    const text = new URLSearchParams(query).toString();
    this.#query = text === "" ? "" : `?${text}`;
  }

  /** What is said in one room leaves when the last has its answer: homeservers order what comes at once as they like. */
  say(room: string, line: string, number: number): void {
    const body = JSON.stringify({ msgtype: "m.text", body: textOf(line, number), "m.mentions": {} });
    const at = `rooms/${encodeURIComponent(room)}/send/m.room.message/${line}-${number}`;
    const url = `${this.#url}/_matrix/client/v3/${at}${this.#query}`;
    this.#inOrder.add(room, () => this.#calls.call("PUT", url, body));
  }

  close(): void {
    this.#calls.close();
  }
}
