/** What the watch over a gateway looks at in the store, again and again: cheap where rooms are caught up. */
import type { AccountId, BindingId, NativeRoom, Seq } from "../../ids.ts";
import type { Milliseconds } from "../../time.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";
import { type StandingAlarm, standingAlarms } from "./alarms.ts";
import { type WaitingGroup, waitingGroups } from "./restored-rooms.ts";

/** A room that is linked, and how far it is. */
export interface WatchedRoom {
  readonly id: BindingId;
  readonly account: AccountId;
  readonly native: NativeRoom;
  /** null: it is not paused. */
  readonly pausedAt: Milliseconds | null;
  readonly deliveredSeq: Seq | 0;
  /** Events of the log that it has not been given yet. */
  readonly behind: number;
  /** When the first of them was accepted; null: there is none. */
  readonly oldestAt: Milliseconds | null;
  /** Accepted things that are not in the log yet, and when the first of them came. */
  readonly inbox: number;
  readonly inboxOldestAt: Milliseconds | null;
  readonly lastInboundAt: Milliseconds | null;
  /** Why its lanes are put off; null: they are not. */
  readonly error: string | null;
}

const rooms = statement("watched-rooms.rooms")((db) =>
  db
    .selectFrom("binding")
    .innerJoin("grp", "grp.id", "binding.grp")
    .select((eb) => [
      "binding.id",
      "binding.account",
      "binding.native",
      "binding.paused_at as pausedAt",
      "binding.delivered_seq as deliveredSeq",
      eb("grp.head", "-", eb.ref("binding.delivered_seq")).as("behind"),
      // The log is in the order of its times: the first is the oldest, and found without reading the rest.
      eb
        .selectFrom("event")
        .select("event.accepted_at")
        .whereRef("event.grp", "=", "binding.grp")
        .whereRef("event.seq", ">", "binding.delivered_seq")
        .orderBy("event.seq")
        .limit(1)
        .as("oldestAt"),
      "binding.last_inbound_at as lastInboundAt",
    ])
    .where("binding.state", "=", "live")
    .orderBy("binding.id"),
);
// Of all rooms at once: few have anything there, and a look at each would cost more than all else.
const inboxes = statement("watched-rooms.inboxes")((db) =>
  db
    .selectFrom("inbox")
    .select((eb) => ["binding", eb.fn.countAll<number>().as("rows"), eb.fn.min("at").as("oldestAt")])
    .groupBy("binding"),
);
const putOff = statement("watched-rooms.putOff")((db, { now }) =>
  db
    .selectFrom("lane")
    .select(["binding", "last_error as error"])
    .where("binding", "is not", null)
    .where("not_before", ">", now),
);
const held = statement("watched-rooms.held")((db, { now }) =>
  db
    .selectFrom("lane")
    .select("lane.account")
    .where("lane.kind", "=", "account")
    .where("lane.account", "is not", null)
    .where("lane.lease_until", ">", now),
);

export interface Watched {
  readonly rooms: readonly WatchedRoom[];
  /** Accounts with a connection that some process holds. */
  readonly held: readonly AccountId[];
  /** Rooms because of which groups take nothing from other gateways. */
  readonly waiting: readonly WaitingGroup[];
  readonly alarms: readonly StandingAlarm[];
}

export function* watched(): Unit<Watched> {
  return {
    rooms: yield* watchedRooms(),
    held: (yield* all(held, {})).flatMap(({ account }) => (account === null ? [] : [account])),
    waiting: yield* waitingGroups(),
    alarms: yield* standingAlarms(),
  };
}

/** The rooms that are linked, in the order in which they were. */
export function* watchedRooms(): Unit<readonly WatchedRoom[]> {
  const inbox = new Map((yield* all(inboxes, {})).map((row) => [row.binding, row]));
  const errors = new Map((yield* all(putOff, {})).map(({ binding, error }) => [binding, error]));
  return (yield* all(rooms, {})).map((row) => ({
    ...row,
    inbox: inbox.get(row.id)?.rows ?? 0,
    inboxOldestAt: inbox.get(row.id)?.oldestAt ?? null,
    error: errors.get(row.id) ?? null,
  }));
}
