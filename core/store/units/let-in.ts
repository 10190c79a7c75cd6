/** Peers let into groups of ours by their connections, and out again. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import type { HistoryPolicy } from "./guests.ts";
import { lastingGrounds } from "./may-invite.ts";
import { hostOf } from "./peer-of-host.ts";
import { admitProvider, dismissProvider } from "./provider-members.ts";

/** Where a guest begins to read. */
export interface GuestPlace {
  /** The seq before the first event that the guest may see. */
  readonly seq: number;
  readonly rev: number;
  /** Rooms that have something to be told. */
  readonly rooms: RoomsToWake;
}

const groupOf = statement<{ group: GroupId }>("let-in.group")((db, { p }) =>
  db.selectFrom("grp").select(["uri", "state"]).where("id", "=", p.group),
);

/**
 * Makes a peer a guest by a connection of one of its providers; one that is a guest already keeps what it sees. Throws
 * redeem_refused where the group has ended, group_unknown where it is none of ours.
 */
export function* letIn(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  connection: ConnectionId;
  history: HistoryPolicy;
  at: Milliseconds;
}): Unit<GuestPlace> {
  const { uri, state } = yield* only(groupOf, { group: input.group });
  if (state === "closed") throw new GatewayError("redeem_refused", `the group ${uri} has ended`);
  const { visibleFrom, rev, rooms } = yield* admitProvider({ ...input, now: input.at });
  return { seq: visibleFrom - 1, rev, rooms };
}

const handOver = statement<{ group: GroupId; peer: PeerId; connection: ConnectionId | null }>(
  "let-in.handOver",
)((db, { p }) =>
  db
    .updateTable("guest")
    .set({ connection: p.connection })
    .where("grp", "=", p.group)
    .where("peer", "=", p.peer),
);

const presentOf = statement<{ group: GroupId; peer: PeerId }>("let-in.presentOf")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["provider.domain", "provider.peer"])
    .distinct()
    .where("member.grp", "=", p.group)
    .where("member.state", "in", ["joined", "invited"])
    .where((eb) => eb.or([eb("provider.peer", "=", p.peer), eb("provider.peer", "is", null)]))
    .orderBy("provider.domain"),
);

/** A peer's providers that are in a group, or have users there, invited ones too; also those that were never listed (M19). */
export function* providersIn(input: { group: GroupId; peer: PeerId }): Unit<readonly ProviderDomain[]> {
  const found: ProviderDomain[] = [];
  for (const { domain, peer } of yield* all(presentOf, input))
    if ((peer ?? (yield* hostOf(domain)).peer) === input.peer) found.push(domain);
  return found;
}

/** Active connections that each let a provider of a peer's into one group. */
export const groupConnections = statement<{ group: GroupId; peer: PeerId; now: Milliseconds }>(
  "let-in.groupConnections",
)((db, { p }) =>
  db
    .selectFrom("connection")
    .innerJoin("provider", "provider.id", "connection.provider")
    .select(["connection.id", "provider.domain"])
    .where("connection.grp", "=", p.group)
    .where("connection.peer", "=", p.peer)
    .where("connection.state", "=", "active")
    .where((eb) => eb.or([eb("connection.expires", "is", null), eb("connection.expires", ">", p.now)]))
    .orderBy("connection.created_at"),
);

/**
 * Ends what a connection between the gateways has allowed in a group: all providers of the peer's leave it but those that have a
 * connection of their own. `provider`, whose connection it was, stands for a guest that has none in the group. Nothing ends
 * where the gateways have another connection.
 */
export function* letOutAll(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  at: Milliseconds;
}): Unit<RoomsToWake> {
  const { group, peer, at: now } = input;
  const lasting = yield* lastingGrounds({ peer, now });
  if (lasting !== null) {
    yield* first(handOver, { group, peer, connection: lasting.connection });
    return [];
  }
  const left = yield* all(groupConnections, { group, peer, now });
  const but = left.map(({ domain }) => domain);
  const present = yield* providersIn({ group, peer });
  const leaving = (present.length > 0 ? present : [input.provider]).filter((one) => !but.includes(one));
  const rooms: RoomsToWake[number][] = [];
  for (const [i, provider] of leaving.entries()) {
    const stays = but.length > 0 || i < leaving.length - 1;
    rooms.push(...(yield* dismissProvider({ group, peer, provider, stays, now })));
  }
  const [instead] = left;
  if (instead) yield* first(handOver, { group, peer, connection: instead.id });
  return rooms;
}

/**
 * Takes a provider and its users out of a group whose connection has ended. Where another connection lets its gateway in,
 * `instead`, that one remains a guest by it.
 */
export function* letOut(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  instead: ConnectionId | null;
  at: Milliseconds;
}): Unit<RoomsToWake> {
  const { group, peer, provider, instead, at: now } = input;
  const rooms = yield* dismissProvider({ group, peer, provider, stays: instead !== null, now });
  if (instead !== null) yield* first(handOver, { group, peer, connection: instead });
  return rooms;
}
