/** The lanes of peers: each keeps the groups that are shared with one peer going. */
import type { Expression, ExpressionBuilder, Kysely } from "kysely";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import { type LaneKey, syncLane } from "../../lanes/lane-key.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

const addLane = statement<{ lane: LaneKey; peer: PeerId }>("sync-lanes.addLane")((db, { p }) =>
  db
    .insertInto("lane")
    .values({
      key: p.lane,
      kind: "sync",
      account: null,
      binding: null,
      peer: p.peer,
      epoch: 0,
      holder: null,
      lease_until: 0,
      not_before: 0,
      failures: 0,
      last_error: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

/** Makes the lane of a peer, where there is none. */
export function* addSyncLane(peer: PeerId): Unit<void> {
  yield* first(addLane, { lane: syncLane(peer), peer });
}

/** The lane is of a peer that is not blocked, and follows a group there or has a guest there. */
export function hasSyncWork(eb: ExpressionBuilder<Tables, "lane">) {
  const peer = eb
    .selectFrom("peer")
    .select("peer.id")
    .whereRef("peer.id", "=", "lane.peer")
    .where("peer.state", "=", "known");
  const following = eb
    .selectFrom("following")
    .select("following.grp")
    .whereRef("following.peer", "=", "lane.peer")
    .where("following.state", "=", "following");
  const guest = eb
    .selectFrom("guest")
    .select("guest.grp")
    .whereRef("guest.peer", "=", "lane.peer")
    .where("guest.left_seq", "is", null);
  return eb.and([eb.exists(peer), eb.or([eb.exists(following), eb.exists(guest)])]);
}

/** The lane is of a peer that may invite our people, whatever is shared with it (docs/mtp.md, M112). */
function mayInvite(eb: ExpressionBuilder<Tables, "lane">, now: Milliseconds) {
  const connection = eb
    .selectFrom("connection")
    .select("connection.id")
    .whereRef("connection.peer", "=", "lane.peer")
    .where("connection.scope", "=", "gateway")
    .where("connection.state", "=", "active")
    .where((of) => of.or([of("connection.expires", "is", null), of("connection.expires", ">", now)]));
  const peer = eb
    .selectFrom("peer")
    .select("peer.id")
    .whereRef("peer.id", "=", "lane.peer")
    .where("peer.state", "=", "known")
    .where((of) => of.or([of("peer.static", "=", 1), of.exists(connection)]));
  return eb.exists(peer);
}

const free = (db: Kysely<Tables>, now: Expression<number>) =>
  db
    .selectFrom("lane")
    .select(["lane.key", "lane.peer"])
    .where("lane.kind", "=", "sync")
    .where("lane.not_before", "<=", now)
    .where("lane.lease_until", "<=", now)
    .orderBy("lane.peer");
const freeLanes = statement("sync-lanes.freeLanes")((db, { now }) => free(db, now).where(hasSyncWork));
const hearingLanes = statement<{ at: Milliseconds }>("sync-lanes.hearingLanes")((db, { p, now }) =>
  free(db, now).where((eb) => eb.or([hasSyncWork(eb), mayInvite(eb, p.at)])),
);

/**
 * Lanes of peers that have something to keep going and that nobody holds; those that are put off are not among them. `hears`:
 * this gateway can't be reached, so that it asks for invitations even where nothing is shared yet.
 */
export function* syncLanesFree({
  hears,
  now: at,
}: {
  hears: boolean;
  now: Milliseconds;
}): Unit<readonly { readonly key: LaneKey; readonly peer: PeerId }[]> {
  const rows = hears ? yield* all(hearingLanes, { at }) : yield* all(freeLanes, {});
  return rows.flatMap(({ key, peer }) => (peer === null ? [] : [{ key, peer }]));
}
