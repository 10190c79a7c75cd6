/** Markers and profiles of a group as they are given to another gateway, and taken from one (docs/mtp.md, Latest values). */
import type { Kysely } from "kysely";
import { authorityOf, type UserUri } from "../../../mappings/ids.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { lockGroup } from "./log.ts";
import { joinedMember, moveMarker, type MovedMarker, type Reached } from "./markers.ts";
import { noteProfile, type Profile, takeProfile } from "./profiles.ts";
import { hostOf } from "./peer-of-host.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";

/** Up to where a user has got, as it travels. */
export interface Marker extends Reached {
  readonly user: UserUri;
}

interface Since {
  readonly group: GroupId;
  readonly peer: PeerId;
  readonly after: number;
  readonly limit: number;
}

const ourProviders = (db: Kysely<Tables>) => db.selectFrom("account").select("account.provider");

const headOf = statement<{ group: GroupId }>("latest-values.headOf")((db, { p }) =>
  db.selectFrom("values_head").select("n").where("grp", "=", p.group),
);
/** `groups`: a JSON array. */
const headsOf = statement<{ groups: string }>("latest-values.headsOf")((db, { p, sql, dialect }) =>
  db
    .selectFrom("values_head")
    .select(["grp", "n"])
    .where(
      "grp",
      "in",
      dialect === "sqlite"
        ? sql<GroupId>`(select value from json_each(${p.groups}))`
        : sql<GroupId>`(select value::bigint from json_array_elements_text(${p.groups}::json))`,
    ),
);
const standsTo = statement<{ group: GroupId; peer: PeerId }>("latest-values.standsTo")((db, { p }) =>
  db
    .selectFrom("grp")
    .select((eb) => [
      eb
        .selectFrom("guest")
        .select("guest.peer")
        .whereRef("guest.grp", "=", "grp.id")
        .where("guest.peer", "=", p.peer)
        .where("guest.left_seq", "is", null)
        .as("guest"),
      eb
        .selectFrom("following")
        .select("following.peer")
        .whereRef("following.grp", "=", "grp.id")
        .where("following.peer", "=", p.peer)
        .where("following.state", "=", "following")
        .as("owner"),
    ])
    .where("grp.id", "=", p.group),
);

const memberUser = statement<{ group: GroupId; uri: UserUri }>("latest-values.memberUser")((db, { p }) =>
  db
    .selectFrom("user")
    .innerJoin("member", "member.user_id", "user.id")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["user.name", "provider.peer"])
    .where("user.uri", "=", p.uri)
    .where("member.grp", "=", p.group)
    .where("member.state", "=", "joined")
    .where("user.provider", "not in", ourProviders(db)),
);

const markersSince = (db: Kysely<Tables>, p: Since) =>
  db
    .selectFrom("marker as value")
    .innerJoin("user", "user.id", "value.user_id")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["user.uri as user", "value.kind", "value.event_id as id", "value.at", "value.n"])
    .where("value.grp", "=", p.group)
    .where("value.n", ">", p.after)
    .orderBy("value.n")
    .limit(p.limit);
const profilesSince = (db: Kysely<Tables>, p: Since) =>
  db
    .selectFrom("profile_in_group as value")
    .innerJoin("user", "user.id", "value.user_id")
    .select([
      "user.uri as user",
      "user.name",
      "user.avatar_url as avatar",
      "user.profile_rev as rev",
      "value.n",
    ])
    .where("value.grp", "=", p.group)
    .where("value.n", ">", p.after)
    .orderBy("value.n")
    .limit(p.limit);
const markersForGuest = statement<Since>("latest-values.markersForGuest")((db, { p }) =>
  markersSince(db, p)
    // What a guest has said of its own users comes not back to it.
    .where((eb) => eb.or([eb("provider.peer", "is", null), eb("provider.peer", "!=", p.peer)])),
);
const markersForOwner = statement<Since>("latest-values.markersForOwner")((db, { p }) =>
  markersSince(db, p).where("user.provider", "in", ourProviders(db)),
);
const profilesForGuest = statement<Since>("latest-values.profilesForGuest")((db, { p }) =>
  profilesSince(db, p),
);
const profilesForOwner = statement<Since>("latest-values.profilesForOwner")((db, { p }) =>
  profilesSince(db, p).where("user.provider", "in", ourProviders(db)),
);

/** The number of the last change of each of these groups' values. One that has none is left out. */
export function* valuesHeads(groups: readonly GroupId[]): Unit<ReadonlyMap<GroupId, number>> {
  const rows = yield* all(headsOf, { groups: JSON.stringify(groups) });
  return new Map(rows.map(({ grp, n }) => [grp, n]));
}

export interface ValuesPage {
  readonly markers: readonly Marker[];
  readonly profiles: readonly Profile[];
  /** The group's number of the last change that is in it; what comes next lies behind. */
  readonly n: number;
  readonly more: boolean;
}

/**
 * What changed in a group after `after`: for a guest of ours all of it, for the group's owner what is of our own users. At
 * most `limit` markers and as many profiles. Null: there is nothing, or the peer has nothing to do with the group.
 */
