/** Under which names the pictures of users are given to everybody, and where they come from. */
import type { UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { AccountId, AvatarToken } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

/** A picture as a user had it in one revision of his profile. */
export interface NamedAvatar {
  readonly token: AvatarToken;
  readonly user: UserUri;
  readonly rev: number;
  readonly source: string;
}

const insertAvatar = statement<NamedAvatar & { readonly at: Milliseconds }>("avatars.insert")((db, { p }) =>
  db
    .insertInto("avatar")
    .values({ token: p.token, user_uri: p.user, rev: p.rev, source: p.source, at: p.at })
    .onConflict((conflict) => conflict.column("token").doUpdateSet({ at: p.at })),
);
const findSource = statement<{ token: AvatarToken }>("avatars.source")((db, { p }) =>
  db.selectFrom("avatar").select(["source", "user_uri as user"]).where("token", "=", p.token),
);
const findAccount = statement<{ user: UserUri }>("avatars.account")((db, { p }) =>
  db
    .selectFrom("user")
    .innerJoin("account", "account.provider", "user.provider")
    .select("account.id")
    .where("user.uri", "=", p.user),
);
const dropOld = statement<{ before: Milliseconds }>("avatars.dropOld")((db, { p }) =>
  db
    .deleteFrom("avatar")
    .where("at", "<", p.before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("user")
            .select("user.id")
            .whereRef("user.uri", "=", "avatar.user_uri")
            .whereRef("user.profile_rev", "=", "avatar.rev"),
        ),
      ),
    ),
);

export function* noteAvatar(avatar: NamedAvatar & { readonly at: Milliseconds }): Unit<void> {
  yield* first(insertAvatar, avatar);
}

/** Where a picture comes from, and whose it is. */
export type AvatarSource = Pick<NamedAvatar, "source" | "user">;

/** null: none was ever named so, or it was long ago. */
export function* avatarSource(token: AvatarToken): Unit<AvatarSource | null> {
  const found = yield* first(findSource, { token });
  return found ? { source: found.source, user: found.user } : null;
}

/** The account of ours on whose platform a user is; null: none. */
export function* accountOfUser(user: UserUri): Unit<AccountId | null> {
  return (yield* first(findAccount, { user }))?.id ?? null;
}

/** Forgets the names from before that are of profiles as they were: readers have long fetched those pictures. */
export function* dropAvatars(before: Milliseconds): Unit<void> {
  yield* first(dropOld, { before });
}
