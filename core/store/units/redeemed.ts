/** What came of a code, at the gateway that has redeemed it. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { addConnection, listConnections } from "./connections.ts";
import { follow, type FollowStart } from "./following.ts";
import { hostsOfPeer, type PeerFacts } from "./peer-facts.ts";
import { addPeer, findPeer, updatePeer } from "./peers.ts";
import { endConnection } from "./settle-connection.ts";
import { noteUnread } from "./take-state.ts";

const ownProvider = statement<{ domain: ProviderDomain }>("redeemed.ownProvider")((db, { p }) =>
  db
    .insertInto("provider")
    .values({ domain: p.domain, peer: null })
    .onConflict((conflict) => conflict.column("domain").doUpdateSet({ domain: p.domain }))
    .returning("id"),
);
const setExpires = statement<{ id: ConnectionId; expires: Milliseconds | null }>("redeemed.setExpires")(
  (db, { p }) => db.updateTable("connection").set({ expires: p.expires }).where("id", "=", p.id),
);

export interface KeptInput {
  readonly base: ProviderDomain;
  readonly facts: PeerFacts;
  /** What the issuer's well-known names as hosts. */
  readonly named: readonly ProviderDomain[];
  /** Our provider that has redeemed the code. */
  readonly redeemer: ProviderDomain;
  readonly connection: ConnectionId;
  readonly expires: Milliseconds | null;
  /** null: a connection between the gateways. */
  readonly group:
    | (FollowStart & { readonly uri: GroupUri; readonly owner: ProviderDomain; readonly role: number })
    | null;
  readonly at: Milliseconds;
  readonly actor: string;
}

/**
 * Writes down the issuer as a peer, the connection under the id that the issuer gave it, and follows the group. Doing it again
 * changes nothing. Throws redeem_refused where the peer is blocked or the id is another connection's, and domain_taken.
 */
export function* keepRedeemed(
  input: KeptInput,
): Unit<{ readonly peer: PeerId; readonly group: GroupId | null }> {
  const { connection: id, group: joined, at, actor, expires } = input;
  const peer = yield* knowIssuer(input);
  const row = yield* only(ownProvider, { domain: input.redeemer });
  const begun = {
    peer,
    after: joined?.after ?? (0 as const),
    cursor: joined?.cursor ?? null,
    rev: joined?.rev ?? 0,
  };
  // Followed first, since the connection names the group's row; then again, under the connection.
  const group = joined ? yield* follow({ ...joined, ...begun, connection: null, at, actor }) : null;
  const role = String(joined?.role ?? "");
  const connection = { id, peer, provider: row.id, group, role, expires, waiting: false };
  const stands = yield* addConnection({ ...connection, at, actor });
  if (stands !== id) {
    // The issuer has ended it without our having heard of it.
    yield* endConnection({ id: stands, peer, at, actor });
    yield* addConnection({ ...connection, at, actor });
  }
  const kept = (yield* listConnections(peer)).find((one) => one.id === id);
  if (kept?.state !== "active")
    throw new GatewayError("redeem_refused", `${input.base} gave the connection an id that is taken`);
  yield* first(setExpires, { id, expires });
  if (joined) yield* noteUnread(yield* follow({ ...joined, ...begun, connection: id, at, actor }));
  return { peer, group };
}

function* knowIssuer({ base, facts, named, at, actor }: KeptInput): Unit<PeerId> {
  const known = yield* findPeer(base);
  if (known?.state === "blocked")
    throw new GatewayError("redeem_refused", `the gateway ${base} is blocked here; end the block first`);
  if (!known) return (yield* addPeer({ base, static: false, facts, at, actor })).id;
  const kept = (yield* hostsOfPeer(known.id)).filter(
    (host) => named.includes(host) || host.endsWith(`.${base}`),
  );
  const hosts = [...new Set([...facts.hosts, ...kept])];
  return (yield* updatePeer({ peer: known.id, facts: { ...facts, hosts }, at })).id;
}
