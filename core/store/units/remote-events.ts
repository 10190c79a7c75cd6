/** How the log of a group that a peer owns grows here: as its owner says, checked. */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, PeerId, Seq } from "../../ids.ts";
import { step } from "../../steps.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { applyEffects, type CarriedEvent, rootOf, type RoomsToWake, viaText } from "./carried-events.ts";
import { checkFence, type Fence } from "./fence.ts";
import { setCursor } from "./following.ts";
import { addCarriedEvent, eventAt, liveRooms, lockGroup, moveHead } from "./log.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { takeSubmission } from "./submissions.ts";

/** An event of the owner's log. */
export interface RemoteEvent extends CarriedEvent {
  readonly seq: Seq;
  /** When the owner took it. */
  readonly acceptedAt: Milliseconds;
  /** null: erased before it came here. */
  readonly content: Uint8Array | null;
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
  readonly now: Milliseconds;
}

export interface AppliedEvents {
  readonly head: Seq | 0;
  /** How many were new. */
  readonly added: number;
  readonly rooms: RoomsToWake;
}

const timeAt = statement<{ group: GroupId; seq: Seq }>("remote-events.timeAt")((db, { p }) =>
  db.selectFrom("event").select("accepted_at as at").where("grp", "=", p.group).where("seq", "=", p.seq),
);

/**
 * Takes a page of the owner's log, all of it or nothing. What is held already is nothing; what our users said is matched
 * with its submission, so that the room that said it is given nothing. Throws event_gap, event_conflict, event_time and
 * sender_forged where the owner misbehaves, and lane_lost where the group is not followed there any more or the cursor was moved by
 * somebody else.
 */
export function* applyRemoteEvents(input: RemoteEventsInput): Unit<AppliedEvents> {
  const { group, peer, events, cursor } = input;
  yield* checkFence(input.fence);
  const log = yield* first(lockGroup, { group });
  if (log?.ownerPeer !== peer || log.following !== "following")
    throw new GatewayError("lane_lost", `group ${group} is not followed any more`);
  const met: MetUsers = new Map();
  let head: number = log.head;
  // Where nothing is held, the group's own time is ours, and says nothing of the owner's.
  let acceptedAt = (yield* first(timeAt, { group, seq: log.head as Seq }))?.at ?? 0;
  for (const event of events) {
    if (event.seq <= head) {
      yield* checkHeld(group, event);
      continue;
    }
    if (event.seq !== head + 1)
      throw new GatewayError("event_gap", `the owner of ${log.uri} gave ${event.seq} after ${head}`);
    if (event.acceptedAt < acceptedAt)
      throw new GatewayError("event_time", `${event.seq} of ${log.uri} is older than the one before`);
    yield* addRemote(input, event, met);
    head = event.seq;
    acceptedAt = event.acceptedAt;
  }
  const added = head - log.head;
  if (added > 0) yield* first(moveHead, { group, head, at: acceptedAt });
  if (cursor !== null && !(yield* setCursor({ group, ...cursor })))
    throw new GatewayError("lane_lost", `the cursor of group ${group} was moved by another process`);
  if (added > 0) step("append.written");
  const rooms = added === 0 ? [] : yield* all(liveRooms, { group, but: 0 });
  return { head: head as Seq | 0, added, rooms };
}

/** What lies before the first event that was visible is not held, and nothing can be said of it. */
function* checkHeld(group: GroupId, { seq, id }: { seq: Seq; id: EventId }): Unit<void> {
  const held = yield* first(eventAt, { group, seq });
  if (held && held.id !== id)
    throw new GatewayError("event_conflict", `${seq} of group ${group} is ${held.id}, and now also ${id}`);
}

function* addRemote(input: RemoteEventsInput, event: RemoteEvent, met: MetUsers): Unit<void> {
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
    erasedAt: content === null ? now : null,
  });
  if (!added)
    throw new GatewayError("event_conflict", `${id} of group ${group} has another place than ${seq} already`);
  yield* applyEffects({ group, user: sender?.id ?? null, seq, at: now }, event, met);
}
