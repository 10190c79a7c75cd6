/** Requests to a gateway's door, signed by whom one likes and sent as one likes. */
import { createPublicKey } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { publicKeyText } from "../../../../core/federation/wire/public-key.ts";
import { type RequestSigner, signRequest } from "../../../../core/federation/wire/signature.ts";
import type { BindingRow } from "../../../../core/store/units/bindings.ts";
import type { PeerFacts } from "../../../../core/store/units/peer-facts.ts";
import type { ProviderDomain } from "../../../../mappings/ids.ts";
import { domain, newSigner, type RawAnswer } from "../two-gateways.ts";

/** Somebody who makes requests. */
export interface Party {
  readonly as: ProviderDomain;
  readonly signer: RequestSigner;
}

export const party = (base: string): Party => ({ as: domain(base), signer: newSigner() });

/** The public key as it travels. */
export const publicOf = ({ key }: RequestSigner): string => publicKeyText(createPublicKey(key));

/** The same as a peer's well-known has it. */
export const keyOf = ({ signer }: Party): PeerFacts["keys"][number] => ({
  kid: signer.kid,
  public: publicOf(signer),
  notBefore: 0,
  expires: null,
});

export interface AskedOf {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
  readonly as?: ProviderDomain;
  /** Added to those of the signature, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class Door {
  readonly clock: { now: number };
  readonly endpoint: string;
  readonly port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(port: number, clock: { now: number }) {
    this.port = port;
    this.clock = clock;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  /** Ends connections that were kept. */
  leave(): void {
    this.#agent.destroy();
  }

  /** A request as the party signs it, sent over connections that are kept. */
  ask(by: Party | null, asked: AskedOf, agent: Agent | false = this.#agent): Promise<RawAnswer> {
    return this.send(
      asked.method ?? (asked.body === undefined ? "GET" : "POST"),
      asked.path,
      this.headersOf(by, asked),
      asked.body ?? "",
      agent,
    );
  }

  /** The headers of a signed request; those of its connection alone where nobody signs. */
  headersOf(by: Party | null, { method, path, body, type = "application/json", as, headers }: AskedOf) {
    const octets = body === undefined ? null : { octets: Buffer.from(body), type };
    const verb = method ?? (body === undefined ? "GET" : "POST");
    const signed =
      by === null
        ? { ...(octets && { "content-type": type }) }
        : signRequest(
            { method: verb, url: this.endpoint + path, as: as ?? by.as, body: octets },
            by.signer,
            this.clock.now,
          );
    return { ...signed, ...headers };
  }

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    agent: Agent | false = this.#agent,
  ): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = httpRequest(this.endpoint, { method, path, agent, headers: { ...length, ...headers } });
    request.on("error", reject);
    request.on("response", (answer) => {
      text(answer)
        .then((read) => {
          const isProblem = read !== "" && answer.headers["content-type"] === "application/problem+json";
          const problem = (isProblem ? JSON.parse(read) : {}) as Record<string, unknown>;
          const { statusCode: status = 0, headers: given } = answer;
          resolve({ status, headers: given, text: read, problem, code: problem["code"] });
        })
        .catch(reject);
    });
    request.end(body === "" ? undefined : body);
    return promise;
  }

  /** All that comes back for raw octets, until the server closes. */
  async talk(octets: string | Buffer): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(octets);
    return (await buffer(socket)).toString();
  }

  /** What comes back for raw octets up to these words; the connection is ended then. */
  async talkUntil(octets: string | Buffer, words: string): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(octets);
    let said = "";
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      said += chunk.toString("latin1");
      if (said.includes(words)) break;
    }
    return said;
  }

  /** A signed request as it stands on the wire. */
  wire(
    by: Party | null,
    asked: AskedOf,
    change: { readonly line?: string; readonly more?: string } = {},
  ): string {
    const method = asked.method ?? (asked.body === undefined ? "GET" : "POST");
    const lines = Object.entries(this.headersOf(by, asked)).map(([name, value]) => `${name}: ${value}\r\n`);
    const length = asked.body === undefined ? "" : `content-length: ${Buffer.byteLength(asked.body)}\r\n`;
    return (
      `${change.line ?? `${method} ${asked.path} HTTP/1.1`}\r\nhost: 127.0.0.1:${this.port}\r\n` +
      `${lines.join("")}${change.more ?? length}\r\n${asked.body ?? ""}`
    );
  }
}

/** The path of a group below the endpoint. */
export const pathOf = ({ groupUri }: Pick<BindingRow, "groupUri">): string =>
  groupUri.replace(/^mimi:\/\/([^/]+)\/r\//, "/groups/$1/");
