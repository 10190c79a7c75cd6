/** What guests submit to groups of ours: checked, given its place in the log, and a verdict on each. */
import { noParticulars } from "../../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, PeerId, Seq, UserId } from "../../ids.ts";
import { step } from "../../steps.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { applyEffects, rootOf, type RoomsToWake, viaText } from "./carried-events.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addCarriedEvent, eventOf, liveRooms, lockGroup, moveHead } from "./log.ts";
import {
  judgeSubmitted,
  type JudgedEvent,
  type JudgedLog,
  quotaLeft,
  type Speaker,
  speakerOf,
} from "./judge-submitted.ts";
import { nameMedia } from "./kept-media.ts";
import { memberEvent } from "./members.ts";
import { noteProfile } from "./profiles.ts";
import { userByUri } from "./remote-users.ts";
import { forgetRules } from "./roles.ts";
import { settleInvited } from "./uninvite.ts";
import { keepVerdict, type Verdict, type VerdictCode } from "./verdicts.ts";

export interface SubmittedEvent extends JudgedEvent {
  readonly content: Uint8Array;
  /** What the caller found wrong already (id, proof, content, loop): the verdict is this, and nothing is written. */
  readonly refused: { readonly code: VerdictCode; readonly detail: string } | null;
}

export interface SubmittedInput {
  /** Of the peer's lane, where the owner pulled these; null: the guest posted them. */
  readonly fence: Fence | null;
  readonly group: GroupId;
  readonly peer: PeerId;
  readonly events: readonly SubmittedEvent[];
  /** How many events of the guest's the group takes in a minute. */
  readonly perMinute: number;
  /** Kept until told: the owner pulled them. Answered: the verdicts go in the answer to this very request. */
  readonly verdicts: "kept" | "answered";
  /** The guest's cursor behind these, written in the same transaction; null: it stays. */
  readonly pulled: string | null;
  readonly now: Milliseconds;
}

export interface SubmittedResult {
  readonly head: Seq | 0;
  /** One for each event, in their order. */
  readonly verdicts: readonly Verdict[];
  readonly rooms: RoomsToWake;
}

interface GuestLog extends JudgedLog {
  readonly uri: GroupUri;
  readonly acceptedAt: Milliseconds;
  readonly closed: boolean;
  head: number;
  /** How many more the guest may say now. */
  left: number;
}

const activeGuest = statement<{ group: GroupId; peer: PeerId }>("submitted.activeGuest")((db, { p }) =>
  db
    .selectFrom("guest")
    .select("connection")
    .where("grp", "=", p.group)
    .where("peer", "=", p.peer)
    .where("left_seq", "is", null),
);
const setPulled = statement<{ group: GroupId; peer: PeerId; pulled: string }>("submitted.setPulled")(
  (db, { p }) =>
    db.updateTable("guest").set({ pulled: p.pulled }).where("grp", "=", p.group).where("peer", "=", p.peer),
);

const clearPulled = statement<{ group: GroupId; peer: PeerId }>("submitted.clearPulled")((db, { p }) =>
  db.updateTable("guest").set({ pulled: null }).where("grp", "=", p.group).where("peer", "=", p.peer),
);

/** The guest does not know its cursor any more: it is asked for all that has no verdict. */
export function* forgetPulled(input: { fence: Fence; group: GroupId; peer: PeerId }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(clearPulled, input);
}

/**
 * Takes what a guest's users said into the log. An event that is in it already is accepted again, without a second place.
 * Throws group_unknown where the group is not ours or the peer is not in it.
 */
export function* appendSubmitted(input: SubmittedInput): Unit<SubmittedResult> {
  const { group, peer, now, pulled } = input;
  if (input.fence) yield* checkFence(input.fence);
  const row = yield* first(lockGroup, { group });
  if (!row || row.ownerPeer !== null || !(yield* first(activeGuest, { group, peer })))
    throw new GatewayError("group_unknown", `peer ${peer} is in no group ${group} of ours`);
  const log: GuestLog = {
    group,
    peer,
    uri: row.uri,
    acceptedAt: Math.max(now, row.accepted_at),
    receivedAt: now,
    closed: row.state === "closed",
    met: new Map(),
    standings: new Map(),
    flags: row,
    rules: null,
    head: row.head,
    left: yield* quotaLeft(input, row.head),
  };
  const verdicts: Verdict[] = [];
  for (const event of input.events) {
    const wrong = yield* take(log, event);
    const verdict = { id: event.id, code: wrong?.code ?? null, detail: wrong?.detail ?? "" };
    if (input.verdicts === "kept") yield* keepVerdict({ peer, group, at: now }, verdict);
    verdicts.push(verdict);
  }
  if (pulled !== null) yield* first(setPulled, { group, peer, pulled });
  const grew = log.head !== row.head;
  if (grew) yield* first(moveHead, { group, head: log.head, at: log.acceptedAt });
  if (input.events.some(answersInvitation)) yield* settleInvited({ group, peer, now });
  if (grew) step("append.written");
  const rooms = grew ? yield* all(liveRooms, { group, but: 0 }) : [];
  return { head: log.head as Seq | 0, verdicts, rooms };
}

