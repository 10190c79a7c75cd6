/** Rooms of a store that was restored from a backup, until what was said in them since is in the log. */
import type { ExpressionBuilder } from "kysely";
import type { AccountId, BindingId, GroupId, InboxNumber, PeerId } from "../../ids.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

/**
 * Whether what was said in a room of the group since the backup is still to be taken in. Until then nothing may be taken from
 * other gateways: what comes back from there could not be told from what somebody else has said. A room that is paused is not
 * waited for.
 */
export function isUnread(eb: ExpressionBuilder<Tables, "grp">) {
  const rooms = eb
    .selectFrom("restored_room")
    .innerJoin("binding", "binding.id", "restored_room.binding")
    .select("restored_room.binding")
    .whereRef("binding.grp", "=", "grp.id")
    .where("binding.state", "=", "live")
    .where("binding.paused_at", "is", null)
    .where((where) => {
      const said = where
        .selectFrom("inbox")
        .select("inbox.n")
        .whereRef("inbox.binding", "=", "restored_room.binding")
        .whereRef("inbox.n", "<=", "restored_room.read_to");
      return where.or([where("restored_room.read_to", "is", null), where.exists(said)]);
    });
  return eb.exists(rooms);
}

const unread = statement("restored-rooms.unread")((db) =>
  db
    .selectFrom("restored_room")
    .innerJoin("binding", "binding.id", "restored_room.binding")
    .select(["binding.id", "binding.account"])
    .where("restored_room.read_to", "is", null),
);

/** The rooms that were not read since the backup. */
export function* unreadRooms(): Unit<readonly { readonly id: BindingId; readonly account: AccountId }[]> {
  return yield* all(unread, {});
}

const lastInbox = statement<{ binding: BindingId }>("restored-rooms.lastInbox")((db, { p }) =>
  db
    .selectFrom("inbox")
    .select((eb) => eb.fn.max("n").as("n"))
    .where("binding", "=", p.binding),
);
const setRead = statement<{ binding: BindingId; to: InboxNumber | 0 }>("restored-rooms.setRead")(
  (db, { p }) =>
    db
      .updateTable("restored_room")
      .set({ read_to: p.to })
      .where("binding", "=", p.binding)
      .where("read_to", "is", null)
      .returning("binding"),
);
const groupOf = statement<{ binding: BindingId }>("restored-rooms.groupOf")((db, { p }) =>
  db.selectFrom("binding").select("grp").where("id", "=", p.binding),
);
const owner = statement<{ group: GroupId }>("restored-rooms.owner")((db, { p }) =>
  db.selectFrom("following").select("peer").where("grp", "=", p.group),
);
const guests = statement<{ group: GroupId }>("restored-rooms.guests")((db, { p }) =>
  db.selectFrom("guest").select("peer").where("grp", "=", p.group).where("left_seq", "is", null),
);

/** Notes that what was said in a room since the backup is in its inbox, or in the log. Gives the peers whose lanes may go on. */
export function* noteRoomRead({ binding }: { readonly binding: BindingId }): Unit<readonly PeerId[]> {
  const to = (yield* first(lastInbox, { binding }))?.n ?? 0;
  if (!(yield* first(setRead, { binding, to }))) return [];
  const room = yield* first(groupOf, { binding });
  if (!room) return [];
  const place = { group: room.grp };
  return [...(yield* all(owner, place)), ...(yield* all(guests, place))].map(({ peer }) => peer);
}
