/** Groups of peers that our users are in: followed through the lane of the peer. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId, ProviderId, Seq } from "../../ids.ts";
import type { FollowingTable } from "../federation-schema.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { lockGroup, moveHead } from "./log.ts";
import { peerOfProvider } from "./peers.ts";
import { isUnread } from "./restored-rooms.ts";

const addGroup = statement<{
  uri: GroupUri;
  provider: ProviderId;
  head: Seq | 0;
  rev: number;
  at: Milliseconds;
}>("following.addGroup")((db, { p }) =>
  db
    .insertInto("grp")
    .values({
      uri: p.uri,
      owner_provider: p.provider,
      head: p.head,
      rev: p.rev,
      accepted_at: p.at,
      state: "open",
    })
    .onConflict((conflict) => conflict.column("uri").doUpdateSet((eb) => ({ uri: eb.ref("grp.uri") })))
    .returning("id"),
);
const putFollowing = statement<{
  group: GroupId;
  peer: PeerId;
  connection: ConnectionId | null;
  cursor: string | null;
  rev: number;
}>("following.put")((db, { p }) =>
  db
    .insertInto("following")
    .values({
      grp: p.group,
      peer: p.peer,
      connection: p.connection,
      cursor: p.cursor,
      rev: p.rev,
      state: "following",
      code: null,
      wake: 0,
    })
    .onConflict((conflict) =>
      conflict.column("grp").doUpdateSet({
        peer: p.peer,
        connection: p.connection,
        cursor: p.cursor,
        rev: p.rev,
        state: "following",
        code: null,
        wake: 0,
      }),
    ),
);

/** Why a group that we were invited to is not followed: the answer alone is still given to its owner. */
export const DECLINED = "declined";

/** Followed, and what holds in it is still to be read from the snapshot. */
export const UNREAD = "unread";

/** Where the owner's log begins for us. */
export interface FollowStart {
  /** The seq before the first one that is visible. */
  readonly after: Seq | 0;
  /** The owner's own cursor for that place. */
  readonly cursor: string | null;
  readonly rev: number;
}

/**
 * Follows a group of a peer's from a place in its log on; the group's row is made where it was never met. One that was left
 * or stopped goes on, and keeps what it has. Throws domain_taken where the peer does not speak for the owner.
 */
export function* follow(
  input: FollowStart & {
    uri: GroupUri;
    owner: ProviderDomain;
    peer: PeerId;
    connection: ConnectionId | null;
    at: Milliseconds;
    actor: string;
  },
): Unit<GroupId> {
  const { uri, peer, after, rev, at } = input;
  const owner = yield* peerOfProvider(input.owner);
  if (owner?.id !== peer || !uri.startsWith(`mimi://${input.owner}/`))
    throw new GatewayError("domain_taken", `the peer does not speak for the owner of ${uri}`);
  const { id: group } = yield* only(addGroup, { uri, provider: owner.provider, head: after, rev, at });
  yield* skipTo(group, after, at);
  yield* first(putFollowing, { ...input, group });
  yield* first(addAudit, { at, actor: input.actor, act: "follow", subject: uri, detail: owner.base });
  return group;
}

const passGap = statement<{ group: GroupId; from: number; to: number }>("following.passGap")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ intended_seq: p.to as Seq, delivered_seq: p.to as Seq })
    .where("grp", "=", p.group)
    .where("intended_seq", "=", p.from as Seq)
    .where("delivered_seq", "=", p.from as Seq),
);

/**
 * Where the owner's log begins after what is held, what lies between is not to be had any more. Where it begins before, what
 * is held is compared with it as it comes.
 */
export function* skipTo(group: GroupId, after: Seq | 0, at: Milliseconds): Unit<void> {
  const { head, accepted_at: last } = yield* only(lockGroup, { group });
  if (after <= head) return;
  yield* first(moveHead, { group, head: after, at: Math.max(last, at) });
  yield* first(passGap, { group, from: head, to: after });
}

const moveCursor = statement<{ group: GroupId; from: string | null; to: string }>("following.moveCursor")(
  (db, { p }) =>
    db
      .updateTable("following")
      .set({ cursor: p.to })
      .where("grp", "=", p.group)
      .where("cursor", "is not distinct from", p.from)
      .where("state", "=", "following")
      .returning("grp"),
);

/** False, and nothing changed, where the cursor does not stand at `from` or the group is not followed. */
export function* setCursor(input: { group: GroupId; from: string | null; to: string }): Unit<boolean> {
  return (yield* first(moveCursor, input)) !== undefined;
}

const setStopped = statement<{ group: GroupId; state: FollowingTable["state"]; code: string }>(
  "following.setStopped",
)((db, { p }) =>
  db
    .updateTable("following")
    .set({ state: p.state, code: p.code })
    .where("grp", "=", p.group)
    .where("state", "=", "following")
    .returning("grp"),
);

/** Ends the following of one group, and says why; `fence` null: an operator does. False: it was not followed. */
export function* stopFollowing(input: {
  fence: Fence | null;
  group: GroupId;
  state: "stopped" | "left";
  code: string;
}): Unit<boolean> {
  if (input.fence !== null) yield* checkFence(input.fence);
  return (yield* first(setStopped, input)) !== undefined;
}

const setWake = statement<{ group: GroupId; wake: Milliseconds }>("following.setWake")((db, { p }) =>
  db.updateTable("following").set({ wake: p.wake }).where("grp", "=", p.group),
);

/** Leaves one group out of its peer's syncs until a time. */
export function* putOffFollowing(input: { fence: Fence; group: GroupId; wake: Milliseconds }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(setWake, input);
}

export interface FollowedGroup {
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly cursor: string | null;
  readonly rev: number;
  /** The revision of what is held; another than `rev` until that is compared with the log. */
  readonly heldRev: number;
  readonly head: Seq | 0;
  readonly state: FollowingTable["state"];
  readonly code: string | null;
  readonly wake: Milliseconds;
  /** Whether rooms of it are still to be read behind a backup. */
  readonly unread: boolean;
}

const ofPeer = statement<{ peer: PeerId }>("following.ofPeer")((db, { p }) =>
  db
    .selectFrom("following")
    .innerJoin("grp", "grp.id", "following.grp")
    .select([
      "grp.id as group",
      "grp.uri",
      "following.cursor",
      "following.rev",
      "grp.rev as heldRev",
      "grp.head",
      "following.state",
      "following.code",
      "following.wake",
    ])
    .select((eb) => isUnread(eb).as("unread"))
    .where("following.peer", "=", p.peer)
    .orderBy("grp.id"),
);

/** Every group of a peer's that is or was followed: what its lane keeps going. */
export function* followedAt(peer: PeerId): Unit<readonly FollowedGroup[]> {
  return (yield* all(ofPeer, { peer })).map((row) => ({ ...row, unread: Boolean(row.unread) }));
}
