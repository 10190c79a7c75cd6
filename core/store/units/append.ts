import type { Milliseconds } from "../../bridge.ts";
import type { ErrorCode } from "../../errors.ts";
import type { EventKind, PropertyName } from "../../../mappings/events.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import { step } from "../../steps.ts";
import type { AccountId, BindingId, GroupId, InboxNumber, NativeId, ProviderId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addEvent } from "./log.ts";
import { type GrowingLog, memberOf, type Sender } from "./members.ts";
import { addNotice } from "./notices.ts";
import { isChange, setProperty } from "./properties.ts";

/** A translated thing, its content written and its id computed. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly id: EventId;
  readonly content: Uint8Array;
  readonly sender: Sender | null;
  /** What the origin's room calls it. */
  readonly native: NativeId | null;
  readonly property: { readonly name: PropertyName; readonly value: string } | null;
}

export interface AppendInput {
  readonly fence: Fence;
  readonly account: AccountId;
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly provider: ProviderId;
  readonly now: Milliseconds;
  readonly rows: readonly {
    readonly n: InboxNumber;
    readonly events: readonly NewEvent[];
    /** Taken off the lane instead: what came can't be read, or failed too often. */
    readonly setAside: { readonly code: ErrorCode; readonly cause: string } | null;
    /** Refused by the group's owner: the verdict, and the line for its author. */
    readonly refused: { readonly code: ErrorCode; readonly notice: string } | null;
  }[];
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
// Taken in this order by everybody: the group's row is the lock under which its log grows.
const lockGroup = statement<{ group: GroupId }>("append.lockGroup")((db, { p }) =>
  db
    .updateTable("grp")
    .set((eb) => ({ head: eb.ref("head") }))
    .where("id", "=", p.group)
    .returning(["uri", "head", "accepted_at"]),
);
const moveHead = statement<{ group: GroupId; head: number; at: Milliseconds }>("append.moveHead")(
  (db, { p }) =>
    db
      .updateTable("grp")
      .set({ head: p.head as Seq, accepted_at: p.at })
      .where("id", "=", p.group),
);
const addLink = statement<{
  binding: BindingId;
  native: NativeId;
  id: EventId;
  state: "live" | "refused";
  at: Milliseconds;
}>("append.addLink")((db, { p }) =>
  db
    .insertInto("link")
    .values({
      binding: p.binding,
      native: p.native,
      event_id: p.id,
      part: 0,
      state: p.state,
      attempts: 1,
      at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing()),
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
// Where nothing else waits for it, the room that said this has nothing to be given: its outbox need not even run.
const passOwn = statement<{ binding: BindingId; from: number; to: number }>("append.passOwn")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ intended_seq: p.to as Seq, delivered_seq: p.to as Seq })
    .where("id", "=", p.binding)
    .where("intended_seq", "=", p.from as Seq)
    .where("delivered_seq", "=", p.from as Seq),
);
const otherBindings = statement<{ group: GroupId; binding: BindingId }>("append.otherBindings")((db, { p }) =>
  db
    .selectFrom("binding")
    .select(["id", "account"])
    .where("grp", "=", p.group)
    .where("state", "=", "live")
    .where("id", "!=", p.binding),
);

export interface Appended {
  readonly head: number;
  /** The group's other rooms, each with the account that serves it: their lanes have work now. */
  readonly others: readonly { readonly id: BindingId; readonly account: AccountId }[];
  /** True: a verdict waits to be told in the origin's own room. */
  readonly told: boolean;
}

/**
 * Takes inbox rows into the group's log, in their order: each row is deleted, its events get the next seqs, and
 * the origin's room gets its links, all in one transaction. A row that is gone already changes nothing.
 */
export function* append(input: AppendInput): Unit<Appended> {
  yield* checkFence(input.fence);
  const group = yield* only(lockGroup, { group: input.group });
  const log: GrowingLog = {
    head: group.head,
    acceptedAt: Math.max(input.now, group.accepted_at),
    met: new Map(),
  };
  let told = false;
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
    if (!taken) continue;
    for (const event of row.events) {
      if (row.refused) {
        yield* refuse(input, event, row.refused.notice);
        told = true;
      } else yield* add(input, group.uri, log, event, { originAt: taken.origin_at, receivedAt: taken.at });
    }
  }
  if (log.head !== group.head) {
    yield* first(moveHead, { group: input.group, head: log.head, at: log.acceptedAt });
    yield* first(passOwn, { binding: input.binding, from: group.head, to: log.head });
  }
  step("append.written");
  const others = log.head === group.head ? [] : yield* all(otherBindings, input);
  return { head: log.head, others, told };
}

function* add(
  input: AppendInput,
  groupUri: GroupUri,
  log: GrowingLog,
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  if (event.property !== null && !(yield* isChange(input, event.property))) return;
  const at = { ...times, acceptedAt: log.acceptedAt, group: input.group, binding: input.binding };
  const sender =
    event.sender === null ? null : yield* memberOf(input.provider, groupUri, log, event.sender, at);
  const seq = (log.head + 1) as Seq;
  const { id, kind, content } = event;
  if (!(yield* first(addEvent, { ...at, seq, id, kind, sender, content }))) return;
  log.head = seq;
  if (event.native !== null)
    yield* first(addLink, { binding: input.binding, native: event.native, id, state: "live", at: input.now });
  if (event.property !== null)
    yield* first(setProperty, { group: input.group, ...event.property, seq, by: sender });
}

/** The verdict on an event that the group does not take: its link says so, and its author is told once. */
function* refuse(input: AppendInput, event: NewEvent, text: string): Unit<void> {
  if (event.native !== null)
    yield* first(addLink, {
      binding: input.binding,
      native: event.native,
      id: event.id,
      state: "refused",
      at: input.now,
    });
  const to = event.sender && { native: event.sender.native, name: event.sender.name };
  yield* addNotice({ binding: input.binding, to, text, at: input.now });
}
