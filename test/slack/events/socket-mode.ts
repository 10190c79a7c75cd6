/** Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "zod";
import type { Milliseconds } from "../../../core/time.ts";
import type { SimulatedClock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import type { Attempt } from "./http-sender.ts";
import { WebSocketEnd } from "./web-socket.ts";

/** Why Slack asks to connect anew, or ends the connection. */
export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled";
export type EnvelopeType = "events_api" | "slash_commands" | "interactive";

const MOST_SOCKETS = 10;
const PING_EVERY: Milliseconds = 5_000;
/** How long Slack waits for an acknowledgement. */
const PATIENCE: Milliseconds = 3_000;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

interface Waiting {
  readonly socket: WebSocketEnd;
  readonly settle: (answer: { readonly payload: unknown } | "timeout") => void;
}

export class SocketMode {
  readonly #clock: SimulatedClock;
  readonly #faults: Faults;
  readonly #appId: string;
  readonly #tickets = new Set<string>();
  readonly #sockets = new Set<WebSocketEnd>();
  readonly #waiting = new Map<string, Waiting>();
  #turn = 0;

  constructor(appId: string, clock: SimulatedClock, faults: Faults) {
    this.#appId = appId;
    this.#clock = clock;
    this.#faults = faults;
  }

  /** How many sockets are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** The ticket for one connection, as apps.connections.open gives it. */
  ticket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Takes a connection that has such a ticket in its URL; cuts all others. */
  connect(request: IncomingMessage, stream: Duplex): void {
    const ticket = new URL(request.url ?? "", "http://localhost").searchParams.get("ticket") ?? "";
    const isWelcome = this.#tickets.delete(ticket) && !this.#faults.outage;
    if (!isWelcome || this.#sockets.size >= MOST_SOCKETS) {
      stream.destroy();
      return;
    }
    const socket = WebSocketEnd.accept(request, stream);
    if (socket === null) return;
    this.#sockets.add(socket);
    let calm = this.#clock.after(PING_EVERY, () => ping());
    const ping = (): void => {
      if (!this.#faults.silentSockets) socket.ping();
      calm = this.#clock.after(PING_EVERY, ping);
    };
    const life = this.#faults.socketLifeMs;
    const dies = life === null ? null : this.#clock.after(life, () => socket.cut());
    socket.onText = (text) => this.#acknowledged(text);
    socket.onClose = () => {
      calm();
      dies?.();
      this.#sockets.delete(socket);
      for (const [id, waiting] of this.#waiting) {
        if (waiting.socket === socket) this.#settle(id, "timeout");
      }
    };
    if (this.#faults.silentSockets) return;
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.size,
        debug_info: { host: "simulator", build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
  }

  /** Sends an envelope over one of the sockets. Resolves with the acknowledgement, or `timeout` where none comes in 3 s. */
  async send(
    type: EnvelopeType,
    payload: Readonly<Record<string, unknown>>,
    attempt: Attempt = { retry: 0, reason: null },
  ): Promise<{ readonly payload: unknown } | "timeout"> {
    const sockets = [...this.#sockets];
    this.#turn += 1;
    const socket = sockets[this.#turn % Math.max(1, sockets.length)];
    if (socket === undefined || !socket.isOpen) return "timeout";
    const id = `${randomBytes(4).toString("hex")}-${randomUUID().slice(9)}`;
    return new Promise((resolve) => {
      const calm = this.#clock.after(PATIENCE, () => this.#settle(id, "timeout"));
      const settle: Waiting["settle"] = (answer) => {
        calm();
        resolve(answer);
      };
      this.#waiting.set(id, { socket, settle });
      if (this.#faults.silentSockets) return;
      const retries =
        type === "events_api" ? { retry_attempt: attempt.retry, retry_reason: attempt.reason ?? "" } : {};
      socket.send(
        JSON.stringify({
          envelope_id: id,
          payload,
          type,
          ...retries,
          accepts_response_payload: type !== "events_api",
        }),
      );
    });
  }

  /** Tells every socket that it is to be replaced; one that is disabled is closed too. */
  disconnect(reason: DisconnectReason): void {
    for (const socket of this.#sockets) {
      socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "simulator" } }));
      if (reason !== "warning") socket.close();
    }
  }

  /** Cuts every socket without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  #acknowledged(text: string): void {
    const read = acknowledgement.safeParse(JSON.parse(text));
    if (read.success) this.#settle(read.data.envelope_id, { payload: read.data.payload });
  }

  #settle(id: string, answer: Parameters<Waiting["settle"]>[0]): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.settle(answer);
  }
}
