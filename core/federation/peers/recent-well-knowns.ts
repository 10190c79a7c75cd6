/** Well-knowns of gateways that somebody has named, each fetched once a minute at most (docs/mtp.md, M14 and M15). */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { limits } from "../../limits.ts";
import type { Exchanger } from "./exchange.ts";
import type { PeerEndpoint } from "./peer-client.ts";
import type { KeyId } from "../wire/public-key.ts";
import { fetchWellKnown, type WellKnown } from "./well-known.ts";

export interface RecentWellKnownsOptions {
  readonly exchanger: Exchanger;
  /** Where the operator has said that a gateway is; undefined: at its base domain. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly now: () => Milliseconds;
}

const MOST = 1_000;

/** Drops what was put down first where there is more than is kept. */
function keepFew<T>(kept: Map<string, T>): void {
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
}

export class RecentWellKnowns {
  readonly #options: RecentWellKnownsOptions;
  readonly #fetched = new Map<
    ProviderDomain,
    { readonly at: Milliseconds; readonly read: Promise<WellKnown> }
  >();

  /** When keys were first looked for that were not listed. */
  readonly #missed = new Map<string, Milliseconds>();

  constructor(options: RecentWellKnownsOptions) {
    this.#options = options;
  }

  /**
   * What the gateway said within the last minute; a failure is repeated for as long. Throws FederationError, see
   * fetchWellKnown.
   */
  get(base: ProviderDomain): Promise<WellKnown> {
    const { exchanger, placeOf, now } = this.#options;
    const known = this.#fetched.get(base);
    if (known && now() - known.at < limits.wellKnownEveryMs) return known.read;
    const place = placeOf(base);
    const read = fetchWellKnown(base, { exchanger, ...(place === undefined ? {} : { at: place }) });
    this.#fetched.delete(base);
    this.#fetched.set(base, { at: now(), read });
    keepFew(this.#fetched);
    return read;
  }

  /**
   * The same, read since this key was first looked for in vain; null: it was not, and can't be read again so soon (docs/mtp.md, M39).
   * Throws FederationError.
   */
  async getFor(base: ProviderDomain, kid: KeyId): Promise<WellKnown | null> {
    const name = `${base} ${kid}`;
    const missed = this.#missed.get(name) ?? this.#options.now();
    const said = await this.get(base);
    if (said.keys.some((key) => key.kid === kid)) {
      this.#missed.delete(name);
      return said;
    }
    this.#missed.set(name, missed);
    keepFew(this.#missed);
    return (this.#fetched.get(base)?.at ?? 0) < missed ? null : said;
  }
}
