/** Files of other gateways in a group are asked for by signed requests (docs/mtp.md, M117). */
import { type GroupUri, parseProviderDomain, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { mediaIdIn } from "../../groups/served-files.ts";
import type { AllowedNetworks } from "../../media/address-guard.ts";
import type { SignedFileRequest, SignFileRequest } from "../../media/remote-file.ts";
import type { Store } from "../../store/store.ts";
import { mediaHosts } from "../../store/units/media-hosts.ts";
import type { PeerEndpoint } from "./peer-client.ts";
import type { RecentWellKnowns } from "./recent-well-knowns.ts";
import { type RequestSigner, signRequest } from "../wire/signature.ts";

export interface MemberFilesOptions {
  readonly store: Store;
  /** Our own base domain, in whose name files are asked for. */
  readonly base: ProviderDomain;
  readonly wellKnowns: Pick<RecentWellKnowns, "get">;
  readonly signer: () => RequestSigner;
  /** Where the operator has said that a gateway is. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  /** Private networks that gateways may be in. */
  readonly allow: AllowedNetworks;
  readonly now: () => Milliseconds;
}

/** Gateways of one group that are no peers and are asked who they are, for one file. */
const MOST_UNKNOWN = 4;
const MOST_ENDPOINTS = 1_000;

/** Signs requests for files where the URL is of a gateway whose provider is in the group, and no others. */
export class MemberFiles {
  readonly #options: MemberFilesOptions;
  /** How far the clocks of gateways go before ours, where they have refused our time; by endpoint. */
  readonly #ahead = new Map<string, Milliseconds>();

  constructor(options: MemberFilesOptions) {
    this.#options = options;
  }

  readonly sign: SignFileRequest = async (url, group) => {
    const endpoint = await this.#endpointOf(url, group);
    return endpoint === null ? null : this.#signed(url, endpoint);
  };

  #signed(url: string, endpoint: PeerEndpoint): SignedFileRequest {
    const { base, signer, now, allow } = this.#options;
    return {
      allow: endpoint.trusted ? null : allow,
      headers: () => {
        const at = now() + (this.#ahead.get(endpoint.url) ?? 0);
        return signRequest({ method: "GET", url, as: base, body: null }, signer(), at);
      },
      serverTime: (at) => {
        if (this.#ahead.size >= MOST_ENDPOINTS) this.#ahead.clear();
        this.#ahead.set(endpoint.url, at - now());
      },
    };
  }

  async #endpointOf(url: string, group: GroupUri): Promise<PeerEndpoint | null> {
    const origin = URL.parse(url)?.origin;
    // Nothing is looked up for what can't be a file of a gateway.
    if (origin === undefined || mediaIdIn(url, url.slice(0, url.lastIndexOf("/media/"))) === null)
      return null;
    const { store, placeOf } = this.#options;
    const { peers, unknown } = await store.read(mediaHosts(group));
    const peer = peers.find(({ endpoint }) => mediaIdIn(url, endpoint) !== null);
    if (peer) return { url: peer.endpoint, trusted: placeOf(peer.base)?.trusted ?? false };
    const { hostname } = new URL(url);
    // The most alike first: a gateway's endpoint is seldom far from its providers.
    const likely = unknown.toSorted((a, b) => alike(b, hostname) - alike(a, hostname)).slice(0, MOST_UNKNOWN);
    for (const domain of likely) {
      const endpoint = await this.#published(domain);
      if (endpoint !== null && endpoint.startsWith("https://") && mediaIdIn(url, endpoint) !== null)
        return { url: endpoint, trusted: false };
    }
    return null;
  }

  /** The endpoint of the gateway whose base domain a provider's domain is, or lies under. */
  async #published(provider: ProviderDomain): Promise<string | null> {
    for (let text: string = provider; text.includes("."); text = text.slice(text.indexOf(".") + 1)) {
      const base = parseProviderDomain(text);
      if (base === null) return null;
      const said = await this.#options.wellKnowns.get(base).catch(() => null);
      if (said !== null) return said.endpoint;
    }
    return null;
  }
}

/** How many labels from the end two host names share. */
function alike(one: string, other: string): number {
  const labels = other.split(".").toReversed();
  const differs = one
    .split(".")
    .toReversed()
    .findIndex((label, i) => label !== labels[i]);
  return differs < 0 ? labels.length : differs;
}
