/** Messages that an erase event has emptied and that a room still shows (docs/mtp.md, M56). */
import type { Erasure } from "../../../mappings/events.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

interface Place {
  readonly binding: BindingId;
  readonly group: GroupId;
  /** Of the erase event. */
  readonly seq: Seq;
}

// Emptied by this event, not by an earlier one; and not deleted here before, since nothing is left to delete then.
const shownOf = statement<Place & { id: EventId }>("erased-messages.shownOf")((db, { p }) =>
  db
    .selectFrom("event as version")
    .innerJoin("event as root", (join) =>
      join
        .onRef("root.grp", "=", "version.grp")
        .on((eb) => eb("root.id", "=", eb.fn.coalesce("version.root_id", "version.id"))),
    )
    .innerJoin("event as erase", (join) =>
      join.onRef("erase.grp", "=", "version.grp").on("erase.seq", "=", p.seq),
    )
    .innerJoin("user", "user.id", "root.sender")
    .select(["root.id", "user.uri", "user.name"])
    .distinct()
    .where("version.grp", "=", p.group)
    .where("version.id", "=", p.id)
    .where("root.kind", "=", "message")
    .whereRef("version.seq", "<", "erase.seq")
    .whereRef("version.erased_at", ">=", "erase.received_at")
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("link")
          .select("link.event_id")
          .whereRef("link.event_id", "=", "root.id")
          .where("link.binding", "=", p.binding)
          .where("link.state", "=", "live")
          .where("link.part", ">=", 0),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("event as deletion")
            .innerJoin("link as gone", "gone.event_id", "deletion.id")
            .select("gone.event_id")
            .whereRef("deletion.grp", "=", "root.grp")
            .whereRef("deletion.seq", "=", "root.deleted_seq")
            .whereRef("deletion.seq", "<", "erase.seq")
            .where("gone.binding", "=", p.binding),
        ),
      ),
    )
    .orderBy("root.id"),
);
const emptiedOf = statement<{ group: GroupId; seq: Seq; user: UserUri }>("erased-messages.emptiedOf")(
  (db, { p }) =>
    db
      .selectFrom("event")
      .innerJoin("user", "user.id", "event.sender")
      .select("event.id")
      .where("event.grp", "=", p.group)
      .where("event.seq", "<", p.seq)
      .where("event.erased_at", "is not", null)
      .where("user.uri", "=", p.user),
);

/** A message by its first version, and who said it. */
export interface ErasedMessage {
  readonly id: EventId;
  readonly uri: UserUri;
  readonly name: string;
}

/** Those that the room was given, or that were said in it. */
export function* erasedMessages(
  input: Place & { readonly erasure: Erasure },
): Unit<readonly ErasedMessage[]> {
  const { erasure, ...place } = input;
  const ids =
    erasure.of === "events"
      ? erasure.ids
      : (yield* all(emptiedOf, { ...place, user: erasure.user as UserUri })).map((row) => row.id);
  const found = new Map<EventId, ErasedMessage>();
  for (const id of ids)
    for (const message of yield* all(shownOf, { ...place, id })) found.set(message.id, message);
  return [...found.values()];
}
