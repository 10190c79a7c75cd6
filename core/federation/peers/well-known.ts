/** `/.well-known/mtp`: what a gateway says of itself, and whether what it says of others counts. */
import { z } from "zod";
import { parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import { limits } from "../../limits.ts";
import type { Milliseconds } from "../../time.ts";
import { parseEndpoint } from "../wire/endpoint.ts";
import type { ExchangeAnswer, Exchanger } from "./exchange.ts";
import { FederationError } from "../wire/federation-error.ts";
import { type PeerEndpoint, readAnswer } from "./peer-client.ts";
import { keyIdOf, parsePublicKey, publicKeyText } from "../wire/public-key.ts";
import type { PublishedKey } from "./signing-keys.ts";

export const WELL_KNOWN_PATH = "/.well-known/mtp";
/** The version of the protocol that is spoken here. */
export const MTP_VERSION = 1;

/** What a gateway says of itself. */
export interface WellKnown {
  readonly base: ProviderDomain;
  readonly endpoint: string;
  /** Providers beside those at or under the base; whether they count, `hostCounts` finds out. */
  readonly hosts: readonly ProviderDomain[];
  readonly keys: readonly PublishedKey[];
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

const domain = z.string().transform((text, issues) => {
  const parsed = parseProviderDomain(text);
  if (parsed !== null) return parsed;
  issues.addIssue("is no domain");
  return z.NEVER;
});

const key = z
  .object({
    kid: z.string(),
    public: z.string().max(64),
    not_before: z.int().nonnegative(),
    expires: z.int().nonnegative().nullable(),
  })
  .transform((read, issues): PublishedKey => {
    const key = parsePublicKey(read.public);
    if (key !== null && read.kid === keyIdOf(key))
      return { kid: keyIdOf(key), key, notBefore: read.not_before, expires: read.expires };
    issues.addIssue("is no key, or has not its id");
    return z.NEVER;
  });

/** Further members are allowed, and ignored. */
function formOf(loopback: boolean): z.ZodType<WellKnown> {
  const form = z.object({
    versions: z
      .array(z.int())
      .max(64)
      .refine((versions) => versions.includes(MTP_VERSION), { error: `has not ${MTP_VERSION}` }),
    base: domain,
    endpoint: z.string().transform((text, issues) => {
      const parsed = parseEndpoint(text, loopback);
      if (parsed !== null) return parsed;
      issues.addIssue("is no endpoint");
      return z.NEVER;
    }),
    hosts: z.array(domain).max(1_000),
    keys: z.array(key).min(1).max(16),
    features: z.array(z.string().max(64)).max(64),
    limits: z.record(z.string().max(64), z.number()),
  });
  return form.transform(({ base, endpoint, hosts, keys, features, limits }) => ({
    base,
    endpoint,
    hosts,
    keys,
    features,
    limits,
  }));
}

const strictForm = formOf(false);
const loopbackForm = formOf(true);

/** The document itself, to be written as JSON. */
export function documentOf({ keys, ...facts }: WellKnown): Readonly<Record<string, unknown>> {
  return {
    versions: [MTP_VERSION],
    ...facts,
    keys: keys.map(({ kid, key, notBefore, expires }) => ({
      kid,
      public: publicKeyText(key),
      not_before: notBefore,
      expires,
    })),
  };
}

export interface FetchOptions {
  readonly exchanger: Exchanger;
  /** Where to ask instead of `https://DOMAIN`: what the operator has configured. */
  readonly at?: PeerEndpoint;
}

/**
 * What the gateway of a base domain says of itself. Throws FederationError; peer_answer_invalid also where it gives
 * another domain as its base, since it could give anybody's.
 */
export async function fetchWellKnown(base: ProviderDomain, options: FetchOptions): Promise<WellKnown> {
  return (await lookAtWellKnown(base, options)).said;
}

/** The same, with the time that the answer bears, in whole seconds; null: it bears none. */
export async function lookAtWellKnown(
  base: ProviderDomain,
  options: FetchOptions,
): Promise<{ readonly said: WellKnown; readonly serverTime: Milliseconds | null }> {
  const { origin, answer, read } = await fetchDocument(base, options);
  const date = Date.parse(answer.headers.date ?? "");
  if (read.base === base) return { said: read, serverTime: Number.isNaN(date) ? null : date };
  throw new FederationError(
    "peer_answer_invalid",
    `${origin} says that its base is ${read.base}, not ${base}`,
    {
      status: answer.status,
      certainty: "certain",
    },
  );
}

/**
 * Whether a peer speaks for a provider: it does if the provider's domain is the peer's base or lies under it, or
 * if the peer lists it and the domain's own well-known, over https, names the same endpoint and one of the same keys. Throws FederationError where
 * the domain does not answer, or with nothing usable: then it does not count, and may later.
 */
export async function hostCounts(
  host: ProviderDomain,
  peer: Pick<WellKnown, "base" | "endpoint" | "hosts" | "keys">,
  exchanger: Exchanger,
): Promise<boolean> {
  if (liesUnder(host, peer.base)) return true;
  if (!peer.hosts.includes(host)) return false;
  const { read } = await fetchDocument(host, { exchanger });
  return read.endpoint === peer.endpoint && shareKey(read.keys, peer.keys);
}

/** Whether a domain is a base domain, or lies under it. */
export function liesUnder(host: ProviderDomain, base: ProviderDomain): boolean {
  return host === base || host.endsWith(`.${base}`);
}

function shareKey(some: readonly PublishedKey[], others: readonly PublishedKey[]): boolean {
  const known = new Set(others.map(({ kid }) => kid));
  return some.some(({ kid }) => known.has(kid));
}

async function fetchDocument(
  domain: ProviderDomain,
  { exchanger, at }: FetchOptions,
): Promise<{ origin: string; answer: ExchangeAnswer; read: WellKnown }> {
  const origin = at === undefined ? `https://${domain}` : new URL(at.url).origin;
  const trusted = at?.trusted ?? false;
  const answer = await exchanger.exchange({
    origin,
    target: WELL_KNOWN_PATH,
    method: "GET",
    headers: {},
    body: null,
    trusted,
    timeoutMs: limits.wellKnownFetchMs,
    maxBytes: limits.wellKnownBytes,
  });
  if (answer.status !== 200)
    throw new FederationError("peer_refused", `${origin}${WELL_KNOWN_PATH} answers ${answer.status}`, {
      status: answer.status,
      certainty: "certain",
    });
  return { origin, answer, read: readAnswer(trusted ? loopbackForm : strictForm, origin, answer) };
}
