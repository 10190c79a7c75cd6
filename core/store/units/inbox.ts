import type { Milliseconds } from "../../time.ts";
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type {
  AccountId,
  BindingId,
  GroupId,
  InboxNumber,
  NativeKey,
  NativeRoom,
  ProviderId,
  Seq,
} from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";

/** A binding as its inbox lane needs it. */
export interface InboxBinding {
  readonly id: BindingId;
  readonly account: AccountId;
  readonly native: NativeRoom;
  readonly group: GroupId;
  readonly groupUri: GroupUri;
  readonly provider: ProviderId;
  readonly domain: ProviderDomain;
  /** Up to where of the log deliveries to the room are written down. */
  readonly intendedSeq: Seq | 0;
  /** null: it is not paused. */
  readonly pausedAt: Milliseconds | null;
  /** When it was last resumed, and up to which row what waited until then goes; 1: repeats among it are set aside. */
  readonly resumedAt: Milliseconds | null;
  readonly resumedUpTo: InboxNumber | 0 | null;
  readonly resumedDrop: number | null;
  /** When the store was restored from a backup; null: it never was. */
  readonly restoredAt: Milliseconds | null;
}

const findBinding = statement<{ binding: BindingId }>("inbox.findBinding")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("grp", "grp.id", "binding.grp")
    .innerJoin("account", "account.id", "binding.account")
    .innerJoin("provider", "provider.id", "account.provider")
    .leftJoin("restored_room", "restored_room.binding", "binding.id")
    .select([
      "binding.id",
      "binding.account",
      "binding.native",
      "binding.grp as group",
      "grp.uri as groupUri",
      "provider.id as provider",
      "provider.domain",
      "binding.intended_seq as intendedSeq",
      "binding.paused_at as pausedAt",
      "binding.resumed_at as resumedAt",
      "binding.resumed_up_to as resumedUpTo",
      "binding.resumed_drop as resumedDrop",
      "restored_room.at as restoredAt",
    ])
    .where("binding.id", "=", p.binding)
    .where("binding.state", "=", "live"),
);

export function* inboxBinding(binding: BindingId): Unit<InboxBinding | undefined> {
  return yield* first(findBinding, { binding });
}

export interface InboxRow {
  readonly n: InboxNumber;
  readonly nativeKey: NativeKey | null;
  readonly raw: string;
  readonly originAt: Milliseconds;
  readonly at: Milliseconds;
  readonly attempts: number;
}

const page = statement<{ binding: BindingId; limit: number }>("inbox.page")((db, { p }) =>
  db
    .selectFrom("inbox")
    .select(["n", "native_key as nativeKey", "raw", "origin_at as originAt", "at", "attempts"])
    .where("binding", "=", p.binding)
    .orderBy("n")
    .limit(p.limit),
);

/** What a room said and is not in the log yet, oldest first. */
export function* inboxPage(input: { binding: BindingId; limit: number }): Unit<readonly InboxRow[]> {
  return yield* all(page, input);
}

const countAttempt = statement<{ n: InboxNumber }>("inbox.countAttempt")((db, { p }) =>
  db
    .updateTable("inbox")
    .set((eb) => ({ attempts: eb("attempts", "+", 1) }))
    .where("n", "=", p.n),
);

/** Counts a try at a row that failed for a reason that may pass. */
export function* noteAttempt(input: { fence: Fence; n: InboxNumber }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(countAttempt, input);
}

/** Something that waits to be translated. */
export const addInbox = statement<{
  binding: BindingId;
  nativeKey: NativeKey | null;
  raw: string;
  originAt: Milliseconds;
  at: Milliseconds;
}>("inbox.add")((db, { p }) =>
  db.insertInto("inbox").values({
    binding: p.binding,
    native_key: p.nativeKey,
    raw: p.raw,
    origin_at: p.originAt,
    at: p.at,
    attempts: 0,
  }),
);
