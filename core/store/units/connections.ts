/** Who may reach whom: connections with providers of other gateways. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { ConnectionId, GroupId, PeerId, ProviderId } from "../../ids.ts";
import type { ConnectionTable } from "../federation-schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import type { RoomsToWake } from "./carried-events.ts";

export interface NewConnection {
  readonly id: ConnectionId;
  readonly peer: PeerId;
  /** The one that has redeemed the code: the peer's where the code was ours, else ours. */
  readonly provider: ProviderId;
  /** null: a connection between the gateways, whatever the group. */
  readonly group: GroupId | null;
  readonly role: string;
  readonly expires: Milliseconds | null;
  /** Somebody here has to confirm it before it allows anything. */
  readonly waiting: boolean;
}

/** What has to be told once connections have changed. */
export interface ConnectionChange {
  readonly peer: PeerId;
  /** Groups of ours whose log grew, or whose guests are others. */
  readonly groups: readonly GroupId[];
  /** Rooms that have something to be told. */
  readonly rooms: RoomsToWake;
  /** Groups of the peer's that are followed from now on, or no more. */
  readonly followed: readonly GroupId[];
}

const insertConnection = statement<{
  id: ConnectionId;
  peer: PeerId;
  provider: ProviderId;
  scope: ConnectionTable["scope"];
  group: GroupId | null;
  role: string;
  state: ConnectionTable["state"];
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
      state: p.state,
      created_at: p.at,
      expires: p.expires,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
/** Those of a peer that wait or are active. */
export const standingOf = statement<{ peer: PeerId; now: Milliseconds }>("connections.standingOf")(
  (db, { p }) =>
    db
      .selectFrom("connection")
      .select(["id", "provider", "scope", "grp as group", "role", "state"])
      .where("peer", "=", p.peer)
      .where("state", "!=", "ended")
      .where((eb) => eb.or([eb("expires", "is", null), eb("expires", ">", p.now)]))
      .orderBy("created_at")
      .orderBy("id"),
);

/** A row back: it has waited until now. */
export const setActive = statement<{ id: ConnectionId }>("connections.setActive")((db, { p }) =>
  db
    .updateTable("connection")
    .set({ state: "active" })
    .where("id", "=", p.id)
    .where("state", "=", "waiting")
    .returning(["grp as group"]),
);

/**
 * Makes a connection; the id of the one that stands, where the same provider has one of the same scope already (the code
 * was redeemed before and the answer lost). One that waits is active from now on where nobody has to be asked any more.
 */
export function* addConnection(
  input: NewConnection & { at: Milliseconds; actor: string },
): Unit<ConnectionId> {
  const { at, actor, peer, provider, group } = input;
  for (const row of yield* all(standingOf, { peer, now: at })) {
    if (row.provider !== provider || row.group !== group) continue;
    if (!input.waiting) yield* first(setActive, { id: row.id });
    return row.id;
  }
  const scope = group === null ? "gateway" : "group";
  yield* first(insertConnection, { ...input, scope, state: input.waiting ? "waiting" : "active" });
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
  const rows = yield* all(standingOf, input);
  const found = rows.find(
    ({ scope, group, state }) =>
      state === "active" && (scope === "gateway" || (group !== null && group === input.group)),
  );
  return found && { id: found.id, provider: found.provider, role: found.role };
}

export interface ConnectionRow {
  readonly id: ConnectionId;
  readonly peer: PeerId;
  readonly base: ProviderDomain;
  /** The one that has redeemed the code. */
  readonly provider: ProviderDomain;
  /** Whose code it was. */
  readonly issuer: "we" | "they";
  readonly scope: ConnectionTable["scope"];
  readonly group: GroupUri | null;
  readonly role: string;
  readonly state: ConnectionTable["state"];
  readonly createdAt: Milliseconds;
  readonly expires: Milliseconds | null;
  /** null: it has not ended. */
  readonly endedAt: Milliseconds | null;
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
      "provider.peer as spokenBy",
      "connection.scope",
      "grp.uri as group",
      "connection.role",
      "connection.state",
      "connection.created_at as createdAt",
      "connection.expires",
      "connection.ended_at as endedAt",
    ])
    .orderBy("connection.created_at")
    .orderBy("connection.id"),
);

/** All connections, or those of one peer; ended and expired ones too, the oldest first. */
export function* listConnections(peer: PeerId | null): Unit<readonly ConnectionRow[]> {
  const rows = (yield* all(everyConnection, {})).filter((row) => peer === null || row.peer === peer);
  return rows.map(({ spokenBy, ...row }) => ({ ...row, issuer: spokenBy === row.peer ? "we" : "they" }));
}
