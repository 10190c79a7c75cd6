/** Under which names the pictures of users are given to everybody, and where they come from. */
import type { UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { AvatarToken } from "../../ids.ts";
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
    .onConflict((conflict) => conflict.doNothing()),
);
const findSource = statement<{ token: AvatarToken }>("avatars.source")((db, { p }) =>
  db.selectFrom("avatar").select("source").where("token", "=", p.token),
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

/** Where the picture comes from; null: none was ever named so, or it was long ago. */
export function* avatarSource(token: AvatarToken): Unit<string | null> {
  return (yield* first(findSource, { token }))?.source ?? null;
}

/** Forgets the names from before that are of profiles as they were: readers have long fetched those pictures. */
export function* dropAvatars(before: Milliseconds): Unit<void> {
  yield* first(dropOld, { before });
}
