import { step } from "../../steps.ts";
import type { Milliseconds } from "../../bridge.ts";
import type { AccountId, ArchiveMark, BindingId, NativeKey } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";

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
    }[];
  }[];
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

const insertInbox = statement<{
  binding: BindingId;
  nativeKey: NativeKey | null;
  raw: string;
  originAt: Milliseconds;
  at: Milliseconds;
}>("accept.insertInbox")((db, { p }) =>
  db.insertInto("inbox").values({
    binding: p.binding,
    native_key: p.nativeKey,
    raw: p.raw,
    origin_at: p.originAt,
    at: p.at,
    attempts: 0,
  }),
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
  db.selectFrom("binding").select("id").where("id", "=", p.binding).where("state", "=", "live"),
);

/**
 * Writes what came from a platform: origin and inbox row together, nothing for a known origin. Returns the
 * bindings that have new work. The mark moves in the same transaction, never past something not written.
 */
export function* accept(input: AcceptInput): Unit<readonly BindingId[]> {
  if (input.fence) yield* checkFence(input.fence);
  const rooms = new Map<BindingId, { live: boolean; mark: ArchiveMark | null; fresh: boolean }>();
  for (const { binding, mark, raws } of input.batches) {
    let room = rooms.get(binding);
    if (!room) {
      room = { live: (yield* first(liveBinding, { binding })) !== undefined, mark: null, fresh: false };
      rooms.set(binding, room);
    }
    if (!room.live) continue;
    room.mark = mark ?? room.mark;
    for (const { nativeKey, raw, at } of raws) {
      const origin = { account: input.account, binding, at: input.at };
      if (nativeKey !== null && !(yield* first(insertOrigin, { ...origin, nativeKey }))) continue;
      yield* first(insertInbox, { binding, nativeKey, raw, originAt: at, at: input.at });
      room.fresh = true;
    }
  }
  const behind: BindingId[] = [];
  for (const [binding, { mark, fresh }] of rooms) {
    if (fresh) behind.push(binding);
    if (fresh || mark !== null) yield* first(noteInbound, { binding, mark, at: fresh ? input.at : null });
  }
  step("accept.written");
  return behind;
}
