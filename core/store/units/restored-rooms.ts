/** Rooms of a store that was restored from a backup, until what was said in them since is in the log. */
import type { ExpressionBuilder } from "kysely";
import type { GroupUri } from "../../../mappings/ids.ts";
import type { AccountId, BindingId, GroupId, InboxNumber, NativeRoom, PeerId, Seq } from "../../ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { callsUnderWay } from "./relations.ts";

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
    .where(stillReads);
  return eb.exists(rooms);
}

/** Whether what was said in the room since the backup is not in the log yet. */
function stillReads(where: ExpressionBuilder<Tables, "restored_room">) {
  const said = where
    .selectFrom("inbox")
    .select("inbox.n")
    .whereRef("inbox.binding", "=", "restored_room.binding")
    .whereRef("inbox.n", "<=", "restored_room.read_to");
  return where.or([where("restored_room.read_to", "is", null), where.exists(said)]);
}

const stateOf = statement<{ binding: BindingId }>("restored-rooms.stateOf")((db, { p }) =>
  db
    .selectFrom("restored_room")
    .innerJoin("binding", "binding.id", "restored_room.binding")
    .select(["restored_room.at", "restored_room.read_to", "binding.intended_seq", "binding.paused_at"])
    .where("restored_room.binding", "=", p.binding),
);
const othersUnread = statement<{ binding: BindingId; group: GroupId }>("restored-rooms.othersUnread")(
  (db, { p }) =>
    db
      .selectFrom("restored_room")
      .innerJoin("binding", "binding.id", "restored_room.binding")
      .select("binding.id")
      .where("binding.grp", "=", p.group)
      .where("binding.id", "!=", p.binding)
      .where("binding.state", "=", "live")
      .where("binding.paused_at", "is", null)
      .where(stillReads)
      .limit(1),
);
const copiesAhead = statement<{
  binding: BindingId;
  group: GroupId;
  after: Seq | 0;
  until: Milliseconds;
}>("restored-rooms.copiesAhead")((db, { p }) =>
  db
    .selectFrom("event")
    .select("event.seq")
    .where("event.grp", "=", p.group)
    .where("event.seq", ">", p.after as Seq)
    .where("event.origin_at", "<=", p.until)
    .where((eb) =>
      eb.or([eb("event.origin_binding", "is", null), eb("event.origin_binding", "!=", p.binding)]),
    )
    .limit(1),
);

/**
 * Whether what something said since the backup refers to may be a copy that stands in the room and is not known again yet: other
 * rooms here are still read, or the room is still asked for what was said in them. `n`: its number in the inbox; null: it has
 * none yet. `clocks`: by so much clocks differ.
 */
export function* copiesUnderWay(input: {
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly n: InboxNumber | null;
  readonly clocks: Milliseconds;
}): Unit<boolean> {
  const { binding, group, n, clocks } = input;
  const room = yield* first(stateOf, { binding });
  if (!room || (room.read_to !== null && (n === null || n > room.read_to))) return false;
  if (yield* first(othersUnread, { binding, group })) return true;
  if (room.paused_at !== null) return false;
  const place = { binding, group, after: room.intended_seq, until: room.at + clocks };
  if (yield* first(copiesAhead, place)) return true;
  return yield* callsUnderWay(binding);
}

export interface WaitingGroup {
  readonly binding: BindingId;
  readonly group: GroupUri;
  readonly accountId: AccountId;
  readonly account: string;
  readonly room: NativeRoom;
  /** When the backup was put in place. */
  readonly at: Milliseconds;
}

const waiting = statement("restored-rooms.waiting")((db) =>
  db
    .selectFrom("restored_room")
    .innerJoin("binding", "binding.id", "restored_room.binding")
    .innerJoin("account", "account.id", "binding.account")
    .innerJoin("grp", "grp.id", "binding.grp")
    .select([
      "binding.id as binding",
      "grp.uri as group",
      "account.id as accountId",
      "account.native as account",
      "binding.native as room",
      "restored_room.at",
    ])
    .where("binding.state", "=", "live")
    .where("binding.paused_at", "is", null)
    .where(stillReads)
    .where((eb) => {
      const followed = eb
        .selectFrom("following")
        .select("following.grp")
        .whereRef("following.grp", "=", "grp.id");
      const shared = eb
        .selectFrom("guest")
        .select("guest.grp")
        .whereRef("guest.grp", "=", "grp.id")
        .where("guest.left_seq", "is", null);
      return eb.or([eb.exists(followed), eb.exists(shared)]);
    })
    .orderBy("binding.id"),
);

/** The rooms because of which groups take nothing from other gateways. */
export function* waitingGroups(): Unit<readonly WaitingGroup[]> {
  return yield* all(waiting, {});
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
