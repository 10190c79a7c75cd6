/** As guest: what holds in a group is read from its owner at first, and where the owner's cursor is gone (docs/mtp.md, M66). */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import { type FollowedGroup, UNREAD } from "../../store/units/following.ts";
import { FederationError } from "../wire/federation-error.ts";
import { peerTopic } from "../news.ts";
import { readState } from "./read-state.ts";
import type { PeerLane } from "./sync-options.ts";

/** Reads what holds, and goes on from there. Rejects with FederationError where it can't be had: the cursor then is as gone as before. */
export async function recoverGroup(lane: PeerLane, row: FollowedGroup, signal: AbortSignal): Promise<void> {
  const { options, peer } = lane;
  const { store, log, now } = options;
  const { seq, rev, cursor, state } = await readState(lane, row, signal);
  await holdLane(lane);
  const { fence } = lane.held;
  await store.write("restartFollowing", {
    fence,
    group: row.group,
    after: seq,
    cursor,
    rev,
    state,
    now: now(),
  });
  // What is said again waits for the peer.
  options.news.tell([peerTopic(peer.id)]);
  const said = { peer: peer.base, group: row.uri, held: row.head, snapshot: seq, before: row.heldRev, rev };
  if (rev === row.heldRev)
    log.warn(said, "the owner keeps no more what comes next of a group: it goes on from the snapshot");
  else log.warn(said, "the owner has another log of a group: it is compared with the one that is held");
}

/** How long it is before a snapshot that could not be read is asked for again (M78). */
const AGAIN: Milliseconds = 60_000;

/**
 * Reads what holds in groups that were not followed before. That need not be known for their logs to be read: where it can't
 * be had now, that is tried again later.
 */
export async function learnGroups(
  lane: PeerLane,
  rows: readonly FollowedGroup[],
  signal: AbortSignal,
): Promise<void> {
  const { options, peer, recovered, held } = lane;
  for (const row of rows) {
    const last = recovered.get(row.group);
    if (row.code !== UNREAD || (last !== undefined && options.now() - last < AGAIN)) continue;
    recovered.set(row.group, options.now());
    try {
      const { state } = await readState(lane, row, signal);
      await holdLane(lane);
      await options.store.write("takeGroupState", { fence: held.fence, group: row.group, state });
      recovered.delete(row.group);
    } catch (thrown) {
      if (!(thrown instanceof FederationError) || signal.aborted) throw thrown;
      options.log.warn({ peer: peer.base, group: row.uri, err: thrown }, "a snapshot cannot be read");
    }
  }
}

async function holdLane({ held }: PeerLane): Promise<void> {
  if (!(await held.hold()))
    throw new GatewayError("lane_lost", `lane ${held.fence.lane} is another process's`);
}
