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

const moveMark = statement<{ binding: BindingId; mark: ArchiveMark }>("accept.moveMark")((db, { p }) =>
  db.updateTable("binding").set({ inbound_mark: p.mark }).where("id", "=", p.binding),
);

const noteInbound = statement<{ binding: BindingId; at: Milliseconds }>("accept.noteInbound")((db, { p }) =>
  db.updateTable("binding").set({ last_inbound_at: p.at }).where("id", "=", p.binding),
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
  const behind: BindingId[] = [];
  for (const { binding, mark, raws } of input.batches) {
    if (!(yield* first(liveBinding, { binding }))) continue;
    let fresh = false;
    for (const { nativeKey, raw, at } of raws) {
      if (
        nativeKey !== null &&
        !(yield* first(insertOrigin, { account: input.account, nativeKey, binding, at: input.at }))
      )
        continue;
      yield* first(insertInbox, { binding, nativeKey, raw, originAt: at, at: input.at });
      fresh = true;
    }
    if (mark !== null) yield* first(moveMark, { binding, mark });
    if (!fresh) continue;
    yield* first(noteInbound, { binding, at: input.at });
    behind.push(binding);
  }
  step("accept.written");
  return behind;
}
