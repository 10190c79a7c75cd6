import { randomBytes } from "node:crypto";
import type { Milliseconds } from "../../bridge.ts";
import type { ErrorCode } from "../../errors.ts";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { EventKind, PropertyName } from "../../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import { step } from "../../steps.ts";
import type {
  AccountId,
  BindingId,
  GroupId,
  InboxNumber,
  NativeId,
  ProviderId,
  Seq,
  UserId,
} from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addNotice } from "./notices.ts";

/** A translated thing, its content written and its id computed. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly id: EventId;
  readonly content: Uint8Array;
  readonly sender: { readonly uri: UserUri; readonly native: string; readonly name: string } | null;
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

const takeInbox = statement<{ n: InboxNumber }>()((db, { p }) =>
  db.deleteFrom("inbox").where("n", "=", p.n).returning(["native_key", "raw", "origin_at", "at", "attempts"]),
);
// Taken in this order by everybody: the group's row is the lock under which its log grows.
const lockGroup = statement<{ group: GroupId }>()((db, { p }) =>
  db
    .updateTable("grp")
    .set((eb) => ({ head: eb.ref("head") }))
    .where("id", "=", p.group)
    .returning(["uri", "head", "accepted_at"]),
);
const moveHead = statement<{ group: GroupId; head: number; at: Milliseconds }>()((db, { p }) =>
  db
    .updateTable("grp")
    .set({ head: p.head as Seq, accepted_at: p.at })
    .where("id", "=", p.group),
);
const findUser = statement<{ provider: ProviderId; native: string }>()((db, { p }) =>
  db
    .selectFrom("user")
    .select(["id", "name"])
    .where("provider", "=", p.provider)
    .where("native", "=", p.native),
);
const addUser = statement<{ uri: UserUri; provider: ProviderId; native: string; name: string }>()(
  (db, { p }) =>
    db
      .insertInto("user")
      .values({ uri: p.uri, provider: p.provider, native: p.native, name: p.name, profile_rev: 1 })
      // Another group may have met the same user in this moment.
      .onConflict((conflict) => conflict.columns(["provider", "native"]).doUpdateSet({ name: p.name }))
      .returning("id"),
);
const renameUser = statement<{ user: UserId; name: string }>()((db, { p }) =>
  db
    .updateTable("user")
    .set((eb) => ({ name: p.name, profile_rev: eb("profile_rev", "+", 1) }))
    .where("id", "=", p.user),
);
const findMember = statement<{ group: GroupId; user: UserId }>()((db, { p }) =>
  db.selectFrom("member").select("state").where("grp", "=", p.group).where("user_id", "=", p.user),
);
const addMember = statement<{ group: GroupId; user: UserId; seq: Seq }>()((db, { p }) =>
  db
    .insertInto("member")
    .values({ grp: p.group, user_id: p.user, state: "joined", since_seq: p.seq })
    .onConflict((conflict) => conflict.columns(["grp", "user_id"]).doUpdateSet({ state: "joined" })),
);
const addEvent = statement<{
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
}>()((db, { p }) =>
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
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("seq"),
);
const addLink = statement<{
  binding: BindingId;
  native: NativeId;
  id: EventId;
  state: "live" | "refused";
  at: Milliseconds;
}>()((db, { p }) =>
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
const setProperty = statement<{
  group: GroupId;
  name: PropertyName;
  value: string;
  seq: Seq;
  by: UserId | null;
}>()((db, { p }) =>
  db
    .insertInto("property")
    .values({ grp: p.group, name: p.name, item: "", value: p.value, seq: p.seq, by_user: p.by })
    .onConflict((conflict) =>
      conflict.columns(["grp", "name", "item"]).doUpdateSet({ value: p.value, seq: p.seq, by_user: p.by }),
    ),
);
const setSeen = statement<{ binding: BindingId; name: PropertyName; value: string }>()((db, { p }) =>
  db
    .insertInto("binding_property")
    .values({ binding: p.binding, name: p.name, item: "", last_set: null, last_seen: p.value })
    .onConflict((conflict) =>
      conflict.columns(["binding", "name", "item"]).doUpdateSet({ last_seen: p.value }),
    ),
);
const currentProperty = statement<{ group: GroupId; name: PropertyName }>()((db, { p }) =>
  db.selectFrom("property").select("value").where("grp", "=", p.group).where("name", "=", p.name),
);
const lastSeen = statement<{ binding: BindingId; name: PropertyName }>()((db, { p }) =>
  db
    .selectFrom("binding_property")
    .select("last_seen as value")
    .where("binding", "=", p.binding)
    .where("name", "=", p.name),
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
}>()((db, { p }) =>
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
const otherBindings = statement<{ group: GroupId; binding: BindingId }>()((db, { p }) =>
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
  const log = { head: group.head as number, acceptedAt: Math.max(input.now, group.accepted_at) };
  let told = false;
  for (const row of input.rows) {
    const taken = yield* first(takeInbox, { n: row.n });
    if (!taken) continue;
    if (row.setAside) {
      const { native_key: nativeKey, raw, origin_at: originAt, at: receivedAt, attempts } = taken;
      const aside = {
        ...row.setAside,
        nativeKey,
        raw,
        originAt,
        receivedAt,
        attempts: attempts + 1,
        at: input.now,
      };
      yield* first(setAsideInbound, { binding: input.binding, ...aside });
    }
    for (const event of row.events) {
      if (row.refused) {
        yield* refuse(input, event, row.refused.notice);
        told = true;
      } else yield* add(input, group.uri, log, event, { originAt: taken.origin_at, receivedAt: taken.at });
    }
  }
  if (log.head !== group.head)
    yield* first(moveHead, { group: input.group, head: log.head, at: log.acceptedAt });
  step("append.written");
  const others = log.head === group.head ? [] : yield* all(otherBindings, input);
  return { head: log.head, others, told };
}

function* add(
  input: AppendInput,
  groupUri: GroupUri,
  log: { head: number; acceptedAt: Milliseconds },
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  if (event.property !== null && !(yield* isChange(input, event.property))) return;
  const at = { ...times, acceptedAt: log.acceptedAt, group: input.group, binding: input.binding };
  const sender = event.sender === null ? null : yield* memberOf(input, groupUri, log, event.sender, at);
  const seq = (log.head + 1) as Seq;
  const { id, kind, content } = event;
  if (!(yield* first(addEvent, { ...at, seq, id, kind, sender, content }))) return;
  log.head = seq;
  if (event.native !== null)
    yield* first(addLink, { binding: input.binding, native: event.native, id, state: "live", at: input.now });
  if (event.property !== null)
    yield* first(setProperty, { group: input.group, ...event.property, seq, by: sender });
}

/**
 * A property is state: what the room was last seen to hold is nothing new, and what the group holds already is
 * only noted.
 */
