/** The floor of the latency: a ghost that says a message by one bare PUT, as the gateway does, and nothing else. */
import { Agent, request } from "node:http";
import { MatrixHttp } from "../../deploy/clients/matrix-http.ts";
import { AS_TOKEN } from "./matrix-children.ts";
import { textOf } from "./matrix-job.ts";

const DEVICE = "BENCH";

export class MatrixGhost {
  readonly #url: string;
  readonly #room: string;
  readonly #query: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(url: string, room: string, id: string) {
    this.#url = url;
    this.#room = encodeURIComponent(room);
    this.#query = new URLSearchParams({
      user_id: id,
      device_id: DEVICE,
      "org.matrix.msc3202.device_id": DEVICE,
    }).toString();
  }

  /** Resolves when it is in the room, which is open to all. */
  static async enter(url: string, serverName: string, room: string): Promise<MatrixGhost> {
    const http = new MatrixHttp(url, AS_TOKEN);
    const username = "_mimi_bare";
    const as = { user_id: `@${username}:${serverName}` };
    const type = "m.login.application_service";
    await http.call("POST", "/v3/register", { type, username, inhibit_login: true });
    await http.call("PUT", `/v3/devices/${DEVICE}`, {}, as);
    await http.call("POST", `/v3/rooms/${encodeURIComponent(room)}/join`, {}, as);
    return new MatrixGhost(url, room, as.user_id);
  }

  /** The answer is not waited for: whether it arrives is seen elsewhere. */
  say(line: string, number: number): void {
    const body = JSON.stringify({ msgtype: "m.text", body: textOf(line, number), "m.mentions": {} });
    const at = `rooms/${this.#room}/send/m.room.message/${line}-${number}`;
    request(`${this.#url}/_matrix/client/v3/${at}?${this.#query}`, {
      method: "PUT",
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${AS_TOKEN}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
    })
      .on("response", (answer) => answer.resume())
      .end(body);
  }

  close(): void {
    this.#agent.destroy();
  }
}
