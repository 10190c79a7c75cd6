/** Whether proofs are to be believed: by which keys, of whose well-known (docs/mtp.md, M35 to M40). */
import type { EventId, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import type { Store } from "../../store/store.ts";
import { peerSpeakingFor, type SpeakingPeer } from "../../store/units/peer-of-host.ts";
import type { Exchanger } from "./exchange.ts";
import { FederationError } from "../wire/federation-error.ts";
import { proofKeyId, verifyProof } from "../wire/proof.ts";
import { type KeyId, parsePublicKey } from "../wire/public-key.ts";
import type { RecentWellKnowns } from "./recent-well-knowns.ts";
import type { VerificationKey } from "../wire/signature.ts";
import type { PublishedKey } from "./signing-keys.ts";
import { hostCounts, liesUnder } from "./well-known.ts";

export interface ProofCheckOptions {
  readonly store: Store;
  readonly wellKnowns: RecentWellKnowns;
  readonly exchanger: Exchanger;
  /** Our own base domain, the providers that we speak for beside those under it, and our keys. */
  readonly base: ProviderDomain;
  readonly hosts: () => readonly ProviderDomain[];
  readonly keys: () => readonly PublishedKey[];
  readonly now: () => Milliseconds;
}

/** What a proof says of an event. */
export interface Claim {
  readonly id: EventId;
  readonly provider: ProviderDomain;
  readonly via: readonly ProviderDomain[];
  readonly proof: Uint8Array | null;
}

/**
 * `good`: believed, or not due. `wrong`: missing, or wrong by a key that is listed. `dead`: its key is listed no more.
 * `unknown`: the keys can't be read now, and may be later. `wayless`: the way does not say where they can be read.
 */
export type ProofVerdict = "good" | "wrong" | "dead" | "unknown" | "wayless";

type Keys = ReadonlyMap<KeyId, VerificationKey>;

/** Where the keys of a provider's gateway are. */
interface KeySource {
  readonly known: Keys;
  /** Its well-known, read anew for this key; null: it can't be yet. Throws FederationError. */
  readonly fresh: (kid: KeyId) => Promise<Keys | null>;
}

/** Checks the proofs of one page of events: what it has looked up holds for this page. */
export class ProofCheck {
  readonly #options: ProofCheckOptions;
  readonly #sources = new Map<string, Promise<KeySource | "wrong" | "wayless">>();
  readonly #peers = new Map<ProviderDomain, Promise<SpeakingPeer | undefined>>();

  constructor(options: ProofCheckOptions) {
    this.#options = options;
  }

  /** Whether an event of a group that `owner` orders is believed (M37). */
  async ofLog(claim: Claim, owner: PeerId): Promise<ProofVerdict> {
    if (await this.speaksFor(owner, claim.provider)) return "good";
    const verdict = await this.#check(claim);
    return verdict === "unread" ? "unknown" : verdict;
  }

  /** Whether a submission is believed to be of its sender's provider. */
  async ofSubmission(claim: Claim): Promise<ProofVerdict> {
    const verdict = await this.#check(claim);
    // A key signs only once it has long been listed (M17), so that what was read within the last minute is good enough.
    return verdict === "unread" ? "dead" : verdict;
  }

  /** Whether a peer speaks for a provider, by what it is known for (M19, M20). */
  async speaksFor(peer: PeerId, provider: ProviderDomain): Promise<boolean> {
    return !this.#isOurs(provider) && (await this.#peerOf(provider))?.peer === peer;
  }

  #isOurs(provider: ProviderDomain): boolean {
    const { base, hosts } = this.#options;
    return liesUnder(provider, base) || hosts().includes(provider);
  }

  /** `unread`: the key is not listed, and that can't be read anew yet. */
  async #check({ id, provider, via, proof }: Claim): Promise<ProofVerdict | "unread"> {
    const kid = proof && proofKeyId(proof);
    if (proof === null || kid === null) return "wrong";
    try {
      const source = await this.#sourceOf(provider, via);
      if (typeof source === "string") return source;
      let key = this.#live(source.known.get(kid));
      if (!key) {
        const fresh = await source.fresh(kid);
        if (fresh === null) return "unread";
        key = this.#live(fresh.get(kid));
      }
      if (!key) return "dead";
      return verifyProof(proof, id, provider, key.key) ? "good" : "wrong";
    } catch (thrown) {
      if (thrown instanceof FederationError) return "unknown";
      throw thrown;
    }
  }

  #live(key: VerificationKey | undefined): VerificationKey | undefined {
    const over = key !== undefined && key.expires !== null && key.expires <= this.#options.now();
    return over ? undefined : key;
  }

  #sourceOf(
    provider: ProviderDomain,
    via: readonly ProviderDomain[],
  ): Promise<KeySource | "wrong" | "wayless"> {
    const name = `${provider} ${via.at(-2) ?? ""}`;
    const found = this.#sources.get(name) ?? this.#findSource(provider, via);
    this.#sources.set(name, found);
    return found;
  }

  /** `wrong`: whoever is named does not answer for the provider. */
  async #findSource(
    provider: ProviderDomain,
    via: readonly ProviderDomain[],
  ): Promise<KeySource | "wrong" | "wayless"> {
    const { wellKnowns, exchanger, keys } = this.#options;
    if (this.#isOurs(provider)) {
      const ours = byId(keys());
      return { known: ours, fresh: () => Promise.resolve(ours) };
    }
    const anew = async (base: ProviderDomain, kid: KeyId): Promise<Keys | null> => {
      const said = await wellKnowns.getFor(base, kid);
      return said && byId(said.keys);
    };
    const peer = await this.#peerOf(provider);
    if (peer) {
      const known = byId(peer.keys.flatMap(parsedKey));
      return { known, fresh: (kid) => anew(peer.base, kid) };
    }
    const base = via.at(-2);
    if (base === undefined) return "wayless";
    const said = await wellKnowns.get(base);
    if (!(await hostCounts(provider, said, exchanger))) return "wrong";
    return { known: byId(said.keys), fresh: (kid) => anew(base, kid) };
  }

  #peerOf(domain: ProviderDomain): Promise<SpeakingPeer | undefined> {
    const { store, now } = this.#options;
    const known = this.#peers.get(domain) ?? store.read(peerSpeakingFor({ domain, now: now() }));
    this.#peers.set(domain, known);
    return known;
  }
}

const byId = (keys: readonly PublishedKey[]): Keys => new Map(keys.map((key) => [key.kid, key]));

function parsedKey(stored: {
  readonly kid: KeyId;
  readonly public: string;
  readonly notBefore: Milliseconds;
  readonly expires: Milliseconds | null;
}): readonly PublishedKey[] {
  const key = parsePublicKey(stored.public);
  const { kid, notBefore, expires } = stored;
  return key === null ? [] : [{ kid, key, notBefore, expires }];
}
