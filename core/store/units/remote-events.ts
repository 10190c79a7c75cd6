/** How the log of a group that a peer owns grows here: as its owner says, checked. */
import { saidKey, saltOf } from "../../../mappings/event-id.ts";
import type { EventId, GroupUri, SaidKey } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, PeerId, Seq } from "../../ids.ts";
import { step } from "../../steps.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { applyEffects, type CarriedEvent, rootOf, type RoomsToWake, viaText } from "./carried-events.ts";
import { checkFence, type Fence } from "./fence.ts";
import { setCursor, skipTo } from "./following.ts";
import { forkLog, settleRevision } from "./fork-log.ts";
import { addCarriedEvent, eventAt, liveRooms, lockGroup, moveHead } from "./log.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { isSaidAgain, takeSubmission } from "./submissions.ts";

/** An event of the owner's log. */
export interface RemoteEvent extends CarriedEvent {
  readonly seq: Seq;
  /** When the owner took it. */
  readonly acceptedAt: Milliseconds;
  /** null: erased before it came here. */
  readonly content: Uint8Array | null;
}

export interface LogBounds {
  /** The page was asked for without a cursor: up to here the owner keeps nothing that is visible to us. null: it was not. */
  readonly after: number | null;
  /** Where the log ends now. null: there is more. */
  readonly head: number | null;
}

export interface RemoteEventsInput {
  /** Of the peer's lane. */
  readonly fence: Fence;
  readonly group: GroupId;
  readonly peer: PeerId;
  /** In the order of their seqs. */
  readonly events: readonly RemoteEvent[];
  /** The owner's cursor, moved in the same transaction; null: it stays. */
  readonly cursor: { readonly from: string | null; readonly to: string } | null;
  /** What the page says of the whole log; left out: nothing. */
  readonly bounds?: LogBounds;
  readonly now: Milliseconds;
}

export interface AppliedEvents {
  readonly head: Seq | 0;
  /** How many were new. */
  readonly added: number;
  readonly rooms: RoomsToWake;
  /** The log is another than the one that was held: what our users said behind here waits to be submitted again. */
  readonly forkedAt: number | null;
}

const timeAt = statement<{ group: GroupId; seq: Seq }>("remote-events.timeAt")((db, { p }) =>
  db.selectFrom("event").select("accepted_at as at").where("grp", "=", p.group).where("seq", "=", p.seq),
);

/**
 * Takes a page of the owner's log, all of it or nothing. What is held already is nothing; what our users said is matched
 * with its submission, so that the room that said it is given nothing. Throws event_gap, event_conflict, event_time and
 * sender_forged where the owner misbehaves, and lane_lost where the group is not followed there any more or the cursor was moved by
 * somebody else. Where the cursor is of another revision than what is held, the log is another, and what of it is held
 * ends at the first difference.
 */
