/** The gateway that is checked, as its well-known has it, and requests to it in the name of the checker. */
import { z } from "zod";
import type { Milliseconds } from "../time.ts";
import { parseEndpoint } from "../federation/wire/endpoint.ts";
import { keyIdOf, parsePublicKey } from "../federation/wire/public-key.ts";
import type { RequestSigner, VerificationKey } from "../federation/wire/signature.ts";
import { WELL_KNOWN_PATH } from "../federation/peers/well-known.ts";
import { GatewayError } from "../errors.ts";
import type { Identity } from "./identity.ts";
import { signedHeaders, type Variation } from "./signed-headers.ts";
import { type Answer, describe, type SentRequest, Wire } from "./wire.ts";

/** Only what the checks themselves need; its rules are a chapter of their own. */
const form = z.object({
  base: z.string(),
  endpoint: z.string(),
  features: z.array(z.string()),
  keys: z.array(z.object({ public: z.string(), not_before: z.number(), expires: z.number().nullable() })),
  limits: z.record(z.string(), z.number()),
});

export interface Ask {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Below the endpoint; with its query. */
  readonly path: string;
  /** Sent as JSON, octets as they are. */
  readonly body?: unknown;
  readonly type?: string;
  readonly as?: string;
  readonly signer?: RequestSigner;
  readonly at?: Milliseconds;
  readonly wrong?: Variation;
  /** Beside the signed ones. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly hasty?: boolean;
}

export class Subject {
  readonly wire: Wire;
  readonly base: string;
  readonly endpoint: string;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  readonly keys: ReadonlyMap<string, VerificationKey>;
  /** The answer that had the well-known. */
  readonly wellKnown: Answer;
  readonly origin: string;
  /** Its clock against ours, once it has told of it. */
  #ahead: Milliseconds = 0;

  private constructor(wire: Wire, origin: string, answer: Answer, read: z.output<typeof form>) {
    this.wire = wire;
    this.origin = origin;
    this.wellKnown = answer;
    this.base = read.base;
    this.endpoint = read.endpoint;
    this.features = new Set(read.features);
    this.limits = read.limits;
    const keys = read.keys.flatMap((listed) => {
      const key = parsePublicKey(listed.public);
      return key === null
        ? []
        : [[keyIdOf(key), { key, notBefore: listed.not_before, expires: listed.expires }] as const];
    });
    this.keys = new Map<string, VerificationKey>(keys);
  }

  /**
   * Reads the well-known of a gateway. Where `url` is on loopback, all requests go there, and are signed for the endpoint of the
   * well-known all the same. Throws GatewayError peer_unreachable, peer_answer_invalid.
   */
  static async open(url: string): Promise<Subject> {
    const { origin, hostname } = new URL(url);
    const first = new Wire(origin);
    const answer = await first.send({ method: "GET", target: WELL_KNOWN_PATH, headers: {}, body: null });
    const read = form.safeParse(answer.value);
    if (answer.status !== 200 || !read.success || parseEndpoint(read.data.endpoint, true) === null) {
      first.close();
      throw new GatewayError(
        "peer_answer_invalid",
        `${origin}${WELL_KNOWN_PATH} has no well-known: ${read.success ? describe(answer) : (read.error.issues[0]?.path.join(".") ?? "")}`,
      );
    }
    const local = parseEndpoint(origin, true)?.startsWith("http://") === true || hostname === "localhost";
    const at = local ? origin : new URL(read.data.endpoint).origin;
    if (at === origin) return new Subject(first, at, answer, read.data);
    first.close();
    return new Subject(new Wire(at), at, answer, read.data);
  }

  /** Path of the endpoint and what is below it. */
  target(path: string): string {
    return new URL(this.endpoint).pathname.replace(/\/$/, "") + path;
  }

  feature(name: string): boolean {
    return this.features.has(name);
  }

  /** A limit as announced, or the page's. */
  limit(name: string, otherwise: number): number {
    return this.limits[name] ?? otherwise;
  }

  /** Now, by its own clock. */
  now(): Milliseconds {
    return Date.now() + this.#ahead;
  }

  setClock(ahead: Milliseconds): void {
    this.#ahead = ahead;
  }

  /** A request that is not signed. */
  async plain(request: Pick<SentRequest, "method" | "target"> & Partial<SentRequest>): Promise<Answer> {
    return this.wire.send({ headers: {}, body: null, ...request });
  }

  /** A request signed by the checker, or otherwise where it says so. */
  async ask(who: Identity, ask: Ask): Promise<Answer> {
    return this.wire.send(this.prepare(who, ask));
  }

  /** The same, to be sent as often as one likes. */
  prepare(who: Identity, ask: Ask): SentRequest {
    const octets = ask.body === undefined ? null : octetsOf(ask.body);
    const method = ask.method ?? (octets === null ? "GET" : "POST");
    const target = this.target(ask.path);
    const body = octets === null ? null : { octets, type: ask.type ?? "application/json" };
    const { host: authority } = new URL(this.endpoint);
    const toSign = { method, authority, target, as: ask.as ?? who.base, body };
    const headers = signedHeaders(toSign, ask.signer ?? who.signer, ask.at ?? this.now(), ask.wrong);
    return {
      method,
      target,
      headers: { ...headers, ...ask.headers },
      body: octets,
      hasty: ask.hasty ?? false,
    };
  }
}

const octetsOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
