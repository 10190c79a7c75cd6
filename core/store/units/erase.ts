import type { Kysely } from "kysely";
import type { BindingId, NativeRoom } from "../../ids.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { dropDigested } from "./digested.ts";
import { eraseMediaOfRoom } from "./media.ts";

const dropLinks = statement<{ binding: BindingId }>("erase.dropLinks")((db, { p }) =>
  db.deleteFrom("link").where("binding", "=", p.binding),
);
const dropAside = statement<{ binding: BindingId }>("erase.dropAside")((db, { p }) =>
  db.deleteFrom("set_aside").where("binding", "=", p.binding),
);
const dropOrigins = statement<{ binding: BindingId }>("erase.dropOrigins")((db, { p }) =>
  db.deleteFrom("origin").where("binding", "=", p.binding),
);
const dropSubmissions = statement<{ binding: BindingId }>("erase.dropSubmissions")((db, { p }) =>
  db.deleteFrom("submission").where("origin_binding", "=", p.binding),
);
const dropReactions = statement<{ binding: BindingId }>("erase.dropReactions")((db, { p }) =>
  db
    .deleteFrom("reaction")
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("event")
          .select("event.id")
          .whereRef("event.id", "=", "reaction.event_id")
          .where("event.origin_binding", "=", p.binding),
      ),
    ),
);
const dropVotes = statement<{ binding: BindingId }>("erase.dropVotes")((db, { p }) =>
  db
    .deleteFrom("poll_vote")
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("event")
          .select("event.id")
          .whereRef("event.id", "=", "poll_vote.event_id")
          .where("event.origin_binding", "=", p.binding),
      ),
    ),
);
const eraseAddress = statement<{ binding: BindingId; native: NativeRoom }>("erase.eraseAddress")(
  (db, { p }) =>
    db
      .updateTable("binding")
      .set({ native: p.native, inbound_mark: null, paused_why: null })
      .where("id", "=", p.binding),
);
const eraseProperties = statement<{ binding: BindingId }>("erase.eraseProperties")((db, { p }) =>
  db
    .deleteFrom("property")
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("event")
          .select("event.id")
          .whereRef("event.grp", "=", "property.grp")
          .whereRef("event.seq", "=", "property.seq")
          .where("event.origin_binding", "=", p.binding),
      ),
    ),
);
// Somebody who spoke in other rooms too is still known there.
const onlySpokeIn = (db: Kysely<Tables>, binding: BindingId) =>
  db
    .selectFrom("user")
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("event")
          .select("event.id")
          .whereRef("event.sender", "=", "user.id")
          .where("event.origin_binding", "=", binding),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("event")
            .select("event.id")
            .whereRef("event.sender", "=", "user.id")
            .where("event.origin_binding", "!=", binding),
        ),
      ),
    )
    // What waits for the owner of its group is said under his name still.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("submission")
            .select("submission.n")
            .whereRef("submission.sender", "=", "user.id")
            .where("submission.origin_binding", "!=", binding),
        ),
      ),
    );
// Where a picture comes from may name the room, and who is in it.
const dropPictures = statement<{ binding: BindingId }>("erase.dropPictures")((db, { p }) =>
  db.deleteFrom("avatar").where("user_uri", "in", onlySpokeIn(db, p.binding).select("user.uri")),
);
const eraseUsers = statement<{ binding: BindingId }>("erase.eraseUsers")((db, { p, sql }) =>
  db
    .updateTable("user")
    // Whoever comes back is somebody new.
    .set((eb) => {
      const gone = eb(sql.lit("erased:"), "||", eb.cast<string>("id", "text"));
      return { name: "", avatar_url: null, native: gone, uri: gone.$castTo<UserUri>() };
    })
    .where("id", "in", onlySpokeIn(db, p.binding).select("user.id")),
);
const eraseEvents = statement<{ binding: BindingId }>("erase.eraseEvents")((db, { p }) =>
  db.updateTable("event").set({ content: null }).where("origin_binding", "=", p.binding),
);

/**
 * Forgets what was stored of a room: texts, names, native ids, its address. The places in the log stay, empty, so that
 * everybody's cursors stay right; so do the audit's rows, which say that it was linked and erased.
 */
export function* eraseRoom(binding: BindingId): Unit<void> {
  yield* eraseMediaOfRoom(binding);
  for (const drop of [
    dropLinks,
    dropDigested,
    dropAside,
    dropOrigins,
    dropSubmissions,
    dropReactions,
    dropVotes,
    eraseProperties,
    // By who they are of, so before that is forgotten.
    dropPictures,
  ])
    yield* first(drop, { binding });
  for (const erase of [eraseUsers, eraseEvents]) yield* first(erase, { binding });
  yield* first(eraseAddress, { binding, native: `erased:${binding}` as NativeRoom });
}
