/** Slack's events, as fast as a receiver takes them: so many under way at once, each answer makes room for the next. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { SlackSimulator } from "../slack/simulator.ts";

export const EVENTS_PATH = "/slack/events";
const FILLER = "Shall we meet at the bridge at noon, or is that too early for the two of you? I bring tea.";

let events = 0;

/** The body of an event: somebody says something in the channel, later than everything before. */
export function messageEvent(simulator: SlackSimulator, channel: string): Readonly<Record<string, unknown>> {
  const { id: team } = simulator.workspace();
  events += 1;
  const number = String(events).padStart(6, "0");
  const now = Date.now();
  const seconds = Math.floor(now / 1_000);
  // Never before now: what was said before the channel was read is looked for in its history.
  const ts = `${(now / 1_000).toFixed(3)}${String(events % 1_000).padStart(3, "0")}`;
  const text = `${events} ${FILLER}`;
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  const event = {
    type: "message",
    user: "U0BOB",
    text,
    ts,
    client_msg_id: `bench-${number}`,
    blocks: [{ type: "rich_text", block_id: "b", elements: [section] }],
    team,
    channel,
    event_ts: ts,
    channel_type: "channel",
  };
  return {
    token: simulator.app.verificationToken,
    team_id: team,
    api_app_id: simulator.app.id,
    event,
    type: "event_callback",
    event_id: `EvBENCH${number}`,
    event_time: seconds,
    authorizations: [{ enterprise_id: null, team_id: team, user_id: "U0BOT0SIM", is_bot: true }],
    is_ext_shared_channel: false,
  };
}

/** Sends so many by HTTP, over so many connections. Resolves with the seconds; rejects where one is not taken. */
export async function sendByHttp(
  simulator: SlackSimulator,
  port: number,
  { channel, count, underWay }: Load,
): Promise<number> {
  const posters = await Promise.all(Array.from({ length: underWay }, () => Poster.connect(port)));
  const secret = simulator.app.signingSecret;
  const start = performance.now();
  let left = count;
  await Promise.all(
    posters.map(async (poster) => {
      while (left-- > 0) {
        const status = await poster.post(JSON.stringify(messageEvent(simulator, channel)), secret);
        if (status !== 200) throw new Error(`an event was answered with ${status}`);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  for (const poster of posters) poster.close();
  return seconds;
}

/** Sends so many over the sockets that are open. Resolves with the seconds; rejects where one is not taken. */
export async function sendBySocket(
  simulator: SlackSimulator,
  { channel, count, underWay }: Load,
): Promise<number> {
  const start = performance.now();
  let left = count;
  const line = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await simulator.events.sockets.send("events_api", messageEvent(simulator, channel));
      if (answer === "timeout") throw new Error("an event was not acknowledged");
    }
  };
  await Promise.all(Array.from({ length: underWay }, line));
  return (performance.now() - start) / 1_000;
}

export interface Load {
  readonly channel: string;
  readonly count: number;
  readonly underWay: number;
}

/** A connection that posts one after the other, and reads no more of an answer than where it ends. */
class Poster {
  readonly #socket: Socket;
  #received = "";
  #answered: (status: number) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("close", () => this.#answered(0));
  }

  static async connect(port: number): Promise<Poster> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Poster(socket);
  }

  /** Resolves with the status of the answer; 0: the connection has ended. */
  post(body: string, secret: string): Promise<number> {
    const seconds = Math.floor(Date.now() / 1_000);
    const signature = createHmac("sha256", secret).update(`v0:${seconds}:${body}`).digest("hex");
    const head = [
      `POST ${EVENTS_PATH} HTTP/1.1`,
      "host: 127.0.0.1",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-slack-request-timestamp: ${seconds}`,
      `x-slack-signature: v0=${signature}`,
    ].join("\r\n");
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(`${head}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = this.#received.slice(end + 4 + length);
    this.#answered(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0));
  }
}
