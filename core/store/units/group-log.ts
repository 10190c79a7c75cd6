/** How a group's log grows in one transaction: opened under the group's lock, added to, closed. */
import type { Milliseconds } from "../../bridge.ts";
import type { ErrorCode } from "../../errors.ts";
import type { EventKind, PropertyName } from "../../../mappings/events.ts";
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import { step } from "../../steps.ts";
import type { AccountId, BindingId, GroupId, NativeId, PeerId, ProviderId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addEvent, liveRooms, lockGroup, moveHead } from "./log.ts";
import { type GrowingLog, memberOf, metUser, type Sender } from "./members.ts";
import { addNotice } from "./notices.ts";
import { type Effect, isNews, takeEffect } from "./reactions.ts";
import { isChange, setProperty } from "./properties.ts";
import { addSubmission } from "./submissions.ts";

/** A translated thing, its content written and its id computed. */
export interface NewEvent {
  readonly kind: EventKind;
  readonly id: EventId;
  readonly content: Uint8Array;
  readonly sender: Sender | null;
  /** What the origin's room calls it, and what else it refers to it by. */
  readonly native: NativeId | null;
  readonly aux: string | null;
  readonly effect: Effect;
  readonly property: { readonly name: PropertyName; readonly value: string } | null;
}

/** What something said in a room has become. */
export interface Translation {
  readonly events: readonly NewEvent[];
  /** Lines for people in the room, each alone. */
  readonly replies: readonly {
    readonly to: { readonly native: string; readonly name: string };
    readonly text: string;
  }[];
  /** Refused by the group's owner: the verdict, and the line for its author. */
  readonly refused: { readonly code: ErrorCode; readonly notice: string } | null;
}

/** The room that something was said in, and the group whose log it belongs to. */
export interface AppendPlace {
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly provider: ProviderId;
  readonly now: Milliseconds;
}

