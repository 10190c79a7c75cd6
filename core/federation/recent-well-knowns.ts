/** Well-knowns of gateways that somebody has named, each fetched once a minute at most (docs/mtp.md, M14 and M15). */
import type { ProviderDomain } from "../../mappings/ids.ts";
import type { Milliseconds } from "../bridge.ts";
import { limits } from "../limits.ts";
import type { Exchanger } from "./exchange.ts";
import type { PeerEndpoint } from "./peer-client.ts";
import { fetchWellKnown, type WellKnown } from "./well-known.ts";

export interface RecentWellKnownsOptions {
  readonly exchanger: Exchanger;
  /** Where the operator has said that a gateway is; undefined: at its base domain. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly now: () => Milliseconds;
}

const MOST = 1_000;

export class RecentWellKnowns {
  readonly #options: RecentWellKnownsOptions;
  readonly #fetched = new Map<
    ProviderDomain,
    { readonly at: Milliseconds; readonly read: Promise<WellKnown> }
  >();

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
    const [oldest] = this.#fetched.keys();
    if (this.#fetched.size > MOST && oldest !== undefined) this.#fetched.delete(oldest);
    return read;
  }
}
