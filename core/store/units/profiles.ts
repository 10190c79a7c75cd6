/** What users are called, as the groups that they are in come to know it (docs/mtp.md, Latest values). */
import type { UserUri } from "../../../mappings/ids.ts";
import type { GroupId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
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
