/** What guests submit to groups of ours: checked, given its place in the log, and a verdict on each. */
import { randomBytes } from "node:crypto";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, PeerId, Seq } from "../../ids.ts";
import { step } from "../../steps.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { applyEffects, type CarriedEvent, rootOf, type RoomsToWake, viaText } from "./carried-events.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addCarriedEvent, eventOf, liveRooms, lockGroup, moveHead } from "./log.ts";
import { findMember } from "./members.ts";
import { type KnownUser, type MetUsers, userByUri } from "./remote-users.ts";
import { keepVerdict, type Verdict, type VerdictCode } from "./verdicts.ts";

export interface SubmittedEvent extends CarriedEvent {
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
  /** `join`: whoever speaks without being a member becomes one; `refuse`: gets not_member. */
  readonly strangers: "join" | "refuse";
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

interface GuestLog {
  readonly group: GroupId;
  readonly peer: PeerId;
  readonly uri: GroupUri;
  readonly strangers: SubmittedInput["strangers"];
  readonly acceptedAt: Milliseconds;
  readonly receivedAt: Milliseconds;
  readonly closed: boolean;
  readonly met: MetUsers;
  head: number;
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
    strangers: input.strangers,
    acceptedAt: Math.max(now, row.accepted_at),
    receivedAt: now,
    closed: row.state === "closed",
    met: new Map(),
    head: row.head,
  };
  const verdicts: Verdict[] = [];
  for (const event of input.events) {
    const wrong = event.refused ?? (yield* take(log, event));
    const verdict = { id: event.id, code: wrong?.code ?? null, detail: wrong?.detail ?? "" };
    if (input.verdicts === "kept") yield* keepVerdict({ peer, group, at: now }, verdict);
    verdicts.push(verdict);
  }
  if (pulled !== null) yield* first(setPulled, { group, peer, pulled });
  const grew = log.head !== row.head;
  if (grew) yield* first(moveHead, { group, head: log.head, at: log.acceptedAt });
  if (grew) step("append.written");
  const rooms = grew ? yield* all(liveRooms, { group, but: 0 }) : [];
  return { head: log.head as Seq | 0, verdicts, rooms };
}

type Refusal = SubmittedEvent["refused"];

const refusal = (code: VerdictCode, detail: string): Refusal => ({ code, detail });

function* take(log: GuestLog, event: SubmittedEvent): Unit<Refusal> {
  const { group, peer } = log;
  if (event.sender === null) return refusal("sender_foreign", "the event names no sender");
  const sender = yield* userByUri(log.met, event.sender, event.senderName);
  if (sender.ours || sender.peer !== peer)
    return refusal("sender_foreign", `the gateway does not speak for ${event.sender}`);
  // After the sender's check: that an id is known tells nothing to somebody else's gateway.
  const known = yield* first(eventOf, { group, id: event.id });
  if (known) return null;
  if (log.closed) return refusal("group_closed", "the group has ended");
  const wrong = yield* checkRight(log, event, event.sender, sender);
  if (wrong === null) yield* write(log, event, sender);
  return wrong;
}

function* checkRight(log: GuestLog, event: SubmittedEvent, uri: UserUri, sender: KnownUser): Unit<Refusal> {
  const { group } = log;
  if (event.member !== null && event.member.user !== uri)
    return refusal("no_right", "nobody comes and goes for others here");
  const root = rootOf(event);
  const target = root === null ? undefined : yield* first(eventOf, { group, id: root });
  if (target && target.sender !== sender.id) return refusal("not_author", "the message is another's");
  if (event.member?.state === "joined") {
    if (log.strangers === "join") return null;
    return refusal("no_right", "the group is joined by invitation");
  }
  const member = (yield* first(findMember, { group, user: sender.id }))?.state === "joined";
  if (member) return null;
  if (event.member !== null || log.strangers === "refuse")
    return refusal("not_member", `${uri} is not in the group`);
  yield* joinFor(log, uri);
  return null;
}

/** The owner takes a speaker in: an event of the owner's own, so that it needs no proof of the speaker's gateway. */
function* joinFor(log: GuestLog, uri: UserUri): Unit<void> {
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember({ user: uri, change: "join" }, salt);
  const id = eventId("member", "", log.uri, content, salt);
  const member = { user: uri, state: "joined" } as const;
  yield* write(log, { ...nothing, id, kind: "member", originAt: log.receivedAt, content, member }, null);
}

const nothing = { proof: null, via: [], effect: { kind: "none" }, property: null } as const;

type Written = Omit<SubmittedEvent, "sender" | "senderName" | "refused">;

function* write(log: GuestLog, event: Written, sender: KnownUser | null): Unit<void> {
  const { group, peer } = log;
  const seq = (log.head + 1) as Seq;
  const user = sender?.id ?? null;
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
    erasedAt: null,
  });
  log.head = seq;
  yield* applyEffects({ group, user, seq }, event, log.met);
}
