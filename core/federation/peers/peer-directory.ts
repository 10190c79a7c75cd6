/** The gateways that are known, from the store: whose key it is, for whom they speak, and what they say of themselves now. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { asGatewayError, GatewayError } from "../../errors.ts";
import type { PeerId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import { hasLeftLately } from "../../store/units/guest-reads.ts";
import { hostsOfPeer, keysOfPeer, type PeerFacts } from "../../store/units/peer-facts.ts";
import { peerSpeakingFor, type SpeakingPeer } from "../../store/units/peer-of-host.ts";
import { findPeer, peersAll } from "../../store/units/peers.ts";
import type { PeerDirectory, PeerKey } from "../serving/caller.ts";
import type { Exchanger } from "./exchange.ts";
import { FederationError } from "../wire/federation-error.ts";
import { peerFactsOf } from "./peer-facts-of.ts";
import { type KeyId, keyIdOf, parsePublicKey, publicKeyText } from "../wire/public-key.ts";
import type { RecentWellKnowns } from "./recent-well-knowns.ts";
import type { VerificationKey } from "../wire/signature.ts";
import { hostCounts, liesUnder, type WellKnown } from "./well-known.ts";

/** A gateway of the configuration. */
export interface StaticPeer {
  readonly base: ProviderDomain;
  readonly endpoint: string;
  /** As its well-known has it. */
  readonly key: string;
}

export interface StoredPeersOptions {
  readonly store: Store;
  /** Our own base domain: nothing at or under it counts for a peer. */
  readonly base: ProviderDomain;
  readonly static: readonly StaticPeer[];
  readonly wellKnowns: Pick<RecentWellKnowns, "get">;
  readonly exchanger: Exchanger;
  readonly now: () => Milliseconds;
  readonly log: Logger;
}

interface Known extends Omit<SpeakingPeer, "keys"> {
  readonly at: Milliseconds;
  readonly keys: ReadonlyMap<KeyId, VerificationKey>;
}

const ACTOR = "gateway";
/** How long what another process has changed may go unseen. */
const KEPT: Milliseconds = 1_000;
const MOST = 1_000;
const STALE: Milliseconds = 24 * 3_600_000;
/** Domains of one peer that are asked at one time. */
const AT_ONCE = 8;

export class StoredPeers implements PeerDirectory {
  readonly #options: StoredPeersOptions;
  readonly #known = new Map<ProviderDomain, Known>();
  readonly #tried = new Map<PeerId, { readonly at: Milliseconds; readonly done: Promise<void> }>();

  constructor(options: StoredPeersOptions) {
    this.#options = options;
  }

  /**
   * The peer's well-known is read again where it is known and the key is not (docs/mtp.md, M31), once a minute at most.
   * Throws GatewayError.
   */
  async findKey(kid: KeyId, as: ProviderDomain): Promise<PeerKey | null> {
    const found = await this.#find(as);
    if (found === null) return null;
    const listed = keyOf(found, kid);
    if (listed !== null || found.blocked) return listed;
    await this.#tryRefresh(found);
    const again = await this.#find(as);
    return again && keyOf(again, kid);
  }

