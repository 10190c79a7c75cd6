/** What a peer says of itself in its well-known: the keys that it signs with, the providers that it speaks for. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { KeyId } from "../../federation/wire/public-key.ts";
import type { PeerId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

export interface PeerKey {
  readonly kid: KeyId;
  /** 32 octets as base64url. */
  readonly public: string;
  readonly notBefore: Milliseconds;
  readonly expires: Milliseconds | null;
}

/** What a peer's well-known says, as far as it counts. */
export interface PeerFacts {
  readonly endpoint: string;
  readonly features: readonly string[];
  /** The providers that it may speak for: the caller has seen that each of these hosts counts. */
  readonly hosts: readonly ProviderDomain[];
  readonly keys: readonly PeerKey[];
}

const dropKeys = statement<{ peer: PeerId }>("peer-facts.dropKeys")((db, { p }) =>
  db.deleteFrom("peer_key").where("peer", "=", p.peer),
);
const addKey = statement<{ peer: PeerId } & PeerKey>("peer-facts.addKey")((db, { p }) =>
  db
    .insertInto("peer_key")
    .values({ peer: p.peer, kid: p.kid, public: p.public, not_before: p.notBefore, expires: p.expires }),
);
const hostsOf = statement<{ peer: PeerId }>("peer-facts.hostsOf")((db, { p }) =>
  db.selectFrom("provider").select(["id", "domain"]).where("peer", "=", p.peer).orderBy("domain"),
);
const letGo = statement<{ id: ProviderId }>("peer-facts.letGo")((db, { p }) =>
  db.updateTable("provider").set({ peer: null }).where("id", "=", p.id),
);
const addHost = statement<{ domain: ProviderDomain; peer: PeerId }>("peer-facts.addHost")((db, { p }) =>
  db
    .insertInto("provider")
    .values({ domain: p.domain, peer: p.peer })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);
// Somebody known by name only, for whom nobody has spoken until now.
const takeHost = statement<{ domain: ProviderDomain; peer: PeerId }>("peer-facts.takeHost")((db, { p }) =>
  db
    .updateTable("provider")
    .set({ peer: p.peer })
    .where("domain", "=", p.domain)
    .where((eb) => eb.or([eb("peer", "is", null), eb("peer", "=", p.peer)]))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom("account").select("account.id").whereRef("account.provider", "=", "provider.id"),
        ),
      ),
    )
    .returning("id"),
);

/** Puts keys and hosts in the place of those that were there; the hosts that the peer does not get. */
export function* replaceFacts(peer: PeerId, facts: PeerFacts): Unit<readonly ProviderDomain[]> {
  yield* first(dropKeys, { peer });
  for (const key of facts.keys) yield* first(addKey, { peer, ...key });
  for (const { id, domain } of yield* all(hostsOf, { peer }))
    if (!facts.hosts.includes(domain)) yield* first(letGo, { id });
  const refused: ProviderDomain[] = [];
  // In one order, so that two peers that name the same hosts do not wait for each other.
  for (const domain of facts.hosts.toSorted())
    if (!(yield* first(addHost, { domain, peer })) && !(yield* first(takeHost, { domain, peer })))
      refused.push(domain);
  return refused;
}

/** Lets a peer speak for one provider more, which the caller has seen to count. False: it is ours, or another peer's. */
export function* speakFor(peer: PeerId, domain: ProviderDomain): Unit<boolean> {
  const taken = (yield* first(addHost, { domain, peer })) ?? (yield* first(takeHost, { domain, peer }));
  return taken !== undefined;
}

const keysOf = statement<{ peer: PeerId }>("peer-facts.keysOf")((db, { p }) =>
  db
    .selectFrom("peer_key")
    .select(["kid", "public", "not_before as notBefore", "expires"])
    .where("peer", "=", p.peer)
    .orderBy("not_before")
    .orderBy("kid"),
);

/** The keys that a peer signs with, past and coming ones too, the oldest first. */
export function* keysOfPeer(peer: PeerId): Unit<readonly PeerKey[]> {
  return yield* all(keysOf, { peer });
}

/** The providers that a peer speaks for. */
export function* hostsOfPeer(peer: PeerId): Unit<readonly ProviderDomain[]> {
  return (yield* all(hostsOf, { peer })).map(({ domain }) => domain);
}
