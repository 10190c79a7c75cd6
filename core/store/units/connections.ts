/** Who may reach whom: connections with providers of other gateways. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId, ProviderId } from "../../ids.ts";
import type { ConnectionTable } from "../federation-schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { removeGuest } from "./guests.ts";

export interface NewConnection {
  readonly id: ConnectionId;
  readonly peer: PeerId;
  /** The one that has redeemed the code: the peer's where the code was ours, else ours. */
  readonly provider: ProviderId;
  /** null: a connection between the gateways, whatever the group. */
  readonly group: GroupId | null;
  readonly role: string;
  readonly expires: Milliseconds | null;
}

const insertConnection = statement<{
  id: ConnectionId;
  peer: PeerId;
  provider: ProviderId;
  scope: ConnectionTable["scope"];
  group: GroupId | null;
  role: string;
  at: Milliseconds;
  expires: Milliseconds | null;
}>("connections.insert")((db, { p }) =>
  db
    .insertInto("connection")
    .values({
      id: p.id,
      peer: p.peer,
      provider: p.provider,
      scope: p.scope,
      grp: p.group,
      role: p.role,
      state: "active",
      created_at: p.at,
      expires: p.expires,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const activeOf = statement<{ peer: PeerId; now: Milliseconds }>("connections.activeOf")((db, { p }) =>
  db
    .selectFrom("connection")
    .select(["id", "provider", "scope", "grp as group", "role"])
    .where("peer", "=", p.peer)
    .where("state", "=", "active")
    .where((eb) => eb.or([eb("expires", "is", null), eb("expires", ">", p.now)]))
    .orderBy("created_at")
    .orderBy("id"),
);

/**
 * Makes a connection; the id of the one that stands, where the same provider has one of the same scope already (the code
 * was redeemed before and the answer lost).
 */
export function* addConnection(
  input: NewConnection & { at: Milliseconds; actor: string },
): Unit<ConnectionId> {
  const { at, actor, peer, provider, group } = input;
  for (const row of yield* all(activeOf, { peer, now: at }))
    if (row.provider === provider && row.group === group) return row.id;
  const scope = group === null ? "gateway" : "group";
  yield* first(insertConnection, { ...input, scope });
  const audit = { at, actor, act: "connection add", subject: input.id, detail: `${scope}, peer ${peer}` };
  yield* first(addAudit, audit);
  return input.id;
}

/** An active connection that lets a peer act in a group (null: among gateways), or undefined. */
export function* connectionAllows(input: {
  peer: PeerId;
  group: GroupId | null;
  now: Milliseconds;
}): Unit<{ readonly id: ConnectionId; readonly provider: ProviderId; readonly role: string } | undefined> {
  const rows = yield* all(activeOf, input);
  const found = rows.find(
    ({ scope, group }) => scope === "gateway" || (group !== null && group === input.group),
  );
  return found && { id: found.id, provider: found.provider, role: found.role };
}

export interface ConnectionRow {
  readonly id: ConnectionId;
  readonly peer: PeerId;
  readonly base: ProviderDomain;
  readonly provider: ProviderDomain;
  readonly scope: ConnectionTable["scope"];
  readonly group: GroupUri | null;
  readonly role: string;
  readonly state: ConnectionTable["state"];
  readonly createdAt: Milliseconds;
  readonly expires: Milliseconds | null;
}

const everyConnection = statement("connections.every")((db) =>
  db
    .selectFrom("connection")
    .innerJoin("peer", "peer.id", "connection.peer")
    .innerJoin("provider", "provider.id", "connection.provider")
    .leftJoin("grp", "grp.id", "connection.grp")
    .select([
      "connection.id",
      "connection.peer",
      "peer.base",
      "provider.domain as provider",
      "connection.scope",
      "grp.uri as group",
      "connection.role",
      "connection.state",
      "connection.created_at as createdAt",
      "connection.expires",
    ])
    .orderBy("connection.created_at")
    .orderBy("connection.id"),
);

/** All connections, or those of one peer; ended and expired ones too, the oldest first. */
export function* listConnections(peer: PeerId | null): Unit<readonly ConnectionRow[]> {
  const rows = yield* all(everyConnection, {});
  return peer === null ? rows : rows.filter((row) => row.peer === peer);
}

const setEnded = statement<{ id: ConnectionId }>("connections.setEnded")((db, { p }) =>
  db.updateTable("connection").set({ state: "ended" }).where("id", "=", p.id).returning(["peer"]),
);
const byId = statement<{ id: ConnectionId }>("connections.byId")((db, { p }) =>
  db.selectFrom("connection").select("peer").where("id", "=", p.id),
);
const guestsBy = statement<{ id: ConnectionId }>("connections.guestsBy")((db, { p }) =>
  db
    .selectFrom("guest")
    .select(["grp as group", "peer"])
    .where("connection", "=", p.id)
    .where("left_seq", "is", null)
    .orderBy("grp"),
);
const endFollowing = statement<{ id: ConnectionId; code: string }>("connections.endFollowing")((db, { p }) =>
  db
    .updateTable("following")
    .set({ state: "left", code: p.code })
    .where("connection", "=", p.id)
    .where("state", "!=", "left")
    .returning("grp as group"),
);

/** What ended with a connection: groups of ours that the peer sees no further, and groups that we follow no more. */
export interface EndedConnection {
  readonly guestIn: readonly GroupId[];
  readonly followed: readonly GroupId[];
}

/**
 * Ends a connection and all that it allowed. `peer`: the one that asks for it; null: an operator. Throws
 * connection_unknown, also where it is another peer's.
 */
export function* endConnection(input: {
  id: ConnectionId;
  peer: PeerId | null;
  at: Milliseconds;
  actor: string;
}): Unit<EndedConnection> {
  const { id, at, actor } = input;
  const found = yield* first(byId, { id });
  if (!found || (input.peer !== null && input.peer !== found.peer))
    throw new GatewayError("connection_unknown", `no connection ${id} is known here`);
  yield* first(setEnded, { id });
  const guestIn: GroupId[] = [];
  for (const { group, peer } of yield* all(guestsBy, { id })) {
    yield* removeGuest({ group, peer });
    guestIn.push(group);
  }
  const followed = yield* all(endFollowing, { id, code: "connection_ended" });
  yield* first(addAudit, { at, actor, act: "connection end", subject: id, detail: `peer ${found.peer}` });
  return { guestIn, followed: followed.map(({ group }) => group) };
}
