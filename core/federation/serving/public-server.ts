/**
 * The HTTP server for other gateways. What is not signed by a known peer gets no further than its head, unless its route
 * says so. It speaks plain HTTP: a proxy in front has the certificate.
 */
import { finished } from "node:stream/promises";
import { type FastifyInstance, type FastifyRequest, fastify } from "fastify";
import ipaddr from "ipaddr.js";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { Limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import { CALLER, type Caller, headOf, type PeerDirectory, type PeerKey, type Visitor } from "./caller.ts";
import { checkContentDigest } from "../wire/content-digest.ts";
import type { HeldRequests } from "./held-requests.ts";
import { endUnread, OpenRequests } from "./open-requests.ts";
import { ProblemError } from "../wire/problem.ts";
import { problemOf } from "../wire/problem-of.ts";
import type { KeyId } from "../wire/public-key.ts";
import { answer, refuseUnreadable } from "./refuse.ts";
import { type VerificationKey, verifyRequest } from "../wire/signature.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { Traffic } from "./traffic.ts";

/** Adds routes to a server. Each says in its `config` whom it is for, and is for known peers where it does not. */
export type Routes = (server: FastifyInstance) => void;

export interface PublicServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Networks of proxies that are believed whom they ask for; everybody is taken for himself where nothing is said. */
  readonly proxies?: readonly string[];
  /** The public address (parseEndpoint): what signatures name, and below whose path the routes lie. */
  readonly endpoint: string;
  readonly peers: PeerDirectory;
  readonly held: HeldRequests;
  readonly limits: Limits;
  readonly now: () => Milliseconds;
  readonly log: Logger;
  /** Lies at the root whatever the endpoint's path. */
  readonly wellKnown: Routes;
  readonly routes: readonly Routes[];
  /** How long `drain` lets requests under way finish. */
  readonly graceMs?: Milliseconds;
}

export interface PublicServer {
  /** The port that is listened on, which the system chose where 0 was asked for. */
  readonly port: number;
  /**
   * Answers all held requests, refuses new ones, lets those under way finish for a moment, then ends them. Connections are
   * closed with the next answer, or after a second without a request.
   */
  drain(): Promise<void>;
}

const GRACE: Milliseconds = 5_000;
const LINGER: Milliseconds = 1_000;
/** Of a provider's domain or a group's id in a path. */
const LONGEST_PARAMETER = 256;
const CHECK_EVERY: Milliseconds = 1_000;
/** Longer than proxies keep their connections here, so that they are the ones that end them. */
const KEEP_ALIVE: Milliseconds = 75_000;
const MOST_BUCKETS = 10_000;
const BACK_SOON: Milliseconds = 1_000;
/** No escapes, no dots to be resolved: a path that means the same to every proxy. */
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/;
const BODILESS: readonly string[] = ["GET", "HEAD", "DELETE"];

/** Serves until `drain`. Rejects where the address cannot be listened on. */
export async function startPublicServer(options: PublicServerOptions): Promise<PublicServer> {
  const { listen, held, limits, endpoint } = options;
  const server = fastify({
    logger: false,
    trustProxy: [...(options.proxies ?? [])],
    bodyLimit: limits.peerRequestBytes,
    // Of the slowest route; the others' is shorter, and watched by us.
    requestTimeout: Math.max(limits.peerRequestMs, limits.mediaMs),
    keepAliveTimeout: KEEP_ALIVE,
    http: {
      headersTimeout: limits.peerHeadMs,
      connectionsCheckingInterval: CHECK_EVERY,
      // Else it is refused before there is a request, and without a problem.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) => {
      answer(reply, new ProblemError("not_found"));
    },
    clientErrorHandler: refuseUnreadable,
  });
  server.server.maxConnections = limits.peerConnections;
  // Expectations that nobody knows are none of ours, and no reason for a status of their own.
  server.server.on("checkExpectation", (request, response) =>
    server.server.emit("request", request, response),
  );
  readJsonAlone(server);
  endSlowBodies(server, limits.peerRequestMs);
  endUnread(server, limits.peerRequestMs);
  admit(server, options);
  server.setNotFoundHandler(() => {
    throw new ProblemError("not_found");
  });
  server.setErrorHandler((thrown, _request, reply) => answer(reply, problemOf(thrown, options.log)));
  server.addHook("onSend", (_request, reply, _payload, done) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    if (held.draining) reply.header("connection", "close");
    done();
  });
  const prefix = new URL(endpoint).pathname.replace(/\/$/, "");
  options.wellKnown(server);
  const below = (scope: FastifyInstance, _options: unknown, done: () => void): void => {
    for (const routes of options.routes) routes(scope);
    done();
  };
  await server.register(below, { prefix });
  const traffic = new Traffic(server.server);
  await server.listen(listen);
  const address = server.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    async drain() {
      held.drain();
      const grace = setTimeout(() => server.server.closeAllConnections(), options.graceMs ?? GRACE);
      await traffic.rest(LINGER);
      await server.close();
      clearTimeout(grace);
    },
  };
}

