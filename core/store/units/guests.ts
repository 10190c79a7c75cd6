/** Peers with users in groups of ours, and what of the log each of them sees. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { lockGroup } from "./log.ts";
import { isUnread } from "./restored-rooms.ts";

/** How much of a group's past a new guest sees. */
export type HistoryPolicy =
  | { readonly kind: "none" }
  | { readonly kind: "days"; readonly days: number }
  | { readonly kind: "all" };

const DAY_MS = 86_400_000;

const firstSince = statement<{ group: GroupId; since: Milliseconds }>("guests.firstSince")((db, { p }) =>
  db
    .selectFrom("event")
    .select((eb) => eb.fn.min("seq").as("seq"))
    .where("grp", "=", p.group)
    .where("accepted_at", ">=", p.since),
);
const findGuest = statement<{ group: GroupId; peer: PeerId }>("guests.find")((db, { p }) =>
  db
    .selectFrom("guest")
    .select(["visible_from_seq as visibleFrom", "left_seq as left", "pulled", "connection"])
    .where("grp", "=", p.group)
    .where("peer", "=", p.peer),
);
const putGuest = statement<{
  group: GroupId;
  peer: PeerId;
  visibleFrom: Seq;
  connection: ConnectionId | null;
}>("guests.put")((db, { p }) =>
  db
    .insertInto("guest")
    .values({
      grp: p.group,
      peer: p.peer,
      visible_from_seq: p.visibleFrom,
      left_seq: null,
      connection: p.connection,
      pulled: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["grp", "peer"])
        .doUpdateSet({ visible_from_seq: p.visibleFrom, left_seq: null, connection: p.connection }),
    ),
);

/**
 * Takes a peer into a group of ours. One that is in it keeps what it sees; one that was in it before comes back as a new
 * one. Throws group_unknown where the group is not ours.
 */
export function* addGuest(input: {
  group: GroupId;
  peer: PeerId;
  history: HistoryPolicy;
  connection: ConnectionId | null;
  now: Milliseconds;
}): Unit<{ readonly visibleFrom: Seq; readonly head: Seq | 0; readonly rev: number }> {
  const { group, peer, connection } = input;
  const log = yield* first(lockGroup, { group });
  if (!log || log.ownerPeer !== null)
    throw new GatewayError("group_unknown", `group ${group} is none of this gateway's own`);
  const { head, rev } = log;
  const present = yield* first(findGuest, { group, peer });
  const stays = present !== undefined && present.left === null;
  const visibleFrom = stays ? present.visibleFrom : yield* visibleSince(input, head);
  yield* first(putGuest, { group, peer, visibleFrom, connection });
  return { visibleFrom, head, rev };
}

function* visibleSince(
  { group, history, now }: { group: GroupId; history: HistoryPolicy; now: Milliseconds },
  head: Seq | 0,
): Unit<Seq> {
  const next = (head + 1) as Seq;
  switch (history.kind) {
    case "none":
      return next;
    case "all":
      return 1 as Seq;
    case "days": {
      const { seq } = yield* only(firstSince, { group, since: now - history.days * DAY_MS });
      // No row has a smallest seq only where nothing is that young.
      return seq ?? next;
    }
  }
}

const endGuest = statement<{ group: GroupId; peer: PeerId; left: Seq | 0 }>("guests.end")((db, { p }) =>
  db
    .updateTable("guest")
    .set({ left_seq: p.left })
    .where("grp", "=", p.group)
    .where("peer", "=", p.peer)
    .where("left_seq", "is", null)
    .returning("peer"),
);

/** From here on the peer sees no further in the group. False: it was not in it. */
export function* removeGuest(input: { group: GroupId; peer: PeerId }): Unit<boolean> {
  const log = yield* first(lockGroup, { group: input.group });
  return (yield* first(endGuest, { ...input, left: log?.head ?? 0 })) !== undefined;
}

const guestRows = statement<{ group: GroupId }>("guests.ofGroup")((db, { p }) =>
  db
    .selectFrom("guest")
    .innerJoin("peer", "peer.id", "guest.peer")
    .select(["guest.peer", "peer.base", "visible_from_seq as visibleFrom", "left_seq as left", "connection"])
    .where("guest.grp", "=", p.group)
    .orderBy("peer.base"),
);

/** Every peer that is or was in a group of ours. */
export function* guestsOf(group: GroupId): Unit<
  readonly {
    readonly peer: PeerId;
    readonly base: ProviderDomain;
    readonly visibleFrom: Seq;
    readonly left: Seq | 0 | null;
    readonly connection: ConnectionId | null;
  }[]
> {
  return yield* all(guestRows, { group });
}

/** A group as a guest sees it. */
export interface GuestHead {
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly rev: number;
  /** The last seq that the guest may see. */
  readonly head: Seq | 0;
  readonly visibleFrom: Seq;
  /** True: it sees no further. */
  readonly left: boolean;
  readonly closed: boolean;
  /** The guest's own cursor: up to where its submissions were taken. */
  readonly pulled: string | null;
  /** Whether rooms of it are still to be read behind a backup. */
  readonly unread: boolean;
}

const HEAD_COLUMNS = [
  "grp.id as group",
  "grp.uri",
  "grp.rev",
  "grp.head",
  "grp.state",
  "guest.visible_from_seq as visibleFrom",
  "guest.left_seq as left",
  "guest.pulled",
] as const;
const headRows = statement<{ peer: PeerId }>("guests.headsOfPeer")((db, { p }) =>
  db
    .selectFrom("guest")
    .innerJoin("grp", "grp.id", "guest.grp")
    .select(HEAD_COLUMNS)
    .select((eb) => isUnread(eb).as("unread"))
    .where("guest.peer", "=", p.peer)
    .orderBy("grp.id"),
);
const headRow = statement<{ peer: PeerId; uri: GroupUri }>("guests.headOfGroup")((db, { p }) =>
  db
    .selectFrom("guest")
    .innerJoin("grp", "grp.id", "guest.grp")
    .select(HEAD_COLUMNS)
    .select((eb) => isUnread(eb).as("unread"))
    .where("guest.peer", "=", p.peer)
    .where("grp.uri", "=", p.uri),
);

type HeadRow = Omit<GuestHead, "left" | "closed" | "unread"> & {
  readonly left: Seq | 0 | null;
  /** A number on SQLite. */
  readonly unread: unknown;
  readonly state: "open" | "closed";
};

const asHead = ({ head, state, left, unread, ...row }: HeadRow): GuestHead => ({
  ...row,
  closed: state === "closed",
  head: left ?? head,
  left: left !== null,
  unread: Boolean(unread),
});

/** Where a guest's group stands. Undefined alike for a group that there is not and one that it was never in. */
export function* headFor(input: { uri: GroupUri; peer: PeerId }): Unit<GuestHead | undefined> {
  const row = yield* first(headRow, input);
  return row && asHead(row);
}

/** Where all groups of ours stand that a peer is or was in. */
export function* headsFor(peer: PeerId): Unit<readonly GuestHead[]> {
  return (yield* all(headRows, { peer })).map(asHead);
}
