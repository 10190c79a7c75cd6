/** By what a peer and we may invite each other's people, and knock (docs/mtp.md, Invitations). */
import type { Milliseconds } from "../../time.ts";
import type { ConnectionId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { connectionAllows } from "./connections.ts";

const peerState = statement<{ peer: PeerId }>("may-invite.peerState")((db, { p }) =>
  db.selectFrom("peer").select(["state", "static"]).where("id", "=", p.peer),
);
const guestSomewhere = statement<{ peer: PeerId }>("may-invite.guestSomewhere")((db, { p }) =>
  db
    .selectFrom("guest")
    .select("grp as group")
    .where("peer", "=", p.peer)
    .where("left_seq", "is", null)
    .limit(1),
);
const followedSomewhere = statement<{ peer: PeerId }>("may-invite.followedSomewhere")((db, { p }) =>
  db
    .selectFrom("following")
    .select("grp as group")
    .where("peer", "=", p.peer)
    .where("state", "=", "following")
    .limit(1),
);

/** `connection` null: nothing that could end allows it. */
export interface Grounds {
  readonly connection: ConnectionId | null;
}

/** A connection between the gateways, or that the peer is configured. null: neither, or the peer is blocked. */
export function* lastingGrounds(input: { peer: PeerId; now: Milliseconds }): Unit<Grounds | null> {
  const row = yield* first(peerState, input);
  if (row === undefined || row.state === "blocked") return null;
  const allowed = yield* connectionAllows({ ...input, group: null });
  if (allowed) return { connection: allowed.id };
  return row.static === 1 ? { connection: null } : null;
}

/** The same for inviting somebody of a peer's into a group of ours; being a guest of ours is enough. */
export function* mayInvite(input: { peer: PeerId; now: Milliseconds }): Unit<Grounds | null> {
  const lasting = yield* lastingGrounds(input);
  if (lasting !== null) return lasting;
  if ((yield* first(peerState, input))?.state === "blocked") return null;
  return (yield* first(guestSomewhere, input)) === undefined ? null : { connection: null };
}

/** The same the other way round: whether a peer may invite somebody of ours into a group of its own. */
export function* mayBeInvited(input: { peer: PeerId; now: Milliseconds }): Unit<Grounds | null> {
  const lasting = yield* lastingGrounds(input);
  if (lasting !== null) return lasting;
  return (yield* first(followedSomewhere, input)) === undefined ? null : { connection: null };
}
