import type { Milliseconds } from "../../time.ts";
import type { ErrorCode } from "../../errors.ts";
import type { BindingId, InboxNumber } from "../../ids.ts";
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

export interface AppendInput extends AppendPlace {
  readonly fence: Fence;
  readonly rows: readonly (Translation & {
    readonly n: InboxNumber;
    /** Taken off the lane instead: what came can't be read, or failed too often. */
    readonly setAside: { readonly code: ErrorCode; readonly cause: string } | null;
  })[];
}

const takeInbox = statement<{ n: InboxNumber }>("append.takeInbox")((db, { p }) =>
  db.deleteFrom("inbox").where("n", "=", p.n).returning(["origin_at", "at"]),
);
const inboxRow = statement<{ n: InboxNumber }>("append.inboxRow")((db, { p }) =>
  db
    .selectFrom("inbox")
    .select(["native_key as nativeKey", "raw", "origin_at as originAt", "at as receivedAt", "attempts"])
    .where("n", "=", p.n),
);
const setAsideInbound = statement<{
  binding: BindingId;
  nativeKey: string | null;
  raw: string;
  originAt: Milliseconds;
  receivedAt: Milliseconds;
  code: string;
  cause: string;
  attempts: number;
  at: Milliseconds;
}>("append.setAsideInbound")((db, { p }) =>
  db.insertInto("set_aside").values({
    binding: p.binding,
    direction: "inbound",
    native_key: p.nativeKey as never,
    raw: p.raw,
    origin_at: p.originAt,
    received_at: p.receivedAt,
    seq: null,
    step: null,
    event_id: null,
    code: p.code,
    cause: p.cause,
    attempts: p.attempts,
    at: p.at,
  }),
);
/**
 * Takes inbox rows into the group's log, in their order: each row is deleted, its events get the next seqs, and
 * the origin's room gets its links, all in one transaction. A row that is gone already changes nothing.
 */
export function* append(input: AppendInput): Unit<Appended> {
  yield* checkFence(input.fence);
  const log = yield* openLog(input);
  for (const row of input.rows) {
    if (row.setAside) {
      const kept = yield* first(inboxRow, { n: row.n });
      if (kept) {
        const attempts = kept.attempts + 1;
        const aside = { ...kept, ...row.setAside, binding: input.binding, attempts, at: input.now };
        yield* first(setAsideInbound, aside);
      }
    }
    const taken = yield* first(takeInbox, { n: row.n });
    if (taken) yield* addToLog(input, log, row, { originAt: taken.origin_at, receivedAt: taken.at });
  }
  return yield* closeLog(input, log);
}
