/** The configuration as the rest of the gateway sees it: checked, complete, with absolute paths. */
import { isAbsolute, resolve } from "node:path";
import type { z } from "zod";
import type { ProviderDomain } from "../../mappings/ids.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import { parseEndpoint } from "../federation/wire/endpoint.ts";
import { readRoomReference, type RoomReference } from "../link-reports.ts";
import type { Limits } from "../limits.ts";
import { limits } from "../limits.ts";
import type { AllowedNetworks } from "../media/address-guard.ts";
import type { MediaLimits } from "../media/remote-file.ts";
import { parseListen } from "./federation-schema.ts";
import type { AccountBase, BridgeConfigSchemas, configSchema } from "./schema.ts";

export type StoreConfig =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

export type RedisConfig =
  | { readonly kind: "private" }
  | { readonly kind: "off" }
  | { readonly kind: "configured"; readonly url: string };

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly bodies: boolean;
}

/** A gateway that the operator has placed: it may be on a private network, or on this machine. */
export interface StaticPeer {
  readonly base: ProviderDomain;
  readonly endpoint: string;
  /** Ed25519, as base64url: it is connected without a code. null: only its place is known. */
  readonly key: string | null;
}

/** What people may do by commands on their platform. */
export interface CommandRules {
  /** Whether whoever manages a room may link it with rooms of other accounts, which he shows no right to. */
  readonly linkAcross: boolean;
}

export interface FederationConfig {
  /** null: other gateways can't reach this one. */
  readonly listen: { readonly host: string; readonly port: number } | null;
  /** Nothing is served, yet groups of others are followed: a guest behind a router. */
  readonly unreachable: boolean;
  /** Proxies that say truly whom they ask for. */
  readonly proxies: AllowedNetworks;
  /** Whoever redeems a code waits until somebody here has confirmed it. */
  readonly confirm: boolean;
  /** The public address: `https://HOST[:PORT][/PATH]`, without a slash at the end. */
  readonly endpoint: string;
  readonly peers: readonly StaticPeer[];
  /** Private networks that peers may be in although they are not in `peers`. */
  readonly allow: AllowedNetworks;
}

/** What is served for monitoring. */
export interface WatchConfig {
  /** null: nothing. */
  readonly listen: { readonly host: string; readonly port: number } | null;
}

export interface Config<Account extends AccountBase = AccountBase> {
  /** The file that was read, absolute; null: none, everything is as it is by default. */
  readonly file: string | null;
  readonly base: ProviderDomain;
  /** The data folder, absolute. It need not exist yet. */
  readonly data: string;
  readonly store: StoreConfig;
  readonly redis: RedisConfig;
  readonly wake: "direct" | "queue";
  readonly log: LogConfig;
  readonly limits: Limits;
  readonly media: MediaLimits;
  readonly federation: FederationConfig;
  readonly commands: CommandRules;
  /** Rooms that are told of alarms. */
  readonly alarms: readonly RoomReference[];
  readonly watch: WatchConfig;
  /** null: the process makes a name up. */
  readonly slot: string | null;
  readonly accounts: readonly Account[];
  /** The keys for the secrets in the store, as parseKeys reads them; null: the gateway keeps its own. */
  readonly secretsKey: string | null;
  /** Every secret text in the configuration, for the log to keep out. */
  readonly secrets: readonly string[];
}

type FileContents = z.output<ReturnType<typeof configSchema<BridgeConfigSchemas>>>;

/** The configuration for what the schema has read. `folder`: what relative paths start from. */
export function toConfig(
  contents: FileContents,
  origin: { readonly file: string | null; readonly folder: string; readonly secrets: readonly string[] },
): Config {
  const base = domainOf(contents.base);
  const data = resolve(origin.folder, contents.data);
  return {
    file: origin.file,
    base,
    data,
    store: storeConfig(contents.store, data),
    redis:
      typeof contents.redis === "string"
        ? { kind: contents.redis }
        : { kind: "configured", url: contents.redis.url },
    wake: contents.wake,
    log: contents.log,
    limits: {
      ...limits,
      eventBytes: contents.limits.event_bytes,
      leaseMs: contents.limits.lease,
      sweepMs: contents.limits.sweep,
      tries: contents.limits.tries,
    },
    media: { maxBytes: contents.media.largest, allow: contents.media.allow },
    federation: federationConfig(contents.federation, base),
    commands: { linkAcross: contents.commands.link_across },
    alarms: contents.alarms.flatMap((text) => readRoomReference(text) ?? []),
    watch: { listen: contents.watch.listen === undefined ? null : parseListen(contents.watch.listen) },
    slot: contents.slot ?? null,
    accounts: contents.accounts,
    secretsKey: contents.secrets_key ?? null,
    secrets: origin.secrets,
  };
}

function storeConfig(store: FileContents["store"], data: string): StoreConfig {
  if (store.postgres !== undefined) return { kind: "postgres", url: store.postgres };
  const file = store.sqlite ?? "gateway.sqlite";
  return { kind: "sqlite", file: isAbsolute(file) ? file : resolve(data, file) };
}

const LOOPBACK = ["127.0.0.0/8", "::1/128"] as const;

function federationConfig(federation: FileContents["federation"], base: ProviderDomain): FederationConfig {
  return {
    listen: federation.listen === undefined ? null : parseListen(federation.listen),
    unreachable: federation.unreachable,
    confirm: federation.confirm,
    proxies: [...LOOPBACK, ...federation.proxies],
    endpoint: endpointOf(federation.endpoint ?? `https://${base}`),
    peers: federation.peers.map((peer) => ({
      base: domainOf(peer.base),
      endpoint: endpointOf(peer.endpoint),
      key: peer.key ?? null,
    })),
    allow: federation.allow,
  };
}

function domainOf(text: string): ProviderDomain {
  const domain = parseProviderDomain(text);
  if (domain === null) throw new GatewayError("internal", "the schema let a text through that is no domain");
  return domain;
}

function endpointOf(text: string): string {
  const endpoint = parseEndpoint(text, true);
  if (endpoint === null)
    throw new GatewayError("internal", "the schema let a text through that is no endpoint");
  return endpoint;
}
