/**
 * A real XMPP client over TCP that does as little as it can, so that the bench measures what is measured and not its
 * client: it logs in (RFC 6120), joins rooms, says numbered messages and finds the numbers in what it receives by looking
 * for bodies in the text of the stream, without reading the rest.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { GatewayError } from "../../core/errors.ts";

export interface Login {
  readonly port: number;
  readonly domain: string;
  readonly name: string;
  readonly password: string;
}

/** `line`: which run of messages it belongs to; letters, digits and hyphens. `at`: by performance.now(). */
export type Heard = (line: string, number: number, at: number) => void;

const FILLER = "Shall we meet at the bridge at noon, or is that too early for the two of you? I bring tea.";
const BODY = /<body>([a-z0-9-]+):(\d+) /g;
const END = "</message>";
const PATIENCE_MS = 10_000;

export class LeanClient {
  readonly #socket: Socket;
  readonly #heard: Heard;
  #received = "";
  #outgoing = "";
  #due = false;
  #loggedIn = false;
  #closing = false;
  #waiting: { readonly text: string; readonly resolve: () => void } | null = null;

  private constructor(socket: Socket, heard: Heard) {
    this.#socket = socket;
    this.#heard = heard;
    // What is looked for is ASCII, and no character of a body is looked at.
    socket.setEncoding("latin1");
    socket.setNoDelay(true);
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", (error) => {
      // A server that is done with us need not wait for our last blank.
      if (!this.#closing) throw error;
    });
  }

  /** Resolves when logged in. `heard` is called for each message of the bench that comes, from whichever room. */
  static async connect(login: Login, heard: Heard): Promise<LeanClient> {
    const socket = connect(login.port, "127.0.0.1");
    await once(socket, "connect");
    const client = new LeanClient(socket, heard);
    await client.#ask(streamTo(login.domain), "</stream:features>");
    const plain = Buffer.from(`\0${login.name}\0${login.password}`).toString("base64");
    const auth = `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`;
    await client.#ask(auth, "<success");
    await client.#ask(streamTo(login.domain), "</stream:features>");
    const bind = `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>`;
    await client.#ask(`<iq type="set" id="bind">${bind}</iq>`, "</jid>");
    client.#loggedIn = true;
    return client;
  }

  /** Resolves when the room has let us in (status 110). */
  async join(room: string, nick: string): Promise<void> {
    const x = `<x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x>`;
    await this.#ask(`<presence to="${room}/${nick}">${x}</presence>`, "code='110'");
  }

  say(room: string, line: string, number: number): void {
    this.#outgoing += `<message to="${room}" type="groupchat" id="${line}-${number}"><body>${line}:${number} ${FILLER}</body></message>`;
    this.#flushSoon();
  }

  async close(): Promise<void> {
    this.#closing = true;
    const ended = once(this.#socket, "close");
    this.#socket.end("</stream:stream>");
    await ended;
  }

  /** Sends the text and resolves when what comes has the other text in it. */
  #ask(text: string, awaited: string): Promise<void> {
    this.#received = "";
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const detail = `a client of the bench waited in vain for ${awaited}; it was told ${this.#received}`;
        reject(new GatewayError("server_failed", detail));
      }, PATIENCE_MS);
      this.#waiting = {
        text: awaited,
        resolve: () => {
          clearTimeout(late);
          resolve();
        },
      };
      this.#socket.write(text);
    });
  }

  #read(text: string): void {
    const at = performance.now();
    this.#received += text;
    if (this.#waiting) this.#answer(this.#waiting);
    else this.#scan(at);
    // During login a blank could come before the beginning of a stream, where none may stand.
    if (this.#loggedIn) this.#flushSoon();
  }

  #answer(waiting: { readonly text: string; readonly resolve: () => void }): void {
    if (!this.#received.includes(waiting.text)) return;
    this.#waiting = null;
    this.#received = "";
    waiting.resolve();
  }

  /** Looks through the messages that have come whole, and keeps the rest. */
  #scan(at: number): void {
    const end = this.#received.lastIndexOf(END);
    if (end < 0) return;
    const whole = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + END.length);
    for (const [, line = "", number] of whole.matchAll(BODY)) this.#heard(line, Number(number), at);
  }

  /** Once for all that is said in one go. */
  #flushSoon(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      // A blank carries the acknowledgement that a server with Nagle's algorithm waits for.
      if (this.#socket.writable) this.#socket.write(this.#outgoing === "" ? " " : this.#outgoing);
      this.#outgoing = "";
    });
  }
}

function streamTo(domain: string): string {
  return `<stream:stream to="${domain}" version="1.0" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">`;
}
