/**
 * The server's end of a component's stream (XEP-0114), byte by byte: it shakes hands like a real one, and then
 * does whatever a test says, also what no server should.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

const HEADER = /<stream:stream [^>]*>/;
const HANDSHAKE = /<handshake>([0-9a-f]*)<\/handshake>/;

/** One connection, with its handshake done. */
export class ScriptedConnection {
  readonly socket: Socket;
  /** All that came after the handshake. */
  received = "";
  /** How many reads that took: at least as many as the packets that were written at once. */
  reads = 0;
  /** Whether the end of the stream is answered in kind, as it must be. */
  answersEnd = true;
  readonly closed: Promise<void>;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (text: string) => {
      this.received += text;
      this.reads += 1;
      if (this.answersEnd && this.received.endsWith("</stream:stream>")) socket.end("</stream:stream>");
      for (const check of this.#waiting) check();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        resolve();
        for (const check of this.#waiting) check();
      });
    });
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Resolves to the match once what was received matches. Rejects where the connection closes before that. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const check = () => {
      const match = pattern.exec(this.received);
      if (match !== null) resolve(match);
      else if (this.socket.destroyed) reject(new Error(`closed without ${pattern}: ${this.received}`));
    };
    this.#waiting.add(check);
    check();
    try {
      return await promise;
    } finally {
      this.#waiting.delete(check);
    }
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.socket.resetAndDestroy();
  }
}

export class ScriptedComponentServer {
  readonly port: number;
  /** Answers every handshake from now on with this stream error instead; null: shakes hands. */
  refusal: string | null = null;
  /** Written in the same packet as the end of the handshake. */
  greeting = "";
  /** Every connection made, by the time at which it came. */
  readonly arrivals: number[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ready: ScriptedConnection[] = [];
  readonly #takers: ((connection: ScriptedConnection) => void)[] = [];

  private constructor(server: Server, secret: string) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => {
      this.arrivals.push(performance.now());
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => this.#sockets.delete(socket));
      this.#shakeHands(socket, secret);
    });
  }

  static async listen(secret = "secret", port = 0): Promise<ScriptedComponentServer> {
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new ScriptedComponentServer(server, secret);
  }

  get service(): string {
    return `xmpp://127.0.0.1:${this.port}`;
  }

  /** The next connection whose handshake was right, or one that already waits. */
  next(): Promise<ScriptedConnection> {
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #shakeHands(socket: Socket, secret: string): void {
    const id = "scripted-1";
    let text = "";
    let opened = false;
    socket.setEncoding("utf8");
    const read = (chunk: string) => {
      text += chunk;
      if (!opened && HEADER.test(text)) {
        opened = true;
        socket.write(
          "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " +
            `xmlns:stream='http://etherx.jabber.org/streams' from='gw.test' id='${id}'>`,
        );
      }
      const digest = HANDSHAKE.exec(text)?.[1];
      if (digest === undefined) return;
      socket.off("data", read);
      const right = digest === createHash("sha1").update(`${id}${secret}`).digest("hex");
      const refusal = this.refusal ?? (right ? null : "not-authorized");
      if (refusal === null) {
        const connection = new ScriptedConnection(socket);
        socket.write(`<handshake/>${this.greeting}`);
        const taker = this.#takers.shift();
        if (taker === undefined) this.#ready.push(connection);
        else taker(connection);
      } else {
        socket.end(
          `<stream:error><${refusal} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
        );
      }
    };
    socket.on("data", read);
  }
}
