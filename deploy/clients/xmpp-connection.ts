/** The connection of an XMPP client: logs in, sends, asks and is answered, and waits for what comes. */
import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import { client, xml } from "@xmpp/client";
import type { Client } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { Milliseconds } from "../../core/time.ts";
import type { Answer } from "./waits.ts";
import { Waits } from "./waits.ts";
import { attribute, stanzaError } from "./xmpp-messages.ts";

export interface XmppLogin {
  readonly domain: string;
  /** The server's port for clients on 127.0.0.1. */
  readonly port: number;
  readonly name: string;
  readonly password: string;
  /** Tells several connections of one account apart. By default the server chooses. */
  readonly resource?: string;
}

export abstract class XmppConnection {
  /** Bare JID. */
  readonly jid: string;
  /** Faults of the connection. */
  readonly errors: Error[] = [];
  readonly #client: Client;
  readonly #waits: Waits;
  readonly #readers = new Set<(stanza: Element) => void>();
  /** Ids of what we asked, until the answer came. */
  readonly #answers = new Map<string, Element | null>();
  /** Answers of type error by the id of what was refused. */
  readonly #refusals = new Map<string, Error>();

  protected constructor(login: XmppLogin) {
    this.jid = `${login.name}@${login.domain}`;
    this.#waits = new Waits(this.jid);
    this.#client = client({
      service: `xmpp://127.0.0.1:${login.port}`,
      domain: login.domain,
      ...(login.resource === undefined ? {} : { resource: login.resource }),
      // The library keeps PLAIN for encrypted streams, and its SCRAM takes most of a second.
      credentials: async (authenticate) =>
        authenticate({ username: login.name, password: login.password }, "PLAIN", xml("user-agent", {})),
    });
    this.#client.reconnect.stop();
    this.#client.on("stanza", (stanza) => this.#receive(stanza));
    this.#client.on("error", (error) => {
      this.errors.push(error);
    });
    this.#client.on("disconnect", () => this.#waits.fail(new Error(`${this.jid}: the connection has ended`)));
  }

  /** Resolves when logged in. */
  protected async logIn(): Promise<void> {
    await this.#client.start();
    this.#mendSocket();
    await this.#client.send(xml("presence"));
  }

  /** Ends the connection. Resolves also where the server has ended it before. */
  async disconnect(): Promise<void> {
    if (this.#client.status === "online") await this.#client.stop();
  }

  /** Resolves when it was sent. */
  async transmit(stanza: Element): Promise<void> {
    await this.#client.send(stanza);
  }

  /** Sends a stanza as it is written. Resolves when it was sent. */
  async transmitText(stanza: string): Promise<void> {
    await this.#client.write(stanza);
  }

  /** Sends an iq and resolves with its answer. The library has this too, in types that it breaks. */
  async request(type: "get" | "set", to: string, query: Element): Promise<Element> {
    const id = randomUUID();
    this.#answers.set(id, null);
    try {
      await this.transmit(xml("iq", { type, to, id }, query));
      return await this.waitFor(`an answer from ${to}`, () => this.refusalOf(id) ?? this.#answers.get(id));
    } finally {
      this.#answers.delete(id);
    }
  }

  /** The error that what was sent with this id was answered with; undefined: none came. */
  refusalOf(id: string): Error | undefined {
    return this.#refusals.get(id);
  }

  /** Gives it each message and presence that comes in and is no error. The function that it returns ends that. */
  onStanza(read: (stanza: Element) => void): () => void {
    this.#readers.add(read);
    return () => this.#readers.delete(read);
  }

  /**
   * Asks again after everything that comes in, and resolves with the first answer that is none of undefined, null
   * and false. `what` is what the error says was waited for when the time (30 s by default) is over.
   */
  async waitFor<T>(
    what: string,
    ask: () => Answer<T>,
    within?: Milliseconds,
  ): Promise<Exclude<T, Error | undefined | null | false>> {
    return this.#waits.until(what, ask, within);
  }

  /**
   * What follows within 40 ms on a stream in both directions waits for a delayed TCP acknowledgement when the
   * server leaves Nagle's algorithm on: a blank after each read carries it, and is nothing to XMPP.
   */
  #mendSocket(): void {
    const { socket } = this.#client;
    if (!(socket instanceof Socket)) throw new Error("an XMPP client on plain TCP has a socket");
    socket.setNoDelay(true);
    // The library reads each packet by itself, and so breaks a character that two packets share.
    socket.setEncoding("utf8");
    socket.on("data", () => {
      if (this.#client.status === "online" && socket.writable) socket.write(" ");
    });
  }

  #receive(stanza: Element): void {
    const id = attribute(stanza, "id");
    if (attribute(stanza, "type") === "error") {
      if (id !== null) this.#refusals.set(id, stanzaError(stanza, this.jid));
    } else if (!stanza.is("iq")) {
      for (const read of this.#readers) read(stanza);
    } else if (id !== null && this.#answers.has(id)) this.#answers.set(id, stanza);
    this.#waits.check();
  }
}