export function* applyRemoteEvents(input: RemoteEventsInput): Unit<AppliedEvents> {
  const { group, peer, events, cursor } = input;
  yield* checkFence(input.fence);
  const log = yield* first(lockGroup, { group });
  if (log?.ownerPeer !== peer || log.following !== "following")
    throw new GatewayError("lane_lost", `group ${group} is not followed any more`);
  const met: MetUsers = new Map();
  const { bounds = { after: null, head: null } } = input;
  if (bounds.after !== null) yield* skipTo(group, bounds.after as Seq, input.now);
  let head = Math.max(log.head, bounds.after ?? 0);
  // Until that is known, what is held may be of another log.
  let compares = log.cursorRev !== null && log.rev !== log.cursorRev ? log.cursorRev : null;
  let forkedAt: number | null = null;
  let added = 0;
  const fork = function* (after: number): Unit<void> {
    yield* forkLog(group, after, input.now);
    head = forkedAt = after;
    acceptedAt = (yield* first(timeAt, { group, seq: after as Seq }))?.at ?? 0;
  };
  // Where nothing is held, the group's own time is ours, and says nothing of the owner's.
  let acceptedAt = (yield* first(timeAt, { group, seq: head as Seq }))?.at ?? 0;
  for (const event of events) {
    if (event.seq <= head) {
      if (!(yield* differs(group, event))) continue;
      if (compares === null)
        throw new GatewayError("event_conflict", `${event.seq} of ${log.uri} is another event than before`);
      yield* fork(event.seq - 1);
    }
    if (compares !== null) yield* settleRevision(group, compares);
    compares = null;
    if (event.seq !== head + 1)
      throw new GatewayError("event_gap", `the owner of ${log.uri} gave ${event.seq} after ${head}`);
    if (event.acceptedAt < acceptedAt)
      throw new GatewayError("event_time", `${event.seq} of ${log.uri} is older than the one before`);
    yield* addRemote(input, log.uri, event, met);
    head = event.seq;
    acceptedAt = event.acceptedAt;
    added += 1;
  }
  if (compares !== null && bounds.head !== null) {
    if (bounds.head < head) yield* fork(bounds.head);
    yield* settleRevision(group, compares);
  }
  if (added > 0) yield* first(moveHead, { group, head, at: acceptedAt });
  if (cursor !== null && !(yield* setCursor({ group, ...cursor })))
    throw new GatewayError("lane_lost", `the cursor of group ${group} was moved by another process`);
  if (added > 0) step("append.written");
  const rooms = added === 0 ? [] : yield* all(liveRooms, { group, but: 0 });
  return { head: head as Seq | 0, added, rooms, forkedAt };
}

/** What lies before the first event that was visible is not held, and nothing can be said of it. */
function* differs(group: GroupId, { seq, id }: { seq: Seq; id: EventId }): Unit<boolean> {
  const held = yield* first(eventAt, { group, seq });
  return held !== undefined && held.id !== id;
}

function* addRemote(input: RemoteEventsInput, uri: GroupUri, event: RemoteEvent, met: MetUsers): Unit<void> {
  const { group, peer, now } = input;
  const { seq, id, kind, content } = event;
  const sender = event.sender === null ? null : yield* userByUri(met, event.sender, event.senderName);
  const ours = sender === null || sender.ours ? yield* first(takeSubmission, { group, id }) : undefined;
  if (sender?.ours === true && !ours && event.proof === null)
    throw new GatewayError("sender_forged", `${id} of group ${group} is said to be of ${event.sender}`);
  const added = yield* first(addCarriedEvent, {
    group,
    seq,
    id,
    kind,
    sender: sender?.id ?? null,
    acceptedAt: event.acceptedAt,
    originAt: event.originAt,
    receivedAt: ours?.receivedAt ?? now,
    content,
    binding: ours?.binding ?? null,
    root: rootOf(event),
    proof: event.proof ?? ours?.proof ?? null,
    via: viaText(event.via),
    originPeer: peer,
    passed: ours?.passed ?? null,
    saidKey: ours ? ours.saidKey : sender?.ours === true ? yield* ownSaidKey(input, uri, event) : null,
    erasedAt: content === null ? now : null,
  });
  if (!added)
    throw new GatewayError("event_conflict", `${id} of group ${group} has another place than ${seq} already`);
  yield* applyEffects({ group, user: sender?.id ?? null, seq, at: now }, event, met);
}

/**
 * What our user's event was known by here before the store was restored from a backup: its proof says that it has left this
 * gateway, and so that its salt is of our making. Where the room that said it has said it again, that is known by it.
 */
function* ownSaidKey(
  { group }: RemoteEventsInput,
  uri: GroupUri,
  { kind, sender, content }: RemoteEvent,
): Unit<SaidKey | null> {
  const salt = content && saltOf(content);
  if (sender === null || !salt) return null;
  const key = saidKey(kind, sender, uri, salt);
  return (yield* isSaidAgain({ group, key })) ? null : key;
}
