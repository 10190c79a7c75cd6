/** Other gateways: where they are, which keys they sign with, which providers they speak for. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { PeerId, ProviderId } from "../../ids.ts";
import type { PeerTable } from "../federation-schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { hostsOfPeer, type PeerFacts, replaceFacts } from "./peer-facts.ts";
import { addSyncLane } from "./sync-lanes.ts";

export interface PeerRow {
  readonly id: PeerId;
  readonly base: ProviderDomain;
  readonly endpoint: string;
  readonly state: PeerTable["state"];
  readonly features: readonly string[];
  readonly static: boolean;
  /** An operator has said where it is, so that it may be in a network of one's own. */
  readonly trusted: boolean;
  readonly createdAt: Milliseconds;
  readonly readAt: Milliseconds;
}

/** Hosts that the peer names and does not get: they are ours, or another peer speaks for them. */
export interface PeerTaken {
  readonly id: PeerId;
  readonly refused: readonly ProviderDomain[];
}

const ownDomain = statement<{ domain: ProviderDomain }>("peers.ownDomain")((db, { p }) =>
  db
    .selectFrom("provider")
    .innerJoin("account", "account.provider", "provider.id")
    .select("provider.id")
    .where("provider.domain", "=", p.domain)
    .limit(1),
);
const insertPeer = statement<{
  base: ProviderDomain;
  endpoint: string;
  features: string;
  static: number;
  trusted: number;
  at: Milliseconds;
}>("peers.insertPeer")((db, { p }) =>
  db
    .insertInto("peer")
    .values({
      base: p.base,
      endpoint: p.endpoint,
      state: "known",
      features: p.features,
      static: p.static,
      trusted: p.trusted,
      created_at: p.at,
      read_at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);
const setFacts = statement<{ peer: PeerId; endpoint: string; features: string; at: Milliseconds }>(
  "peers.setFacts",
)((db, { p }) =>
  db
    .updateTable("peer")
    .set({ endpoint: p.endpoint, features: p.features, read_at: p.at })
    .where("id", "=", p.peer)
    .returning("id"),
);
/**
 * Writes down a gateway that was not known. Throws peer_known where one of that base domain is, domain_taken where the
 * base domain is a provider of ours.
 */
export function* addPeer(input: {
  base: ProviderDomain;
  static: boolean;
  trusted?: boolean;
  facts: PeerFacts;
  at: Milliseconds;
  actor: string;
}): Unit<PeerTaken> {
  const { base, facts, at } = input;
  if (yield* first(ownDomain, { domain: base }))
    throw new GatewayError("domain_taken", `${base} is a provider of this gateway`);
  const features = JSON.stringify(facts.features);
  const [fixed, trusted] = [input.static ? 1 : 0, input.trusted ? 1 : 0];
  const row = { base, endpoint: facts.endpoint, features, static: fixed, trusted, at };
  const added = yield* first(insertPeer, row);
  if (!added) throw new GatewayError("peer_known", `the gateway ${base} is known already`);
  yield* addSyncLane(added.id);
  yield* first(addAudit, { at, actor: input.actor, act: "peer add", subject: base, detail: facts.endpoint });
  return { id: added.id, refused: yield* replaceFacts(added.id, facts) };
}

/**
 * Puts what a peer's well-known says now in the place of what it said before, keys and hosts together. Throws peer_unknown.
 */
export function* updatePeer(input: { peer: PeerId; facts: PeerFacts; at: Milliseconds }): Unit<PeerTaken> {
  const { peer, facts, at } = input;
  const features = JSON.stringify(facts.features);
  if (!(yield* first(setFacts, { peer, endpoint: facts.endpoint, features, at })))
    throw new GatewayError("peer_unknown", `no peer has the number ${peer}`);
  return { id: peer, refused: yield* replaceFacts(peer, facts) };
}

const columns = [
  "peer.id",
  "peer.base",
  "peer.endpoint",
  "peer.state",
  "peer.features",
  "peer.static",
  "peer.trusted",
  "peer.created_at as createdAt",
  "peer.read_at as readAt",
] as const;
const byBase = statement<{ base: ProviderDomain }>("peers.byBase")((db, { p }) =>
  db.selectFrom("peer").select(columns).where("base", "=", p.base),
);
const byHost = statement<{ domain: ProviderDomain }>("peers.byHost")((db, { p }) =>
  db
    .selectFrom("provider")
    .innerJoin("peer", "peer.id", "provider.peer")
    .select(columns)
    .select("provider.id as provider")
    .where("provider.domain", "=", p.domain),
);
const byId = statement<{ id: PeerId }>("peers.byId")((db, { p }) =>
  db.selectFrom("peer").select(columns).where("id", "=", p.id),
);
const everyPeer = statement("peers.everyPeer")((db) => db.selectFrom("peer").select(columns).orderBy("base"));
/** The peer of a base domain. */
export function* findPeer(base: ProviderDomain): Unit<PeerRow | undefined> {
  const row = yield* first(byBase, { base });
  return row && asPeer(row);
}

/** A peer by its number. */
export function* peerById(id: PeerId): Unit<PeerRow | undefined> {
  const row = yield* first(byId, { id });
  return row && asPeer(row);
}

/** The peer that speaks for a provider, and that provider. */
export function* peerOfProvider(
  domain: ProviderDomain,
): Unit<(PeerRow & { readonly provider: ProviderId }) | undefined> {
  const row = yield* first(byHost, { domain });
  if (!row) return undefined;
  const { provider, ...peer } = row;
  return { ...asPeer(peer), provider };
}

/** Every peer, blocked ones too, by base domain, with the providers that it speaks for. */
export function* peersAll(): Unit<readonly (PeerRow & { readonly hosts: readonly ProviderDomain[] })[]> {
  const rows: (PeerRow & { readonly hosts: readonly ProviderDomain[] })[] = [];
  for (const row of yield* all(everyPeer, {})) {
    rows.push({ ...asPeer(row), hosts: yield* hostsOfPeer(row.id) });
  }
  return rows;
}

type StoredPeer = Omit<PeerRow, "features" | "static" | "trusted"> & {
  readonly features: string;
  readonly static: number;
  readonly trusted: number;
};

function asPeer({ features, static: fixed, trusted, ...row }: StoredPeer): PeerRow {
  const names = JSON.parse(features) as readonly string[];
  return { ...row, features: names, static: fixed === 1, trusted: trusted === 1 };
}

const setState = statement<{ base: ProviderDomain; state: PeerTable["state"] }>("peers.setState")(
  (db, { p }) => db.updateTable("peer").set({ state: p.state }).where("base", "=", p.base).returning("id"),
);

/** Blocks a peer, or ends the block. Throws peer_unknown. */
export function* blockPeer(input: {
  base: ProviderDomain;
  blocked: boolean;
  at: Milliseconds;
  actor: string;
}): Unit<PeerId> {
  const { base, at, actor } = input;
  const found = yield* first(setState, { base, state: input.blocked ? "blocked" : "known" });
  if (!found) throw new GatewayError("peer_unknown", `no gateway ${base} is known here`);
  const act = input.blocked ? "peer block" : "peer unblock";
  yield* first(addAudit, { at, actor, act, subject: base, detail: "" });
  return found.id;
}
