/** `GET G`: what holds in a group now (docs/mtp.md, The snapshot). */
import type { PeerId } from "../../ids.ts";
import type { GuestHead } from "../../store/units/guests.ts";
import { readableBy } from "../../store/units/guest-reads.ts";
import { type Snapshot, snapshotOf } from "../../store/units/snapshot.ts";
import type { GroupUri } from "../../../mappings/ids.ts";
import { callerOf } from "../serving/caller.ts";
import { makeCursor } from "../wire/cursor.ts";
import { ProblemError } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { type GroupReadOptions, groupOfPath } from "./group-events.ts";

export interface SnapshotRouteOptions extends Pick<GroupReadOptions, "store" | "now"> {
  /** How long events are kept in groups that say nothing of it. */
  readonly retentionDays: number;
}

/** The group as a guest that is in it sees it. Throws ProblemError not_found for everybody else. */
export async function groupForGuest(
  { store, now }: Pick<GroupReadOptions, "store" | "now">,
  uri: GroupUri,
  peer: PeerId,
): Promise<GuestHead> {
  const guest = await store.read(readableBy({ uri, peer, now: now() }));
  // What holds now lies behind the leaving of one that has left.
  if (guest === undefined || guest.left) throw new ProblemError("not_found");
  return guest;
}

/** The route. */
export function groupSnapshotRoute(options: SnapshotRouteOptions): Routes {
  return (server) => {
    server.get("/groups/:authority/:id", async (request) => {
      const { peer } = callerOf(request);
      const uri = groupOfPath(request);
      const { group, visibleFrom } = await groupForGuest(options, uri, peer);
      return answerOf(uri, visibleFrom, await options.store.read(snapshotOf(group)), options.retentionDays);
    });
  };
}

function answerOf(
  uri: GroupUri,
  visibleFrom: number,
  { seq, rev, state, properties, roles, history, join, retentionDays, members }: Snapshot,
  days: number,
): unknown {
  return {
    group: uri,
    cursor: makeCursor({ uri, rev, seq }),
    seq,
    rev,
    state,
    visible_from: visibleFrom,
    properties: properties.map(({ by, ...property }) => ({ ...property, ...(by === null ? {} : { by }) })),
    roles,
    policy: { history, join, retention_days: retentionDays ?? days },
    members,
  };
}
