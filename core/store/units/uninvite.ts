/** The end of an invitation to a group of ours: it was answered, or its time is over (docs/mtp.md, M110). */
import { parseUserUri, type ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import type { ConnectionChange } from "./connections.ts";
import { removeGuest } from "./guests.ts";
import { groupConnections, providersIn } from "./let-in.ts";
import { liveRooms } from "./log.ts";
import { appendOwn, dismissProvider } from "./provider-members.ts";

const rowsOf = statement<{ group: GroupId; peer: PeerId }>("uninvite.rowsOf")((db, { p }) =>
  db
    .selectFrom("invited")
    .innerJoin("user", "user.uri", "invited.wanted" as never)
    .leftJoin("member", (join) =>
      join.onRef("member.grp", "=", "invited.grp").onRef("member.user_id", "=", "user.id"),
    )
    .select(["invited.wanted", "invited.provider", "invited.brought", "invited.expires", "member.state"])
    .where("invited.grp", "=", p.group)
    .where("invited.peer", "=", p.peer)
    .orderBy("invited.at")
    .orderBy("invited.wanted"),
);
const drop = statement<{ group: GroupId; wanted: string }>("uninvite.drop")((db, { p }) =>
  db.deleteFrom("invited").where("grp", "=", p.group).where("wanted", "=", p.wanted),
);
const passOn = statement<{ group: GroupId; provider: ProviderDomain }>("uninvite.passOn")((db, { p }) =>
  db.updateTable("invited").set({ brought: 1 }).where("grp", "=", p.group).where("provider", "=", p.provider),
);
const insideOf = statement<{ group: GroupId; provider: ProviderDomain }>("uninvite.insideOf")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["user.uri", "member.state"])
    .where("member.grp", "=", p.group)
    .where("provider.domain", "=", p.provider)
    .where("member.state", "in", ["joined", "invited"]),
);

/**
 * Settles the invitations of a peer's to one group: those that were answered are forgotten, those whose time is over are taken
 * back, and a provider that was in the group for their sake alone is so no longer. The rooms that have something to be given.
 */
export function* settleInvited(input: {
  group: GroupId;
  peer: PeerId;
  now: Milliseconds;
}): Unit<RoomsToWake> {
  const { group, now } = input;
  const rows = yield* all(rowsOf, input);
  const over = rows.filter(({ state, expires }) => state !== "invited" || expires <= now);
  const late = over.filter(({ state }) => state === "invited").map(({ wanted }) => wanted);
  yield* appendOwn(group, late, { change: "leave", role: null }, now);
  for (const { wanted } of over) yield* first(drop, { group, wanted });
  const rooms: RoomsToWake[number][] =
    late.length === 0 ? [] : [...(yield* all(liveRooms, { group, but: 0 }))];
  const came = ({ wanted, state }: (typeof rows)[number]) =>
    state === "joined" && parseUserUri(wanted) === null;
  const ended = over.filter((row) => row.brought === 1 && !came(row));
  const providers = new Set(ended.map(({ provider }) => provider));
  for (const provider of providers) rooms.push(...(yield* letGo({ ...input, provider })));
  return rooms;
}

/** A provider whose invitation has ended, unless it or one of its users has come in, or is still invited. */
function* letGo(input: {
  group: GroupId;
  peer: PeerId;
  provider: ProviderDomain;
  now: Milliseconds;
}): Unit<RoomsToWake> {
  const { group, peer, provider } = input;
  const inside = yield* all(insideOf, { group, provider });
  const users = inside.filter(({ uri }) => parseUserUri(uri) !== null);
  if (users.some(({ state }) => state === "joined")) return [];
  const connections = yield* all(groupConnections, input);
  if (connections.some(({ domain }) => domain === provider)) return [];
  const stays = (yield* providersIn({ group, peer })).some((one) => one !== provider);
  const itself = inside.find(({ uri }) => parseUserUri(uri) === null);
  if (users.length > 0 || itself?.state === "invited") {
    yield* first(passOn, { group, provider });
    return [];
  }
  if (itself) return yield* dismissProvider({ ...input, stays });
  // It has never come in, so that no room was told of it.
  if (!stays) yield* removeGuest({ group, peer });
  return [];
}

const overAt = statement<{ now: Milliseconds }>("uninvite.overAt")((db, { p }) =>
  db
    .selectFrom("invited")
    .select(["grp as group", "peer"])
    .distinct()
    .where("expires", "<=", p.now)
    .orderBy("grp"),
);

/** Ends what is over by now, in all groups. */
export function* endInvitations(input: { now: Milliseconds }): Unit<readonly ConnectionChange[]> {
  const changes: ConnectionChange[] = [];
  for (const { group, peer } of yield* all(overAt, input)) {
    const rooms = yield* settleInvited({ group, peer, now: input.now });
    changes.push({ peer, groups: [group], rooms, followed: [] });
  }
  return changes;
}
