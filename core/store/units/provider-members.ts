/** Providers as members of groups of ours: the log says whose gateways read it (docs/mtp.md, M54, M107, M126). */
import { noParticulars } from "../../../mappings/events.ts";
import type { ProviderDomain, UserUri } from "../../../mappings/ids.ts";
import type { Standing } from "../../../mappings/room-policy/deed.ts";
import type { Milliseconds } from "../../time.ts";
import type { ConnectionId, GroupId, PeerId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { applyEffects, type RoomsToWake } from "./carried-events.ts";
import { historyFor } from "./group-policy.ts";
import { addGuest, type HistoryPolicy, removeGuest } from "./guests.ts";
import { addOwnersEvent, liveRooms, lockGroup, moveHead } from "./log.ts";
import { memberEvent } from "./members.ts";
import { addNotice } from "./notices.ts";
import type { MetUsers } from "./remote-users.ts";

const joinedUsers = statement<{ group: GroupId; provider: ProviderDomain }>("provider-members.joined")(
  (db, { p }) =>
    db
      .selectFrom("member")
      .innerJoin("user", "user.id", "member.user_id")
      .innerJoin("provider", "provider.id", "user.provider")
      .select(["user.uri", "member.state"])
      .where("member.grp", "=", p.group)
      .where("provider.domain", "=", p.provider)
      .where("member.state", "in", ["joined", "invited"])
      .orderBy("user.id"),
);
const providerUri = (provider: ProviderDomain): UserUri => `mimi://${provider}` as UserUri;

/**
 * Lets a peer read a group of ours as a guest, by one of its providers: the log gets that provider's member event unless he is
 * in it already, and every room is told once. Throws group_unknown where the group is not ours.
 */
export function* admitProvider(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  connection: ConnectionId | null;
  /** Where the group's own policy says nothing of it. */
  history: HistoryPolicy;
  now: Milliseconds;
}): Unit<{ readonly visibleFrom: Seq; readonly rev: number; readonly rooms: RoomsToWake }> {
  const { group, provider, now } = input;
  const history = yield* historyFor(group, input.history);
  const { visibleFrom, rev } = yield* addGuest({ ...input, history });
  const uri = providerUri(provider);
  const there = (yield* all(joinedUsers, { group, provider })).some(
    (one) => one.uri === uri && one.state === "joined",
  );
  if (!there) yield* appendOwn(group, [uri], { change: "join", role: null }, now);
  return { visibleFrom, rev, rooms: there ? [] : yield* all(liveRooms, { group, but: 0 }) };
}

/**
 * Ends what a provider has in a group: its users leave it, then itself, and the rooms are told. Unless the peer `stays` by
 * another provider, it sees the log up to there and no further.
 */
export function* dismissProvider(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  stays: boolean;
  now: Milliseconds;
}): Unit<RoomsToWake> {
  const { group, provider, now } = input;
  const uri = providerUri(provider);
  const inside = (yield* all(joinedUsers, { group, provider })).map((one) => one.uri);
  const users = inside.filter((one) => one !== uri);
  const leaving = inside.includes(uri) ? [...users, uri] : users;
  yield* appendOwn(group, leaving, { change: "leave", role: null }, now);
  if (!input.stays) yield* removeGuest(input);
  const text = `Users of ${provider} no longer read what is said here.`;
  const rooms = yield* all(liveRooms, { group, but: 0 });
  for (const { id: binding } of rooms) yield* addNotice({ binding, to: null, text, at: now });
  return rooms;
}

/** Member events of the owner's own, without sender (M55). `whose`: URIs of users and providers. */
export function* appendOwn(
  group: GroupId,
  whose: readonly string[],
  { change, role }: { readonly change: "join" | "leave" | "invite"; readonly role: number | null },
  now: Milliseconds,
): Unit<void> {
  if (whose.length === 0) return;
  const log = yield* only(lockGroup, { group });
  const acceptedAt = Math.max(now, log.accepted_at);
  const met: MetUsers = new Map();
  const standings = new Map<UserId, Standing>();
  let { head }: { head: number } = log;
  for (const user of whose) {
    const seq = (head + 1) as Seq;
    const member = { ...noParticulars, user, change, role };
    const { id, content } = memberEvent(log.uri, member);
    yield* first(addOwnersEvent, { group, seq, id, kind: "member", acceptedAt, now, content });
    const says = { kind: "member", member } as const;
    const effects = { id, effect: { kind: "none" }, act: null, says } as const;
    yield* applyEffects({ group, user: null, seq, at: now }, effects, met, standings);
    head = seq;
  }
  yield* first(moveHead, { group, head, at: acceptedAt });
}