function* isChange(input: AppendInput, property: { name: PropertyName; value: string }): Unit<boolean> {
  const { binding, group } = input;
  if ((yield* first(lastSeen, { binding, name: property.name }))?.value === property.value) return false;
  yield* first(setSeen, { binding, ...property });
  return (yield* first(currentProperty, { group, name: property.name }))?.value !== property.value;
}

/** The sender's row. Whoever the group does not know joins it here, by an event before the one that he sends. */
function* memberOf(
  input: AppendInput,
  groupUri: GroupUri,
  log: { head: number },
  sender: NonNullable<NewEvent["sender"]>,
  at: {
    readonly acceptedAt: Milliseconds;
    readonly originAt: Milliseconds;
    readonly receivedAt: Milliseconds;
    readonly group: GroupId;
    readonly binding: BindingId;
  },
): Unit<UserId> {
  const { provider, group } = input;
  const known = yield* first(findUser, { provider, native: sender.native });
  const user = known?.id ?? (yield* only(addUser, { provider, ...sender })).id;
  if (known && known.name !== sender.name) yield* first(renameUser, { user, name: sender.name });
  if (known && (yield* first(findMember, { group, user }))?.state === "joined") return user;
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember({ user: sender.uri, change: "join" }, salt);
  const id = eventId("member", sender.uri, groupUri, content, salt);
  const seq = (log.head + 1) as Seq;
  yield* only(addEvent, { ...at, seq, id, kind: "member", sender: user, content });
  yield* first(addMember, { group, user, seq });
  log.head = seq;
  return user;
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
