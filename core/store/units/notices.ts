import type { Milliseconds } from "../../time.ts";
import type { BindingId, DeliveryKey, GroupId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";

/** What the gateway itself has to say in a room: to everybody there, or to one person only. */
export interface NewNotice {
  readonly binding: BindingId;
  readonly to: { readonly native: string; readonly name: string } | null;
  readonly text: string;
  readonly at: Milliseconds;
  /** The thread of what it is about; null or left out: none. */
  readonly thread?: Uint8Array | null;
}

const insertNotice = statement<{
  binding: BindingId;
  toNative: string | null;
  toName: string | null;
  text: string;
  at: Milliseconds;
  thread: Uint8Array | null;
}>("notices.insertNotice")((db, { p }) =>
  db
    .insertInto("notice")
    .values({
      binding: p.binding,
      to_native: p.toNative,
      to_name: p.toName,
      text: p.text,
      at: p.at,
      thread: p.thread,
    })
    .returning("n"),
);

/** A call that is to be made out of turn; nothing was tried yet. */
export const queueCall = statement<{
  binding: BindingId;
  seq: number;
  op: string;
  key: DeliveryKey;
  at: Milliseconds;
}>("notices.queueCall")((db, { p }) =>
  db.insertInto("delivery").values({
    binding: p.binding,
    seq: p.seq,
    step: 0,
    op: p.op,
    key: p.key,
    args_hash: "",
    state: "queued",
    epoch: 0,
    attempt: 0,
    mark: null,
    at: p.at,
  }),
);

/** Queues a line on the binding's outbox: delivered like an event, so once, and before the events that follow. */
export function* addNotice(notice: NewNotice): Unit<void> {
  yield* queueLine(notice, "notice");
}

/** The same for what is not said but made, by the operation `op`; its text says what. */
export function* queueLine(notice: NewNotice, op: string): Unit<void> {
  const { binding, to, text, at, thread = null } = notice;
  const { n } = yield* only(insertNotice, {
    binding,
    toNative: to?.native ?? null,
    toName: to?.name ?? null,
    text,
    at,
    thread,
  });
  // Numbers come again in a store that was restored from a backup; what platforms know a line by does not.
  const key = `notice-${binding}-${n}-${at.toString(36)}` as DeliveryKey;
  yield* first(queueCall, { binding, seq: -n, op, key, at });
}

const groupRooms = statement<{ group: GroupId }>("notices.groupRooms")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("account", "account.id", "binding.account")
    .select(["binding.id", "binding.native", "account.native as account"])
    .where("binding.grp", "=", p.group)
    .where("binding.state", "=", "live")
    .orderBy("binding.id"),
);

/** One line to each live room of a group, naming the others. */
export function* tellRooms(group: GroupId, at: Milliseconds, line: (others: string) => string): Unit<void> {
  const rooms = yield* all(groupRooms, { group });
  for (const room of rooms) {
    const others = rooms
      .filter((other) => other.id !== room.id)
      .map((other) => `${other.account}:${other.native}`);
    const named = others.length > 0 ? others.join(", ") : "no other room yet";
    yield* addNotice({ binding: room.id, to: null, text: line(named), at });
  }
}