  async speaksFor(peer: PeerId, provider: ProviderDomain): Promise<boolean> {
    return (await this.#find(provider))?.peer === peer;
  }

  leftLately(peer: PeerId): Promise<boolean> {
    return this.#options.store.read(hasLeftLately({ peer, now: this.#options.now() }));
  }

  /** Call it after a peer, its connections or its hosts have changed. */
  forget(): void {
    this.#known.clear();
  }

  /** Writes the configured gateways down, with what the configuration says where that is not known of them. */
  async putStatic(): Promise<void> {
    const { store, now } = this.#options;
    for (const { base, endpoint, key } of this.#options.static) {
      const facts = withStaticKey({ endpoint, features: [], hosts: [base], keys: [] }, key);
      const known = await store.read(findPeer(base));
      if (known === undefined)
        await store.write("addPeer", { base, static: true, facts, at: now(), actor: ACTOR });
      else if (known.endpoint !== endpoint || !(await this.#has(known.id, key)))
        await store.write("updatePeer", { peer: known.id, facts, at: now() });
    }
    this.forget();
  }

  /**
   * Reads the well-knowns that have not been read for a day, and what the hosts in them say; whatever no longer stands there
   * loses its force. A gateway that does not answer keeps what it had. To be called now and then.
   */
  async refreshStale(): Promise<void> {
    const { store, now, log } = this.#options;
    for (const row of await store.read(peersAll())) {
      if (row.state === "blocked" || row.readAt > now() - STALE) continue;
      try {
        await this.#refresh({ peer: row.id, base: row.base }, "hosts too");
      } catch (thrown) {
        log.warn({ peer: row.base, err: asGatewayError(thrown) }, "a gateway's well-known cannot be read");
      }
    }
  }

  async #has(peer: PeerId, key: string): Promise<boolean> {
    return (await this.#options.store.read(keysOfPeer(peer))).some((known) => known.public === key);
  }

  async #find(as: ProviderDomain): Promise<Known | null> {
    const { store, base, now } = this.#options;
    if (liesUnder(as, base)) return null;
    const kept = this.#known.get(as);
    if (kept && Math.abs(now() - kept.at) < KEPT) return kept;
    const at = now();
    this.#known.delete(as);
    const row = await store.read(peerSpeakingFor({ domain: as, now: at }));
    if (row === undefined) return null;
    const connected = row.connected || this.#options.static.some((peer) => peer.base === row.base);
    const found = { ...row, connected, at, keys: new Map(row.keys.flatMap(verificationKey)) };
    this.#known.set(as, found);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return found;
  }

  /** Whoever asks while it is under way waits for the same. */
  async #tryRefresh({ peer, base, readAt }: Known): Promise<void> {
    const { now, log } = this.#options;
    const recent = (at: Milliseconds): boolean => now() - at < limits.wellKnownEveryMs;
    const tried = this.#tried.get(peer);
    if (tried && recent(tried.at)) return tried.done;
    if (recent(readAt)) return;
    const done = this.#refresh({ peer, base }, "keys").catch((thrown: unknown) => {
      log.info({ peer: base, err: asGatewayError(thrown) }, "a gateway's well-known cannot be read");
    });
    this.#tried.set(peer, { at: now(), done });
    return done;
  }

  async #refresh(
    { peer, base }: { readonly peer: PeerId; readonly base: ProviderDomain },
    what: "keys" | "hosts too",
  ): Promise<void> {
    const { store, wellKnowns, now, log } = this.#options;
    const said = await wellKnowns.get(base);
    const before = await store.read(hostsOfPeer(peer));
    const named = before.filter((host) => liesUnder(host, base) || said.hosts.includes(host));
    const hosts = what === "keys" ? named : await this.#countedHosts(said, named);
    const configured = this.#options.static.find((known) => known.base === base);
    const facts = peerFactsOf(said, hosts);
    const { refused } = await store.write("updatePeer", {
      peer,
      facts: configured ? withStaticKey({ ...facts, endpoint: configured.endpoint }, configured.key) : facts,
      at: now(),
    });
    this.forget();
    if (refused.length > 0)
      log.warn({ peer: base, hosts: refused }, "a gateway names hosts that are ours or another gateway's");
  }

  /** `before`: those that counted, and go on to where their own well-known does not answer. */
  async #countedHosts(said: WellKnown, before: readonly ProviderDomain[]): Promise<ProviderDomain[]> {
    const { base, exchanger } = this.#options;
    const counted = new Set(before.filter((host) => liesUnder(host, said.base)));
    const asked = said.hosts.filter((host) => !liesUnder(host, base) && !counted.has(host));
    const ask = async (): Promise<void> => {
      for (let host = asked.pop(); host !== undefined; host = asked.pop())
        if (await counts(host, said, exchanger, before.includes(host))) counted.add(host);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    return [...counted];
  }
}

async function counts(
  host: ProviderDomain,
  said: WellKnown,
  exchanger: Exchanger,
  before: boolean,
): Promise<boolean> {
  try {
    return await hostCounts(host, said, exchanger);
  } catch (thrown) {
    if (!(thrown instanceof FederationError)) throw thrown;
    const silent = thrown.status === null || thrown.status >= 500;
    return before && silent;
  }
}

function keyOf({ peer, blocked, connected, keys }: Known, kid: KeyId): PeerKey | null {
  const key = keys.get(kid);
  return key === undefined ? null : { ...key, peer, blocked, connected };
}

function verificationKey({
  kid,
  public: text,
  notBefore,
  expires,
}: PeerFacts["keys"][number]): [KeyId, VerificationKey][] {
  const key = parsePublicKey(text);
  return key === null ? [] : [[kid, { key, notBefore, expires }]];
}

/** The key of the configuration is good whatever the well-known says. */
function withStaticKey(facts: PeerFacts, text: string): PeerFacts {
  const key = parsePublicKey(text);
  if (key === null) throw new GatewayError("internal", "a configured key was not checked");
  const kid = keyIdOf(key);
  const others = facts.keys.filter((other) => other.kid !== kid);
  const configured = { kid, public: publicKeyText(key), notBefore: 0, expires: null };
  return { ...facts, keys: [configured, ...others] };
}
