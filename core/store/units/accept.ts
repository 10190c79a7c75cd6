import { step } from "../../steps.ts";
import type { Milliseconds } from "../../time.ts";
import type { AccountId, ArchiveMark, BindingId, NativeKey } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import {
  addToLog,
  type Appended,
  type AppendPlace,
  closeLog,
  openLog,
  type Translation,
} from "./group-log.ts";
import { addInbox } from "./inbox.ts";

export interface AcceptInput {
  /** null: the account has no connection, so any process may take what comes. */
  readonly fence: Fence | null;
  readonly account: AccountId;
  readonly at: Milliseconds;
  readonly batches: readonly {
    readonly binding: BindingId;
    readonly mark: ArchiveMark | null;
    readonly raws: readonly {
      readonly nativeKey: NativeKey | null;
      readonly at: Milliseconds;
      readonly raw: string;
      /** What it has become, where that is known already. */
      readonly translation?: Translation | null;
    }[];
    /** Where translations go: into the log at once, unless something of the room still waits in the inbox. */
    readonly place?: AppendPlace | null;
  }[];
}

export interface Accepted {
  /** Bindings whose inbox has something new. */
  readonly behind: readonly BindingId[];
  /** What went into the log at once. */
  readonly appended: readonly (Appended & { readonly binding: BindingId })[];
}

const insertOrigin = statement<{
  account: AccountId;
  nativeKey: NativeKey;
  binding: BindingId;
  at: Milliseconds;
}>("accept.insertOrigin")((db, { p }) =>
  db
    .insertInto("origin")
    .values({ account: p.account, native_key: p.nativeKey, binding: p.binding, at: p.at })
    .onConflict((conflict) => conflict.doNothing())
    .returning("at"),
);

const noteInbound = statement<{
  binding: BindingId;
  mark: ArchiveMark | null;
  at: Milliseconds | null;
}>("accept.noteInbound")((db, { p, sql }) =>
  db
    .updateTable("binding")
    .set((eb) => ({
      inbound_mark: sql<ArchiveMark | null>`coalesce(cast(${p.mark} as text), ${eb.ref("inbound_mark")})`,
      last_inbound_at: sql<number | null>`coalesce(cast(${p.at} as bigint), ${eb.ref("last_inbound_at")})`,
    }))
    .where("id", "=", p.binding),
);

const liveBinding = statement<{ binding: BindingId }>("accept.liveBinding")((db, { p }) =>
  db
    .selectFrom("binding")
    .select("paused_at as pausedAt")
    .where("id", "=", p.binding)
    .where("state", "=", "live"),
);

const waitingInbox = statement<{ binding: BindingId }>("accept.waitingInbox")((db, { p }) =>
  db.selectFrom("inbox").select("n").where("binding", "=", p.binding).limit(1),
);

interface AcceptingRoom {
  readonly live: boolean;
  /** null: all goes to the inbox. */
  readonly place: AppendPlace | null;
  readonly direct: { readonly translation: Translation; readonly at: Milliseconds }[];
  mark: ArchiveMark | null;
  /** Something of the room waits in the inbox; what comes later waits behind it. */
  waiting: boolean;
  fresh: boolean;
}

/**
 * Writes what came from a platform, nothing for a known origin: origin and inbox row together, or, where it is
 * translated already and nothing of its room waits, origin and log. The mark moves in the same transaction, never past
 * something not written.
 */
export function* accept(input: AcceptInput): Unit<Accepted> {
  if (input.fence) yield* checkFence(input.fence);
  const rooms = new Map<BindingId, AcceptingRoom>();
  for (const { binding, mark, raws, place } of input.batches) {
    let room = rooms.get(binding);
    if (!room) rooms.set(binding, (room = yield* openRoom(binding, place ?? null)));
    if (!room.live) continue;
    room.mark = mark ?? room.mark;
    for (const { nativeKey, raw, at, translation } of raws) {
      const origin = { account: input.account, binding, at: input.at };
      if (nativeKey !== null && !(yield* first(insertOrigin, { ...origin, nativeKey }))) continue;
      room.fresh = true;
      if (room.place && translation && !room.waiting) {
        room.direct.push({ translation, at });
        continue;
      }
      yield* first(addInbox, { binding, nativeKey, raw, originAt: at, at: input.at });
      room.waiting = true;
    }
  }
  const behind: BindingId[] = [];
  const appended: Accepted["appended"][number][] = [];
  for (const [binding, { mark, fresh, waiting, place, direct }] of rooms) {
    if (fresh || mark !== null) yield* first(noteInbound, { binding, mark, at: fresh ? input.at : null });
    if (fresh && waiting) behind.push(binding);
    if (place && direct.length > 0)
      appended.push({ binding, ...(yield* appendDirect(place, direct, input.at)) });
  }
  step("accept.written");
  return { behind, appended };
}

function* openRoom(binding: BindingId, place: AppendPlace | null): Unit<AcceptingRoom> {
  const room = yield* first(liveBinding, { binding });
  const paused = room !== undefined && room.pausedAt !== null;
  const waiting = paused || (place !== null && (yield* first(waitingInbox, { binding })) !== undefined);
  return { live: room !== undefined, place, direct: [], mark: null, waiting, fresh: false };
}

function* appendDirect(
  translated: AppendPlace,
  said: AcceptingRoom["direct"],
  receivedAt: Milliseconds,
): Unit<Appended> {
  // It was translated before it was received.
  const place = { ...translated, now: Math.max(translated.now, receivedAt) };
  const log = yield* openLog(place);
  for (const { translation, at } of said)
    yield* addToLog(place, log, translation, { originAt: at, receivedAt });
  return yield* closeLog(place, log);
}
