import type { Milliseconds } from "../../time.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId, SaidKey } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, PeerId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";

/** Where and when an event enters a log. */
export interface EventPlace {
  readonly group: GroupId;
  readonly binding: BindingId;
  readonly acceptedAt: Milliseconds;
  readonly originAt: Milliseconds;
  readonly receivedAt: Milliseconds;
}

/** No row back: the group has an event of this id already. */
export const addEvent = statement<{
  group: GroupId;
  seq: Seq;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  acceptedAt: Milliseconds;
  originAt: Milliseconds;
  receivedAt: Milliseconds;
  content: Uint8Array;
  binding: BindingId;
  root: EventId | null;
  passed: string | null;
  saidKey: SaidKey | null;
}>("log.addEvent")((db, { p }) =>
  db
    .insertInto("event")
    .values({
      grp: p.group,
      seq: p.seq,
      id: p.id,
      kind: p.kind,
      sender: p.sender,
      accepted_at: p.acceptedAt,
      origin_at: p.originAt,
      received_at: p.receivedAt,
      content: p.content,
      origin_binding: p.binding,
      root_id: p.root,
      passed: p.passed,
      said_key: p.saidKey,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("seq"),
);

/** An event that came through another gateway. No row back: its place or its id in the group is taken. */
export const addCarriedEvent = statement<{
  group: GroupId;
  seq: Seq;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  acceptedAt: Milliseconds;
  originAt: Milliseconds;
  receivedAt: Milliseconds;
  content: Uint8Array | null;
  binding: BindingId | null;
  root: EventId | null;
  proof: Uint8Array | null;
  via: string | null;
  originPeer: PeerId | null;
  passed: string | null;
  saidKey: SaidKey | null;
  erasedAt: Milliseconds | null;
}>("log.addCarriedEvent")((db, { p }) =>
  db
    .insertInto("event")
    .values({
      grp: p.group,
      seq: p.seq,
      id: p.id,
      kind: p.kind,
      sender: p.sender,
      accepted_at: p.acceptedAt,
      origin_at: p.originAt,
      received_at: p.receivedAt,
      content: p.content,
      origin_binding: p.binding,
      root_id: p.root,
      proof: p.proof,
      via: p.via,
      origin_peer: p.originPeer,
      passed: p.passed,
      said_key: p.saidKey,
      erased_at: p.erasedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("seq"),
);

/** What the gateway itself says as the owner, in nobody's name. */
export const addOwnersEvent = statement<{
  group: GroupId;
  seq: Seq;
  id: EventId;
  kind: EventKind;
  acceptedAt: Milliseconds;
  now: Milliseconds;
  content: Uint8Array;
}>("log.addOwnersEvent")((db, { p }) =>
  db.insertInto("event").values({
    grp: p.group,
    seq: p.seq,
    id: p.id,
    kind: p.kind,
    accepted_at: p.acceptedAt,
    origin_at: p.now,
    received_at: p.now,
    content: p.content,
  }),
);

/**
 * The group's row is the lock under which its log grows; whoever needs several takes them in the order of their ids.
 * `ownerPeer`, `following`: where the group is a peer's.
 */
export const lockGroup = statement<{ group: GroupId }>("log.lockGroup")((db, { p }) =>
  db
    .updateTable("grp")
    .set((eb) => ({ head: eb.ref("head") }))
    .where("id", "=", p.group)
    .returning(["uri", "head", "accepted_at", "owner_provider as ownerProvider", "state", "rev"])
    .returning(["policed", "join_policy as join"])
    .returning((eb) => [
      eb.selectFrom("following").select("peer").whereRef("following.grp", "=", "grp.id").as("ownerPeer"),
      eb.selectFrom("following").select("state").whereRef("following.grp", "=", "grp.id").as("following"),
      eb.selectFrom("following").select("rev").whereRef("following.grp", "=", "grp.id").as("cursorRev"),
    ]),
);
export const moveHead = statement<{ group: GroupId; head: number; at: Milliseconds }>("log.moveHead")(
  (db, { p }) =>
    db
      .updateTable("grp")
      .set({ head: p.head as Seq, accepted_at: p.at })
      .where("id", "=", p.group),
);
/** Every live room of a group but one (0: all), with the account that serves it. */
export const liveRooms = statement<{ group: GroupId; but: BindingId | 0 }>("log.liveRooms")((db, { p }) =>
  db
    .selectFrom("binding")
    .select(["id", "account"])
    .where("grp", "=", p.group)
    .where("state", "=", "live")
    .where("id", "!=", p.but as BindingId)
    .orderBy("id"),
);
/** The first version of a message is deleted by the event at `seq`; the first deletion counts. */
export const setDeleted = statement<{ group: GroupId; id: EventId; seq: Seq }>("log.setDeleted")(
  (db, { p }) =>
    db
      .updateTable("event")
      .set({ deleted_seq: p.seq })
      .where("grp", "=", p.group)
      .where("id", "=", p.id)
      .where("deleted_seq", "is", null),
);
/** The event at a place of the log. */
export const eventAt = statement<{ group: GroupId; seq: Seq }>("log.eventAt")((db, { p }) =>
  db.selectFrom("event").select("id").where("grp", "=", p.group).where("seq", "=", p.seq),
);
/** The place of an event in the log, and who said it. */
export const eventOf = statement<{ group: GroupId; id: EventId }>("log.eventOf")((db, { p }) =>
  db.selectFrom("event").select(["seq", "sender"]).where("grp", "=", p.group).where("id", "=", p.id),
);