const addLink = statement<{
  binding: BindingId;
  native: NativeId;
  aux: string | null;
  part: number;
  id: EventId;
  state: "live" | "refused";
  at: Milliseconds;
}>("group-log.addLink")((db, { p }) =>
  db
    .insertInto("link")
    .values({
      binding: p.binding,
      native: p.native,
      aux: p.aux,
      event_id: p.id,
      part: p.part,
      state: p.state,
      attempts: 1,
      at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
// Where nothing else waits for it, the room that said this has nothing to be given: its outbox need not even run.
const passOwn = statement<{ binding: BindingId; from: number; to: number }>("group-log.passOwn")(
  (db, { p }) =>
    db
      .updateTable("binding")
      .set({ intended_seq: p.to as Seq, delivered_seq: p.to as Seq })
      .where("id", "=", p.binding)
      .where("intended_seq", "=", p.from as Seq)
      .where("delivered_seq", "=", p.from as Seq),
);

export interface Appended {
  readonly head: number;
  /** The group's other rooms, each with the account that serves it: their lanes have work now. */
  readonly others: readonly { readonly id: BindingId; readonly account: AccountId }[];
  /** True: a verdict waits to be told in the origin's own room. */
  readonly told: boolean;
  /** The peer that has something to pull now, where the group is its own. */
  readonly submittedTo: PeerId | null;
}

interface OpenLog extends GrowingLog {
  readonly uri: GroupUri;
  readonly begun: number;
  /** null: the group is ours. */
  readonly owner: { readonly peer: PeerId; readonly reached: boolean } | null;
  told: boolean;
  submitted: boolean;
}

/** Takes the group's lock. */
export function* openLog(place: AppendPlace): Unit<OpenLog> {
  const row = yield* only(lockGroup, { group: place.group });
  const { uri, head, ownerPeer: peer } = row;
  return {
    uri,
    begun: head,
    head,
    owner: peer === null ? null : { peer, reached: row.following !== "left" },
    acceptedAt: Math.max(place.now, row.accepted_at),
    met: new Map(),
    told: false,
    submitted: false,
  };
}

/** Gives the events of one thing said their seqs, and the room its links; or the author his verdict. */
export function* addToLog(
  place: AppendPlace,
  log: OpenLog,
  said: Translation,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  for (const { to, text } of said.replies) {
    yield* addNotice({ binding: place.binding, to, text, at: place.now });
    log.told = true;
  }
  for (const event of said.events) {
    if (said.refused) {
      yield* refuse(place, event, said.refused.notice);
      log.told = true;
    } else if (log.owner === null) yield* add(place, log, event, times);
    else if (log.owner.reached) yield* submit(place, log, event, times);
    else {
      yield* refuse(place, event, NOT_REACHED);
      log.told = true;
    }
  }
}

/** Moves the group's head, and says who has to be given what is new. */
export function* closeLog(place: AppendPlace, log: OpenLog): Unit<Appended> {
  const { head, begun, told } = log;
  if (head !== begun) {
    yield* first(moveHead, { group: place.group, head, at: log.acceptedAt });
    yield* first(passOwn, { binding: place.binding, from: begun, to: head });
  }
  step("append.written");
  const others = head === begun ? [] : yield* all(liveRooms, { group: place.group, but: place.binding });
  return { head, others, told, submittedTo: log.submitted && log.owner !== null ? log.owner.peer : null };
}

function* add(
  place: AppendPlace,
  log: OpenLog,
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  const { binding, group } = place;
  if (event.property !== null && !(yield* isChange(place, event.property))) return;
  const at = { ...times, acceptedAt: log.acceptedAt, group, binding };
  const sender =
    event.sender === null ? null : yield* memberOf(place.provider, log.uri, log, event.sender, at);
  const seq = (log.head + 1) as Seq;
  const { id, kind, content, effect } = event;
  if (!(yield* takeEffect({ group, user: sender, id, seq }, effect))) return;
  const root = effect.kind === "version" ? effect.root : null;
  if (!(yield* first(addEvent, { ...at, seq, id, kind, sender, content, root }))) return;
  log.head = seq;
  yield* linkTo(place, event, "live");
  if (event.property !== null) yield* first(setProperty, { group, ...event.property, seq, by: sender });
}

const NOT_REACHED =
  "This was not carried to the linked rooms: the gateway has no part in their group any more.";

/** Instead of an entry in the log, where the log is a peer's: it gives the seq, and the event comes back with it. */
function* submit(
  place: AppendPlace,
  log: OpenLog,
  event: NewEvent,
  times: { readonly originAt: Milliseconds; readonly receivedAt: Milliseconds },
): Unit<void> {
  const { binding, group } = place;
  if (event.property !== null && !(yield* isChange(place, event.property))) return;
  const sender = event.sender && (yield* metUser(place.provider, log, event.sender)).user;
  const { id, kind, content, native, aux, effect } = event;
  if (!(yield* isNews({ group, user: sender }, effect))) return;
  const root = effect.kind === "version" ? effect.root : null;
  const row = { ...times, group, binding, id, kind, sender, content, root, native, aux };
  if (!(yield* first(addSubmission, row))) return;
  log.submitted = true;
  yield* linkTo(place, event, "live");
}

/** What the origin's room calls the event. What changes something else is no part of a message. */
function* linkTo(place: AppendPlace, event: NewEvent, state: "live" | "refused"): Unit<void> {
  const { binding, now: at } = place;
  const { native, aux, id } = event;
  if (native === null) return;
  const part = state === "refused" || event.effect.kind === "none" ? 0 : -1;
  yield* first(addLink, { binding, native, aux, part, id, state, at });
}

/** The verdict on an event that the group does not take: its link says so, and its author is told once. */
function* refuse(place: AppendPlace, event: NewEvent, text: string): Unit<void> {
  const { binding, now: at } = place;
  yield* linkTo(place, event, "refused");
  const to = event.sender && { native: event.sender.native, name: event.sender.name };
  yield* addNotice({ binding, to, text, at });
}