export function* valuesSince(input: Since): Unit<ValuesPage | null> {
  const { limit } = input;
  const head = (yield* first(headOf, input))?.n ?? 0;
  // A number that was never given: of a store that was lost since. All of it is news then.
  const after = input.after > head ? 0 : input.after;
  if (after === head) return null;
  const stands = yield* first(standsTo, input);
  if (!stands || (stands.guest === null && stands.owner === null)) return null;
  const guest = stands.guest !== null;
  const markers = yield* all(guest ? markersForGuest : markersForOwner, { ...input, after });
  const profiles = yield* all(guest ? profilesForGuest : profilesForOwner, { ...input, after });
  const full = [markers, profiles].filter((rows) => rows.length === limit);
  const n = Math.min(head, ...full.map((rows) => rows.at(-1)?.n ?? head));
  const page = {
    markers: markers.filter((row) => row.n <= n).map(({ user, kind, id, at }) => ({ user, kind, id, at })),
    profiles: profiles
      .filter((row) => row.n <= n)
      .map(({ user, name, avatar, rev }) => ({ user, name, avatar, rev })),
  };
  if (page.markers.length + page.profiles.length === 0) return null;
  return { ...page, n, more: n < head };
}

const putRead = statement<{ group: GroupId; peer: PeerId; state: string }>("latest-values.putRead")(
  (db, { p }) =>
    db
      .insertInto("values_read")
      .values({ grp: p.group, peer: p.peer, state: p.state })
      .onConflict((conflict) => conflict.columns(["grp", "peer"]).doUpdateSet({ state: p.state })),
);
const dropRead = statement<{ group: GroupId; peer: PeerId }>("latest-values.dropRead")((db, { p }) =>
  db.deleteFrom("values_read").where("grp", "=", p.group).where("peer", "=", p.peer),
);
const readStates = statement<{ peer: PeerId }>("latest-values.readStates")((db, { p }) =>
  db.selectFrom("values_read").select(["grp as group", "state"]).where("peer", "=", p.peer),
);

/** The peer's own cursors up to which the values of its groups were taken. */
export function* valuesRead(peer: PeerId): Unit<ReadonlyMap<GroupId, string>> {
  return new Map((yield* all(readStates, { peer })).map(({ group, state }) => [group, state]));
}

export interface TakenValues {
  /** Markers that were moved, for the rooms of ours. */
  readonly moved: readonly MovedMarker[];
  /** Profiles that were taken, for the rooms of ours. */
  readonly shown: readonly Profile[];
  /** True: other guests of the group have to be told. */
  readonly changed: boolean;
}

/**
 * Takes what a peer says of users: a guest of those of its own hosts who are members, an owner of all but ours. What it may
 * not say, and what is not newer than what is known, is dropped without a word. `state` is the peer's cursor behind it, kept
 * in the same transaction; null forgets the one that is kept, undefined lets it be.
 */
export function* takeValues(input: {
  group: GroupId;
  peer: PeerId;
  markers: readonly Marker[];
  profiles: readonly Profile[];
  state?: string | null;
}): Unit<TakenValues> {
  const { group, peer, state } = input;
  const log = yield* first(lockGroup, { group });
  const stands = yield* first(standsTo, { group, peer });
  const nothing = { moved: [], shown: [], changed: false };
  if (!log || !stands || (stands.guest === null && stands.owner === null)) return nothing;
  const met: MetUsers = new Map();
  const allowed = function* (uri: UserUri) {
    if (stands.guest !== null && !(yield* joinedMember(group, uri))) return undefined;
    const user = yield* userByUri(met, uri, null);
    return user.ours || (stands.guest !== null && user.peer !== peer) ? undefined : user;
  };
  let changed = false;
  const shown: Profile[] = [];
  for (const profile of input.profiles) {
    const user = yield* allowed(profile.user);
    if (!user || !(yield* takeProfile(user, profile))) continue;
    shown.push(profile);
    met.set(profile.user, { ...user, name: profile.name });
    if (stands.guest !== null) changed = (yield* noteProfile(group, user.id)) || changed;
  }
  const moved: MovedMarker[] = [];
  for (const { user: uri, ...reached } of input.markers) {
    const user = yield* allowed(uri);
    if (!user || !(yield* moveMarker(group, user.id, reached))) continue;
    moved.push({ uri, name: user.name, kind: reached.kind, id: reached.id, binding: null });
  }
  if (typeof state === "string") yield* first(putRead, { group, peer, state });
  else if (state === null) yield* first(dropRead, { group, peer });
  return { moved, shown, changed: stands.guest !== null && (changed || moved.length > 0) };
}

/** Those of these users whom a peer may say to be typing, with their names; `guest`: the group is ours. */
export function* typistsOf(input: {
  group: GroupId;
  peer: PeerId;
  users: readonly UserUri[];
}): Unit<{ readonly guest: boolean; readonly names: ReadonlyMap<UserUri, string> }> {
  const { group, peer } = input;
  const stands = yield* first(standsTo, { group, peer });
  const names = new Map<UserUri, string>();
  if (!stands || (stands.guest === null && stands.owner === null)) return { guest: false, names };
  const guest = stands.guest !== null;
  for (const uri of new Set(input.users)) {
    const user = yield* first(memberUser, { group, uri });
    if (!user) continue;
    const own = user.peer === peer || (user.peer === null && (yield* hostOf(authorityOf(uri))).peer === peer);
    if (!guest || own) names.set(uri, user.name);
  }
  return { guest, names };
}