function answersInvitation({ says }: SubmittedEvent): boolean {
  return says?.kind === "member" && (says.member.change === "accept" || says.member.change === "decline");
}

type Refusal = SubmittedEvent["refused"];

const refusal = (code: VerdictCode, detail: string): Refusal => ({ code, detail });

/** By the first line of the table of verdicts that applies. */
function* take(log: GuestLog, event: SubmittedEvent): Unit<Refusal> {
  const { group } = log;
  const speaker = yield* speakerOf(log, event);
  const mismatched = event.refused?.code === "id_mismatch";
  // Only for its own users: that an id is known tells nothing to somebody else's gateway.
  const known = speaker === null || mismatched ? undefined : yield* first(eventOf, { group, id: event.id });
  if (known && speaker && isOf(known.sender, speaker)) return null;
  if (log.closed) return refusal("group_closed", "the group has ended");
  if (mismatched) return event.refused;
  if (known) return refusal("id_conflict", "the log has that id for something else");
  if (speaker === null)
    return refusal("sender_foreign", `the gateway does not speak for ${event.sender ?? "it"}`);
  if (event.refused !== null) return event.refused;
  const judged = yield* judgeSubmitted(log, event, speaker);
  if (judged === "holds") return null;
  if (judged !== null) return judged;
  if (log.left === 0) return refusal("quota", "the gateway sends more than the group takes in a minute");
  const uri = speaker.user?.uri ?? null;
  const sender = uri === null ? null : (yield* userByUri(log.met, uri, event.senderName)).id;
  if (speaker.joins && uri !== null) yield* joinFor(log, uri);
  log.left -= 1;
  yield* write(log, event, sender);
  return null;
}

/** Somebody who has no row has said nothing yet. */
const isOf = (sender: UserId | null, { user }: Speaker): boolean =>
  user === null ? sender === null : sender !== null && sender === user.id;

/** The owner takes a speaker in: an event of the owner's own, so that it needs no proof of the speaker's gateway. */
function* joinFor(log: GuestLog, user: UserUri): Unit<void> {
  const member = { user, change: "join", ...noParticulars } as const;
  const says = { kind: "member", member } as const;
  const event = { ...memberEvent(log.uri, member), kind: "member", originAt: log.receivedAt, says } as const;
  yield* write(log, { ...nothing, ...event }, null);
}

const nothing = { proof: null, via: [], effect: { kind: "none" }, act: null } as const;

type Written = Omit<SubmittedEvent, "sender" | "senderName" | "provider" | "refused" | "expect">;

function* write(log: GuestLog, event: Written, user: UserId | null): Unit<void> {
  const { group, peer } = log;
  const seq = (log.head + 1) as Seq;
  yield* first(addCarriedEvent, {
    group,
    seq,
    id: event.id,
    kind: event.kind,
    sender: user,
    acceptedAt: log.acceptedAt,
    originAt: event.originAt,
    receivedAt: log.receivedAt,
    content: event.content,
    binding: null,
    root: rootOf(event),
    proof: event.proof,
    via: viaText(event.via),
    originPeer: peer,
    passed: null,
    // Whoever submits chooses the salt.
    saidKey: null,
    erasedAt: null,
  });
  log.head = seq;
  yield* nameMedia({ group, peer, event: event.id, content: event.content });
  yield* applyEffects({ group, user, seq, at: log.receivedAt }, event, log.met, log.standings);
  forgetRules(log, event.kind);
  if (user !== null) yield* noteProfile(group, user);
}

/** Where these stand in the log; one that does not is left out. */
export function* placesOf(input: {
  group: GroupId;
  ids: readonly EventId[];
}): Unit<ReadonlyMap<EventId, Seq>> {
  const places = new Map<EventId, Seq>();
  for (const id of input.ids) {
    const found = yield* first(eventOf, { group: input.group, id });
    if (found) places.set(id, found.seq);
  }
  return places;
}
