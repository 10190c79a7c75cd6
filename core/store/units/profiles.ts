/** What users are called, as the groups that they are in come to know it (docs/mtp.md, Latest values). */
import type { UserUri } from "../../../mappings/ids.ts";
import type { GroupId, PeerId, ProviderId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { lockGroup } from "./log.ts";
import { findUser, isShownAs, showUser } from "./members.ts";
import type { KnownUser } from "./remote-users.ts";

const raise = statement<{ group: GroupId }>("profiles.raise")((db, { p }) =>
  db
    .insertInto("values_head")
    .values({ grp: p.group, n: 1 })
    .onConflict((conflict) =>
      conflict.column("grp").doUpdateSet((eb) => ({ n: eb("values_head.n", "+", 1) })),
    )
    .returning("n"),
);
const unseen = statement<{ group: GroupId; user: UserId }>("profiles.unseen")((db, { p }) =>
  db
    .selectFrom("user")
    .leftJoin("profile_in_group as seen", (join) =>
      join.onRef("seen.user_id", "=", "user.id").on("seen.grp", "=", p.group),
    )
    .select("user.profile_rev as rev")
    .where("user.id", "=", p.user)
    .where((eb) => eb.or([eb("seen.rev", "is", null), eb("seen.rev", "<", eb.ref("user.profile_rev"))])),
);
const putSeen = statement<{ group: GroupId; user: UserId; rev: number; n: number }>("profiles.putSeen")(
  (db, { p }) =>
    db
      .insertInto("profile_in_group")
      .values({ grp: p.group, user_id: p.user, rev: p.rev, n: p.n })
      .onConflict((conflict) => conflict.columns(["grp", "user_id"]).doUpdateSet({ rev: p.rev, n: p.n })),
);
const setProfile = statement<{ user: UserId; name: string; avatar: string | null; rev: number }>(
  "profiles.set",
)((db, { p }) =>
  db
    .updateTable("user")
    .set({ name: p.name, avatar_url: p.avatar, profile_rev: p.rev })
    .where("id", "=", p.user)
    .where("profile_rev", "<", p.rev)
    .returning("id"),
);

/** The number of the next change of a group's values. Under the group's lock, so that they are committed in their order. */
export function* nextValue(group: GroupId): Unit<number> {
  return (yield* only(raise, { group })).n;
}

/**
 * Says that a user is met in a group, whose lock must be held: whoever shares the group is told his profile where it is
 * new there. Where it is not, this costs one look.
 */
export function* noteProfile(group: GroupId, user: UserId): Unit<boolean> {
  const found = yield* first(unseen, { group, user });
  if (!found) return false;
  yield* first(putSeen, { group, user, rev: found.rev, n: yield* nextValue(group) });
  return true;
}

const seenIn = statement<{ user: UserId }>("profiles.seenIn")((db, { p }) =>
  db
    .selectFrom("profile_in_group as seen")
    .innerJoin("grp", "grp.id", "seen.grp")
    .leftJoin("following", "following.grp", "seen.grp")
    .select(["seen.grp as group", "following.peer as ownerPeer"])
    .where("seen.user_id", "=", p.user)
    .where("grp.state", "=", "open")
    .orderBy("seen.grp"),
);

/** A group in which a profile is to be told; `ownerPeer`: who owns it, null: we. */
export interface ToldGroup {
  readonly group: GroupId;
  readonly ownerPeer: PeerId | null;
}

const profileOf = statement<{ user: UserId }>("profiles.ofUser")((db, { p }) =>
  db
    .selectFrom("user")
    .select(["uri as user", "name", "avatar_url as avatar", "profile_rev as rev"])
    .where("id", "=", p.user),
);

/**
 * Somebody of a provider of ours is shown otherwise from now on. Gives the groups that know him, which `tellProfile` is to be
 * called for; none where nothing changes, or nobody has met him.
 */
export function* changeProfile(input: {
  provider: ProviderId;
  native: string;
  name: string;
  avatar?: string | null;
}): Unit<{
  readonly user: UserId;
  readonly profile: Profile;
  readonly groups: readonly ToldGroup[];
} | null> {
  const { provider, native, name } = input;
  const found = yield* first(findUser, { provider, native });
  if (!found || isShownAs(found, input)) return null;
  const avatar = input.avatar === undefined ? found.avatar : input.avatar;
  yield* first(showUser, { user: found.id, name, avatar });
  const profile = yield* only(profileOf, { user: found.id });
  return { user: found.id, profile, groups: yield* all(seenIn, { user: found.id }) };
}

/** Tells a profile in a group; in a transaction of its own, since whoever appends takes the group's lock first. */
export function* tellProfile({ group, user }: { group: GroupId; user: UserId }): Unit<boolean> {
  return (yield* first(lockGroup, { group })) !== undefined && (yield* noteProfile(group, user));
}

/** What a user's gateway says of him. */
export interface Profile {
  readonly user: UserUri;
  readonly name: string;
  /** null: he has no picture. */
  readonly avatar: string | null;
  /** Greater with every change. */
  readonly rev: number;
}

/** Takes a profile that came from another gateway; one that is not newer than the one known changes nothing. */
export function* takeProfile(user: KnownUser, { name, avatar, rev }: Profile): Unit<boolean> {
  return (yield* first(setProfile, { user: user.id, name, avatar, rev })) !== undefined;
}
