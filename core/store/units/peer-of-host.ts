/** Who speaks for a domain, with what a request of his is checked by. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { PeerId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { keysOfPeer, type PeerKey } from "./peer-facts.ts";

export interface SpeakingPeer {
  readonly peer: PeerId;
  readonly base: ProviderDomain;
  readonly blocked: boolean;
  /** When its well-known was last read. */
  readonly readAt: Milliseconds;
  /** It may ask for more than its connections: it has one that is active, or is from the configuration. */
  readonly connected: boolean;
  readonly keys: readonly PeerKey[];
}

const known = statement<{ domain: ProviderDomain }>("peer-of-host.known")((db, { p }) =>
  db
    .selectFrom("provider")
    .leftJoin("account", "account.provider", "provider.id")
    .select(["provider.id", "provider.peer", "account.id as account"])
    .where("provider.domain", "=", p.domain)
    .limit(1),
);
/** `domains`: a JSON array. */
const above = statement<{ domains: string }>("peer-of-host.above")((db, { p, sql, dialect }) =>
  db
    .selectFrom("peer")
    .select(["id", "base"])
    .where(
      "base",
      "in",
      dialect === "sqlite"
        ? sql<ProviderDomain>`(select value from json_each(${p.domains}))`
        : sql<ProviderDomain>`(select value from json_array_elements_text(${p.domains}::json))`,
    ),
);
const facts = statement<{ peer: PeerId; now: Milliseconds }>("peer-of-host.facts")((db, { p }) =>
  db
    .selectFrom("peer")
    .select(["base", "state", "static", "read_at as readAt"])
    .select((eb) =>
      eb
        .selectFrom("connection")
        .select((of) => of.fn.countAll<number>().as("n"))
        .where("connection.peer", "=", p.peer)
        .where("connection.state", "=", "active")
        .where((of) => of.or([of("expires", "is", null), of("expires", ">", p.now)]))
        .as("connections"),
    )
    .where("id", "=", p.peer),
);

/**
 * The peer that speaks for a provider: the one that was seen to, else the one at or under whose base domain it lies.
 * Undefined: nobody, or we.
 */
export function* peerSpeakingFor(input: {
  readonly domain: ProviderDomain;
  readonly now: Milliseconds;
}): Unit<SpeakingPeer | undefined> {
  const { domain, now } = input;
  const { peer } = yield* hostOf(domain);
  if (peer === null) return undefined;
  const row = yield* first(facts, { peer, now });
  if (!row) return undefined;
  return {
    peer,
    base: row.base,
    blocked: row.state === "blocked",
    readAt: row.readAt,
    connected: row.static === 1 || Number(row.connections) > 0,
    keys: yield* keysOfPeer(peer),
  };
}

/** A provider as it is known here, or would be. */
export interface Host {
  /** null: it has no row. */
  readonly id: ProviderId | null;
  /** Who speaks for it; null: nobody, or we. */
  readonly peer: PeerId | null;
  readonly ours: boolean;
}

/** Whose a provider is. Nothing is written, also where nobody has heard of it. */
export function* hostOf(domain: ProviderDomain): Unit<Host> {
  const row = yield* first(known, { domain });
  const id = row?.id ?? null;
  if (row && row.account !== null) return { id, peer: null, ours: true };
  return { id, peer: row?.peer ?? (yield* peerAbove(domain)), ours: false };
}

/** The peer at or under whose base domain it lies (docs/mtp.md, M19); of two of which one lies under the other, the nearer. */
export function* peerAbove(domain: ProviderDomain): Unit<PeerId | null> {
  const labels = domain.split(".");
  const domains = labels.map((_, at) => labels.slice(at).join("."));
  const rows = yield* all(above, { domains: JSON.stringify(domains) });
  return rows.toSorted((a, b) => b.base.length - a.base.length)[0]?.id ?? null;
}
