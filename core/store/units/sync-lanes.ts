/** The lanes of peers: each keeps the groups that are shared with one peer going. */
import type { ExpressionBuilder } from "kysely";
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

const freeLanes = statement("sync-lanes.freeLanes")((db, { now }) =>
  db
    .selectFrom("lane")
    .select(["lane.key", "lane.peer"])
    .where("lane.kind", "=", "sync")
    .where("lane.not_before", "<=", now)
    .where("lane.lease_until", "<=", now)
    .where(hasSyncWork)
    .orderBy("lane.peer"),
);

/** Lanes of peers that have something to keep going and that nobody holds; those that are put off are not among them. */
export function* syncLanesFree(): Unit<readonly { readonly key: LaneKey; readonly peer: PeerId }[]> {
  const rows = yield* all(freeLanes, {});
  return rows.flatMap(({ key, peer }) => (peer === null ? [] : [{ key, peer }]));
}
