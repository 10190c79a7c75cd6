import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { EventId, SaidKey } from "../../../mappings/ids.ts";
import { deliveryKey } from "../../delivery-key.ts";
import type { AccountId, BindingId, DeliveryKey, NativeRoom } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { addInbox } from "./inbox.ts";

/** Something that was taken off its lane, as an operator sees it. */
export interface AsideRow {
  readonly id: number;
  readonly direction: "inbound" | "outbound";
  readonly binding: BindingId;
  readonly accountId: AccountId;
  readonly account: string;
  readonly room: NativeRoom;
  readonly event: EventId | null;
  readonly code: string;
  readonly cause: string;
  readonly at: Milliseconds;
}

const columns = [
  "set_aside.id",
  "set_aside.direction",
  "set_aside.binding",
  "account.id as accountId",
  "account.native as account",
  "binding.native as room",
  "set_aside.event_id as event",
  "set_aside.code",
  "set_aside.cause",
  "set_aside.at",
] as const;
const everything = statement("set-aside.everything")((db) =>
  db
    .selectFrom("set_aside")
    .innerJoin("binding", "binding.id", "set_aside.binding")
    .innerJoin("account", "account.id", "binding.account")
    .select(columns)
    .orderBy("set_aside.id"),
);
const one = statement<{ id: number }>("set-aside.one")((db, { p }) =>
  db
    .selectFrom("set_aside")
    .innerJoin("binding", "binding.id", "set_aside.binding")
    .innerJoin("account", "account.id", "binding.account")
    .select(columns)
    .select("binding.state")
    .where("set_aside.id", "=", p.id),
);

export function* setAsideRows(): Unit<readonly AsideRow[]> {
  return yield* all(everything, {});
}

const take = statement<{ id: number }>("set-aside.take")((db, { p }) =>
  db
    .deleteFrom("set_aside")
    .where("id", "=", p.id)
    .returning(["binding", "native_key", "raw", "origin_at", "received_at", "seq", "step", "event_id"]),
);
const backToOutbox = statement<{
  binding: BindingId;
  seq: number;
  step: number;
  key: DeliveryKey;
  at: Milliseconds;
}>("set-aside.backToOutbox")((db, { p }) =>
  db.insertInto("delivery").values({
    binding: p.binding,
    seq: p.seq,
    step: p.step,
    op: "retry",
    key: p.key,
    args_hash: "",
    // Asked for first: what was given up as unclear may be there after all.
    state: "intended",
    epoch: 0,
    attempt: 0,
    mark: null,
    at: p.at,
  }),
);
const saidKeyOf = statement<{ binding: BindingId; id: EventId }>("set-aside.saidKeyOf")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("binding", "binding.grp", "event.grp")
    .select("event.said_key")
    .where("binding.id", "=", p.binding)
    .where("event.id", "=", p.id),
);

interface Act {
  readonly id: number;
  readonly at: Milliseconds;
  readonly actor: string;
}

/** Puts it back on its lane. Throws set_aside_unknown; room_not_linked where its room is gone. */
export function* retryAside(input: Act): Unit<AsideRow> {
  const row = yield* known(input.id);
  if (row.state !== "live")
    throw new GatewayError(
      "room_not_linked",
      `${row.account}:${row.room} is not linked any more: discard it`,
    );
  const taken = yield* first(take, input);
  if (taken?.raw && taken.origin_at !== null && taken.received_at !== null)
    yield* first(addInbox, {
      binding: taken.binding,
      nativeKey: taken.native_key,
      raw: taken.raw,
      originAt: taken.origin_at,
      at: taken.received_at,
    });
  if (taken?.event_id && taken.seq !== null && taken.step !== null) {
    const { binding, seq, step, event_id: id } = taken;
    const saidKey: SaidKey | null = (yield* first(saidKeyOf, { binding, id }))?.said_key ?? null;
    const key = deliveryKey(binding, { id, saidKey }, step);
    yield* first(backToOutbox, { binding, seq, step, key, at: input.at });
  }
  yield* note(input, "set-aside retry", row);
  return row;
}

/** Gives it up for good. Throws set_aside_unknown. */
export function* discardAside(input: Act): Unit<AsideRow> {
  const row = yield* known(input.id);
  yield* first(take, input);
  yield* note(input, "set-aside discard", row);
  return row;
}

function* known(id: number) {
  const row = yield* first(one, { id });
  if (!row)
    throw new GatewayError("set_aside_unknown", `nothing set aside has the number ${id}: see set-aside list`);
  return row;
}

function* note(input: Act, act: string, row: AsideRow): Unit<void> {
  const detail = row.event ?? row.code;
  yield* first(addAudit, {
    at: input.at,
    actor: input.actor,
    act,
    subject: `${row.account}:${row.room}`,
    detail,
  });
}
