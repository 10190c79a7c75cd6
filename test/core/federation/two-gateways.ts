/** A gateway that serves and one that asks, with keys of their own, over real HTTP in this process. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { TestContext } from "node:test";
import { buffer, text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../../core/time.ts";
import { callerOf, type PeerKey } from "../../../core/federation/serving/caller.ts";
import { Exchanger } from "../../../core/federation/peers/exchange.ts";
import { HeldRequests } from "../../../core/federation/serving/held-requests.ts";
import { PeerClient, type PeerEndpoint } from "../../../core/federation/peers/peer-client.ts";
import { type KeyId, keyIdOf } from "../../../core/federation/wire/public-key.ts";
import {
  type PublicServer,
  type PublicServerOptions,
  type Routes,
  startPublicServer,
} from "../../../core/federation/serving/public-server.ts";
import { type RequestSigner, signRequest } from "../../../core/federation/wire/signature.ts";
import type { PeerId } from "../../../core/ids.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";

/** The Ed25519 key of RFC 9421, section B.1.4. */
export const rfcKey = createPrivateKey({
  key: Buffer.from("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF", "base64"),
  format: "der",
  type: "pkcs8",
});

export const asker = domain("b.example");
export const PUBLIC_ENDPOINT = "https://a.example";

export function domain(text: string): ProviderDomain {
  const parsed = parseProviderDomain(text);
  if (parsed === null) throw new Error(`${text} is a domain`);
  return parsed;
}

export function newSigner(key: KeyObject = generateKeyPairSync("ed25519").privateKey): RequestSigner {
  return { kid: keyIdOf(createPublicKey(key)), key };
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly as?: ProviderDomain;
  readonly signer?: RequestSigner;
  /** Whom the request is signed for. */
  readonly endpoint?: string;
  /** The clock of the one who signs. */
  readonly at?: Milliseconds;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  readonly code: unknown;
  readonly problem: Readonly<Record<string, unknown>>;
}

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

/** The routes that most tests ask: one that reads and one that is told. */
export const echoRoutes: Routes = (server: FastifyInstance) => {
  server.get("/who", (request) => callerOf(request));
  server.post("/echo", (request) => ({ caller: callerOf(request), body: request.body }));
};

export class TwoGateways {
  now: Milliseconds = 1_700_000_000_000;
  readonly signer = newSigner();
  readonly held = new HeldRequests(limits.peerHeld);
  readonly keys = new Map<KeyId, PeerKey>();
  readonly speaks = new Set<string>([asker]);
  readonly exchanger = new Exchanger([]);
  /** Whether a peer was a guest a short while ago. */
  leftLately: (peer: PeerId) => Promise<boolean> = () => Promise.resolve(false);
  readonly client: PeerClient;
  /** How far the asking one's clock goes before the other's. */
  clientAhead: Milliseconds = 0;
  #server: PublicServer | null = null;
  #proxy: string | null = null;

  private constructor() {
    this.client = new PeerClient({
      exchanger: this.exchanger,
      signer: () => this.signer,
      now: () => this.now + this.clientAhead,
    });
    this.know(this.signer, 1, {});
  }

  /** Both, the one who serves with these routes; ends with the test. */
  static async start(
    t: TestContext,
    routes: readonly Routes[],
    options: Partial<PublicServerOptions> = {},
  ): Promise<TwoGateways> {
    const both = new TwoGateways();
    both.#server = await startPublicServer({
      listen: { host: "127.0.0.1", port: 0 },
      endpoint: PUBLIC_ENDPOINT,
      peers: {
        findKey: (kid) => Promise.resolve(both.keys.get(kid) ?? null),
        speaksFor: (_peer, provider) => Promise.resolve(both.speaks.has(provider)),
        leftLately: (peer) => both.leftLately(peer),
      },
      held: both.held,
      limits,
      now: () => both.now,
      log: createLogger({ level: "error", bodies: false }),
      wellKnown: () => undefined,
      routes,
      ...options,
    });
    t.after(async () => {
      both.exchanger.close();
      await both.server.drain();
    });
    return both;
  }

  /** The same behind a proxy, whose address is the public one. */
  static async startBehindProxy(
    t: TestContext,
    routes: readonly Routes[],
    options: Partial<PublicServerOptions> = {},
  ): Promise<TwoGateways> {
    const upstream = Promise.withResolvers<string>();
    const proxy = await serveOdd(t, (request, response) => {
      void upstream.promise.then((target) => forward(target, request, response));
    });
    const both = await TwoGateways.start(t, routes, { endpoint: proxy, ...options });
    both.#proxy = proxy;
    upstream.resolve(both.origin);
    return both;
  }

  get server(): PublicServer {
    if (this.#server === null) throw new Error("it is started");
    return this.#server;
  }

  /** Where it listens, which is not the public address. */
  get origin(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  get endpoint(): PeerEndpoint {
    return { url: this.#proxy ?? this.origin, trusted: true };
  }

  know(signer: RequestSigner, peer: number, facts: Partial<PeerKey>): void {
    this.keys.set(signer.kid, {
      peer: peer as PeerId,
      key: createPublicKey(signer.key),
      notBefore: 0,
      expires: null,
      blocked: false,
      connected: true,
      ...facts,
    });
  }

  /** A request as it is signed, to be sent as it is or with something changed. */
  signed(asked: Asked = {}): SentRequest {
    const { path = "/who", endpoint = PUBLIC_ENDPOINT, as = asker, signer = this.signer, at } = asked;
    const method = asked.method ?? (asked.body === undefined ? "GET" : "POST");
    const body =
      asked.body === undefined ? null : { octets: Buffer.from(asked.body), type: "application/json" };
    const headers = signRequest({ method, url: endpoint + path, as, body }, signer, at ?? this.now);
    return { method, path, headers, body: asked.body ?? "" };
  }

  /** Sends it to the port, octet by octet as it is given. */
  async send(sent: SentRequest): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const request = httpRequest(this.origin, {
      method: sent.method,
      path: sent.path,
      headers: {
        ...sent.headers,
        ...(sent.body === "" ? {} : { "content-length": String(Buffer.byteLength(sent.body)) }),
      },
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (answer) => {
      text(answer)
        .then((read) => {
          const isProblem = read !== "" && answer.headers["content-type"] === "application/problem+json";
          const problem = (isProblem ? JSON.parse(read) : {}) as Record<string, unknown>;
          const { statusCode: status = 0, headers } = answer;
          resolve({ status, headers, text: read, problem, code: problem["code"] });
        })
        .catch(reject);
    });
    request.end(sent.body === "" ? undefined : sent.body);
    return promise;
  }

  /** All that comes back for raw octets, until the server closes. */
  async talk(octets: string): Promise<string> {
    const socket = connect(this.server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(octets);
    return (await buffer(socket)).toString();
  }
}

/** A server on loopback that answers as it likes; ends with the test. */
export async function serveOdd(
  t: TestContext,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As a load balancer does: another Host, everything else as it came. */
function forward(target: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = "/" } = request;
  const onward = httpRequest(target, {
    method,
    path: url,
    headers: { ...headers, host: "upstream", "x-forwarded-for": "192.0.2.1" },
  });
  onward.on("error", () => response.destroy());
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
}
