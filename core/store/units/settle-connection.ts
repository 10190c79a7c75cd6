/** Connections confirmed and ended, with all that hangs on them. */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import { type ConnectionChange, setActive, standingOf } from "./connections.ts";
import type { HistoryPolicy } from "./guests.ts";
import { dropUnfounded } from "./invitations.ts";
import { dropKnocks } from "./knocks.ts";
import { type GuestPlace, letIn, letOut, letOutAll } from "./let-in.ts";
import { lastingGrounds } from "./may-invite.ts";
import { settleInvited } from "./uninvite.ts";

const byId = statement<{ id: ConnectionId }>("connections.byId")((db, { p }) =>
  db
    .selectFrom("connection")
    .innerJoin("provider", "provider.id", "connection.provider")
    .select(["connection.peer", "provider.domain as provider", "connection.state", "connection.scope"])
    .where("connection.id", "=", p.id),
);
const unknown = (id: ConnectionId): GatewayError =>
  new GatewayError("connection_unknown", `no connection ${id} is known here`);

/**
 * Lets a connection that waits allow what it is for. Where it does already nothing changes. Throws connection_unknown, also
 * where it has ended.
 */
export function* confirmConnection(input: {
  id: ConnectionId;
  history: HistoryPolicy;
  at: Milliseconds;
  actor: string;
}): Unit<ConnectionChange> {
  const { id, history, at, actor } = input;
  const found = yield* first(byId, { id });
  if (!found) throw unknown(id);
  if (found.state === "ended") throw new GatewayError("connection_unknown", `the connection ${id} has ended`);
  const { peer, provider } = found;
  const confirmed = yield* first(setActive, { id });
  if (!confirmed) return { peer, groups: [], rooms: [], followed: [] };
  const { group } = confirmed;
  const place: GuestPlace | null =
    group === null ? null : yield* letIn({ group, peer, provider, connection: id, history, at });
  yield* first(addAudit, { at, actor, act: "connection confirm", subject: id, detail: provider });
  return { peer, groups: group === null ? [] : [group], rooms: place?.rooms ?? [], followed: [] };
}

const setEnded = statement<{ id: ConnectionId; at: Milliseconds }>("connections.setEnded")((db, { p }) =>
  db
    .updateTable("connection")
    .set({ state: "ended", ended_at: p.at })
    .where("id", "=", p.id)
    .where("state", "!=", "ended"),
);
const guestsBy = statement<{ id: ConnectionId }>("connections.guestsBy")((db, { p }) =>
  db
    .selectFrom("guest")
    .select(["grp as group", "peer"])
    .where("connection", "=", p.id)
    .where("left_seq", "is", null)
    .orderBy("grp"),
);
const guestOf = statement<{ id: ConnectionId }>("connections.guestOf")((db, { p }) =>
  db
    .selectFrom("connection")
    .innerJoin("guest", (join) =>
      join.onRef("guest.grp", "=", "connection.grp").onRef("guest.peer", "=", "connection.peer"),
    )
    .select(["guest.grp as group", "guest.connection as by"])
    .where("connection.id", "=", p.id)
    .where("guest.left_seq", "is", null),
);
const endFollowing = statement<{ id: ConnectionId; code: string }>("connections.endFollowing")((db, { p }) =>
  db
    .updateTable("following")
    .set({ state: "left", code: p.code })
    .where("connection", "=", p.id)
    .where("state", "!=", "left")
    .returning("grp as group"),
);

/**
 * Ends a connection and all that it alone allowed (docs/mtp.md, M107): a guest that has another one stays by that. `peer`: the
 * one that asks for it; null: an operator. Throws connection_unknown, also where it is another peer's.
 */
export function* endConnection(input: {
  id: ConnectionId;
  peer: PeerId | null;
  at: Milliseconds;
  actor: string;
}): Unit<ConnectionChange> {
  const { id, at, actor } = input;
  const found = yield* first(byId, { id });
  if (!found || (input.peer !== null && input.peer !== found.peer)) throw unknown(id);
  const { peer, provider, state } = found;
  if (state === "ended") return { peer, groups: [], rooms: [], followed: [] };
  const own = state === "active" ? yield* first(guestOf, { id }) : undefined;
  yield* first(setEnded, { id, at });
  const groups: GroupId[] = [];
  const rooms: RoomsToWake[number][] = [];
  for (const { group } of yield* all(guestsBy, { id })) {
    groups.push(group);
    if (found.scope === "gateway") {
      rooms.push(...(yield* letOutAll({ group, peer, provider, at })));
      rooms.push(...(yield* settleInvited({ group, peer, now: at })));
      continue;
    }
    const others = yield* all(standingOf, { peer, now: at });
    const instead = others.find((one) => one.group === group && one.state === "active")?.id ?? null;
    rooms.push(...(yield* letOut({ group, peer, provider, instead, at })));
  }
  // A guest by another connection: this one has let in its own provider alone.
  if (own && own.by !== null && own.by !== id) {
    rooms.push(...(yield* letOut({ group: own.group, peer, provider, instead: own.by, at })));
    groups.push(own.group);
  }
  const followed = (yield* all(endFollowing, { id, code: "connection_ended" })).map(({ group }) => group);
  yield* forgetAsked({ peer, now: at });
  yield* first(addAudit, {
    at,
    actor,
    act: "connection end",
    subject: id,
    detail: `${provider}, peer ${peer}`,
  });
  return { peer, groups, rooms, followed };
}

/** What the peer has asked for is forgotten where nothing allows it any more. */
function* forgetAsked(input: { peer: PeerId; now: Milliseconds }): Unit<void> {
  yield* dropUnfounded(input);
  const standing = (yield* all(standingOf, input)).some(({ state }) => state === "active");
  if (!standing && (yield* lastingGrounds(input)) === null) yield* dropKnocks(input.peer);
}
