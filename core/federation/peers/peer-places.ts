/** Where peers are that an operator has given the address of, in the configuration or by the command line. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Store } from "../../store/store.ts";
import { peersAll } from "../../store/units/peers.ts";
import type { PeerEndpoint } from "./peer-client.ts";

export class PeerPlaces {
  readonly #configured: ReadonlyMap<ProviderDomain, string>;
  readonly #store: Store;
  #stored: ReadonlyMap<ProviderDomain, string> = new Map();

  constructor(
    configured: readonly { readonly base: ProviderDomain; readonly endpoint: string }[],
    store: Store,
  ) {
    this.#configured = new Map(configured.map(({ base, endpoint }) => [base, endpoint]));
    this.#store = store;
  }

  /** undefined: no operator has said where it is, as far as was read. */
  of(base: ProviderDomain): PeerEndpoint | undefined {
    const url = this.#configured.get(base) ?? this.#stored.get(base);
    return url === undefined ? undefined : { url, trusted: true };
  }

  /** Reads what was given by the command line. */
  async learn(): Promise<void> {
    const peers = await this.#store.read(peersAll());
    this.#stored = new Map(
      peers.flatMap(({ base, endpoint, trusted }) => (trusted ? [[base, endpoint]] : [])),
    );
  }
}