function endSlowBodies(server: FastifyInstance, most: Milliseconds): void {
  server.addHook("onRequest", ({ raw, routeOptions }, reply, done) => {
    const late = (): void => {
      if (raw.complete) return;
      if (reply.raw.headersSent) raw.destroy();
      else refuseUnreadable(Object.assign(new Error(), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), raw.socket);
    };
    // Whoever has gone meanwhile is not told any more that he is late, and keeps nobody awake.
    const timer = setTimeout(late, routeOptions.config.bodyMs ?? most).unref();
    reply.raw.once("close", () => {
      // A refusal does not end the body that it refuses.
      if (raw.complete || raw.socket.destroyed) clearTimeout(timer);
    });
    done();
  });
}

/** The hook that stands before every route, and looks at the head of a request alone. */
function admit(server: FastifyInstance, { peers, held, limits, now, endpoint }: PublicServerOptions): void {
  const { origin } = new URL(endpoint);
  const peerBuckets = new TokenBuckets<Caller["peer"]>(
    { burst: limits.peerBurst, perSecond: limits.peerPerSecond, most: MOST_BUCKETS },
    now,
  );
  const visitorBuckets = new TokenBuckets<ProviderDomain>(
    { burst: limits.peerBurst, perSecond: limits.peerPerSecond, most: MOST_BUCKETS },
    now,
  );
  const strangerBuckets = new TokenBuckets<string>(
    { burst: limits.strangerBurst, perSecond: limits.strangerPerSecond, most: MOST_BUCKETS },
    now,
  );
  const unknownBuckets = new TokenBuckets<string>(
    { burst: limits.peerBurst, perSecond: limits.peerPerSecond, most: MOST_BUCKETS },
    now,
  );
  const open = new OpenRequests(limits.peerOpen);
  server.decorateRequest(CALLER, null);
  server.addHook("onRequest", async (request, reply) => {
    if (held.draining) {
      // A connection that is closed with octets unread takes the answer with it.
      await finished(request.raw.resume()).catch(() => undefined);
      throw new ProblemError("unavailable", "", { retryAfterMs: BACK_SOON });
    }
    if (request.is404 || !PATH.test(request.raw.url?.split("?")[0] ?? ""))
      throw new ProblemError("not_found");
    if (request.raw.httpVersion !== "1.0" && request.headers.host === undefined)
      throw new ProblemError("malformed", "the header names no host");
    const kind = request.routeOptions.config.caller ?? "peer";
    if (kind === "anyone") return;
    if (kind === "stranger") return pay(strangerBuckets.take(networkOf(request.ip)));
    const { strangerKey } = request.routeOptions.config;
    const ofStranger = async (kid: KeyId, as: ProviderDomain) => {
      const key = (await strangerKey?.(kid, as)) ?? null;
      if (key === null)
        pay((kind === "member" ? strangerBuckets : unknownBuckets).take(networkOf(request.ip)));
      return key && { ...key, peer: null };
    };
    const { kid, key, as } = await verifyRequest<PeerKey | (VerificationKey & { peer: null })>(
      headOf(request),
      {
        origin,
        now: now(),
        findKey: async (kid, as) => (await peers.findKey(kid, as)) ?? ofStranger(kid, as),
      },
    );
    if (key.peer === null) pay(visitorBuckets.take(as));
    else {
      if (key.blocked) throw new ProblemError("blocked");
      pay(peerBuckets.take(key.peer));
      open.begin(key.peer, reply.raw);
      const welcome =
        key.connected ||
        kind === "acquaintance" ||
        kind === "member" ||
        (kind === "guest" && (await peers.leftLately(key.peer)));
      if (!welcome || !(await peers.speaksFor(key.peer, as))) throw new ProblemError("unknown_peer");
    }
    if (BODILESS.includes(request.method) && hasBody(request))
      throw new ProblemError("malformed", "a body where none belongs");
    request.setDecorator<Visitor>(CALLER, { peer: key.peer, as, kid });
  });
}

function pay(waitMs: Milliseconds): void {
  if (waitMs > 0) throw new ProblemError("rate_limited", "", { retryAfterMs: waitMs });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return (headers["content-length"] ?? "0") !== "0" || headers["transfer-encoding"] !== undefined;
}

/** Bodies are JSON in UTF-8 without a content coding, and have the digest that their head announced. */
function readJsonAlone(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser("error", "error");
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    (request: FastifyRequest, body: Buffer, done) => {
      try {
        if (request.headers["content-encoding"] !== undefined) throw new ProblemError("media_type");
        const digest = request.headers["content-digest"];
        checkContentDigest(typeof digest === "string" ? digest : undefined, body);
        void parse(request, new TextDecoder("utf-8", { fatal: true }).decode(body), done);
      } catch (thrown) {
        const error = thrown instanceof ProblemError ? thrown : new ProblemError("malformed", "not UTF-8");
        done(error);
      }
    },
  );
}

/** An address, or the network that one customer of a provider has where addresses are plenty. */
function networkOf(address: string): string {
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString();
}
