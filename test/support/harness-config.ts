/** Configurations of gateways under test, small in every limit so that nothing has to be waited for long. */
import { join } from "node:path";
import type { Config, RedisConfig, StoreConfig } from "../../core/config/config.ts";
import type { AccountBase } from "../../core/config/schema.ts";
import type { RoomReference } from "../../core/link-reports.ts";
import { type Limits, limits } from "../../core/limits.ts";
import { parseProviderDomain } from "../../mappings/ids.ts";

export interface HarnessOptions {
  readonly folder: string;
  /** The gateway's base domain; mimi.test by default. */
  readonly base?: string;
  /** Where other gateways are, by their base domains. */
  readonly peers?: Readonly<Record<string, string>>;
  /** SQLite in the folder where none is named. */
  readonly store?: StoreConfig;
  /** None where none is named. */
  readonly redis?: RedisConfig;
  readonly wake?: "direct" | "queue";
  readonly slot?: string;
  readonly limits?: Partial<Limits>;
  readonly linkAcross?: boolean;
  /** Rooms that are told of alarms. */
  readonly alarms?: readonly RoomReference[];
  /** The port on loopback for monitoring; nothing is served where none is named. */
  readonly watched?: number;
  /** Where other gateways, and whoever fetches pictures, are served on loopback; nobody is where nothing is said. */
  readonly serving?: { readonly port: number; readonly endpoint: string };
}

/** Platforms are not asked for signs of life where a test does not ask for that: it may count what they are asked. */
const SMALL = { leaseMs: 10_000, sweepMs: 100, tries: 4, unansweredMs: 0, pingEveryMs: 0 };

export function harnessConfig<Account extends AccountBase>(
  options: HarnessOptions,
  accounts: readonly Account[],
): Config<Account> {
  const base = domainOf(options.base ?? "mimi.test");
  const peers = Object.entries(options.peers ?? {});
  return {
    file: null,
    base,
    data: options.folder,
    store: options.store ?? { kind: "sqlite", file: join(options.folder, "gateway.sqlite") },
    redis: options.redis ?? { kind: "off" },
    wake: options.wake ?? "direct",
    log: { level: "debug", bodies: false },
    limits: { ...limits, ...SMALL, ...options.limits },
    // What serves files in tests listens on loopback.
    media: { maxBytes: limits.mediaBytes, allow: ["127.0.0.0/8"] },
    federation: {
      listen: options.serving ? { host: "127.0.0.1", port: options.serving.port } : null,
      unreachable: false,
      confirm: false,
      proxies: [],
      endpoint: options.serving?.endpoint ?? `https://${base}`,
      peers: peers.map(([other, endpoint]) => ({ base: domainOf(other), endpoint, key: null })),
      allow: [],
    },
    commands: { linkAcross: options.linkAcross ?? false },
    alarms: options.alarms ?? [],
    watch: { listen: options.watched === undefined ? null : { host: "127.0.0.1", port: options.watched } },
    slot: options.slot ?? null,
    accounts,
    secretsKey: null,
    secrets: [],
  };
}

function domainOf(text: string) {
  const domain = parseProviderDomain(text);
  if (domain === null) throw new Error(`${text} is no domain`);
  return domain;
}
