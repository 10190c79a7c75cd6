/** What an owner says to an event of a guest's: the rules of the group, asked with what its log knows. */
import type { Erasure } from "../../../mappings/events.ts";
import type { ProviderDomain, UserUri } from "../../../mappings/ids.ts";
import { type Deed, type Standing, stranger } from "../../../mappings/room-policy/deed.ts";
import { type Actor, joinsBySpeaking, judge } from "../../../mappings/room-policy/judge.ts";
import { holdsAlready } from "../../../mappings/room-policy/judge-member.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, PeerId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import type { CarriedEvent } from "./carried-events.ts";
import { isOwn } from "./forget.ts";
import { memberDeed, messageDeed } from "./judging.ts";
import { standingIn } from "./members.ts";
import { propertyNow } from "./properties.ts";
import { type Effect, isNews } from "./reactions.ts";
import { lookUpUser, type MetUsers, type NamedUser } from "./remote-users.ts";
import { type Ruled, rulesOf } from "./roles.ts";
import type { VerdictCode } from "./verdicts.ts";

/** An event of a guest's, with what only submissions have. */
export interface JudgedEvent extends CarriedEvent {
  /** Where there is no sender: the base domain of the gateway that answers for it. null: nobody does. */
  readonly provider: ProviderDomain | null;
  /** The version that the property must have (docs/mtp.md, M58); null: any. */
  readonly expect: number | null;
}

/** A group's log while a unit takes what a guest submits. */
export interface JudgedLog extends Ruled {
  readonly group: GroupId;
  readonly peer: PeerId;
  readonly receivedAt: Milliseconds;
  readonly met: MetUsers;
  readonly standings: Map<UserId, Standing>;
}

/** Whoever an event is of, where its gateway may speak for him. */
export interface Speaker {
  /** null: the gateway itself. */
  readonly user: NamedUser | null;
  /** He becomes a member by this. */
  joins: boolean;
}

const baseOf = statement<{ peer: PeerId }>("judge-submitted.base")((db, { p }) =>
  db.selectFrom("peer").select("base").where("id", "=", p.peer),
);

/** null: the guest does not speak for him. Nothing is written of him yet. */
export function* speakerOf(log: JudgedLog, event: JudgedEvent): Unit<Speaker | null> {
  if (event.sender === null) {
    const base: ProviderDomain | undefined = (yield* first(baseOf, log))?.base;
    return event.provider !== null && event.provider === base ? { user: null, joins: false } : null;
  }
  const user = yield* lookUpUser(log.met, event.sender);
  if (user.ours || user.peer !== log.peer) return null;
  return { user, joins: false };
}

/** null: it is to be written; `holds`: it says what holds already, and needs no place in the log. */
export function* judgeSubmitted(
  log: JudgedLog,
  event: JudgedEvent,
  speaker: Speaker,
): Unit<{ readonly code: VerdictCode; readonly detail: string } | "holds" | null> {
  const { group, receivedAt: now } = log;
  const user = speaker.user;
  const deed = yield* deedOf(log, event, speaker);
  if (deed.kind === "member" && deed.own && holdsAlready(deed)) return "holds";
  log.rules ??= yield* rulesOf(group, log.flags);
  const actor: Actor = user === null ? "gateway" : yield* standingOf(log, user);
  const refused = judge(log.rules, actor, deed, now);
  if (refused !== null) return refused;
  if (deed.kind === "member" && holdsAlready(deed)) return "holds";
  if (deed.kind === "message" && deed.act.act === "delete" && deed.target?.deleted === true) return "holds";
  if (!(yield* doesAnything(group, user, event.effect))) return "holds";
  if (event.says?.kind === "property") {
    const { value, version } = yield* propertyNow(group, event.says.property);
    if (value === event.says.property.value) return "holds";
    if (event.expect !== null && event.expect !== version)
      return { code: "property_conflict", detail: String(version) };
  }
  if (event.act?.expires !== undefined && event.act.expires !== null && event.act.expires <= now)
    return { code: "expired", detail: "its time was over" };
  speaker.joins = joinsBySpeaking(actor, deed);
  return null;
}

function* deedOf(log: JudgedLog, event: JudgedEvent, { user }: Speaker): Unit<Deed> {
  const { group } = log;
  const { says } = event;
  if (says === null) {
    if (event.kind !== "message") return { kind: "opaque" };
    log.rules ??= yield* rulesOf(group, log.flags);
    const doer = { user: user?.id ?? null, provider: user?.provider ?? null };
    return yield* messageDeed(group, log.rules, doer, event.act);
  }
  switch (says.kind) {
    case "property":
      return { kind: "property", name: says.property.name };
    case "member": {
      const subject = yield* lookUpUser(log.met, says.member.user as UserUri);
      return memberDeed(says.member, yield* standingOf(log, subject), isHis(log, user, subject));
    }
    case "role":
      return { kind: "role" };
    case "moderate": {
      const subject = yield* lookUpUser(log.met, says.moderation.user as UserUri);
      return { kind: "moderate", subject: yield* standingOf(log, subject) };
    }
    case "erase":
      return { kind: "erase", own: yield* erasesOwn(log, says.erasure, user) };
  }
}

function* standingOf(log: JudgedLog, { id }: NamedUser): Unit<Standing> {
  return id === null ? stranger : yield* standingIn(log, log.group, id);
}

/** Whether a subject is the speaker himself, or one of those whom the speaking gateway answers for. */
const isHis = (log: JudgedLog, speaker: NamedUser | null, subject: NamedUser): boolean =>
  speaker === null ? subject.peer === log.peer && !subject.ours : subject.uri === speaker.uri;

/** Somebody who has no row has no reaction to take back and no poll to end, and all else of his is news. */
function* doesAnything(group: GroupId, speaker: NamedUser | null, effect: Effect): Unit<boolean> {
  if (speaker?.id === null) return effect.kind !== "unreaction" && effect.kind !== "poll-end";
  return yield* isNews({ group, user: speaker?.id ?? null }, effect);
}

function* erasesOwn(log: JudgedLog, erasure: Erasure, user: NamedUser | null): Unit<boolean> {
  if (erasure.of === "user") return isHis(log, user, yield* lookUpUser(log.met, erasure.user as UserUri));
  return yield* isOwn(log.group, erasure, ({ sender, peer }) =>
    user === null ? peer === log.peer : sender !== null && sender === user.id,
  );
}

const MINUTE_MS = 60_000;

const acceptedAtSeq = statement<{ group: GroupId; seq: Seq }>("judge-submitted.acceptedAt")((db, { p }) =>
  db.selectFrom("event").select("accepted_at as at").where("grp", "=", p.group).where("seq", "=", p.seq),
);
const countOfPeer = statement<{ group: GroupId; peer: PeerId; after: Seq; since: Milliseconds }>(
  "judge-submitted.countOfPeer",
)((db, { p }) =>
  db
    .selectFrom("event")
    .select((eb) => eb.fn.countAll<number | string>().as("n"))
    .where("grp", "=", p.group)
    .where("seq", ">", p.after)
    .where("origin_peer", "=", p.peer)
    .where("accepted_at", ">", p.since),
);

/** How many of these events the guest may have taken now. Counted only where the whole group has grown fast of late. */
export function* quotaLeft(
  input: {
    readonly group: GroupId;
    readonly peer: PeerId;
    readonly perMinute: number;
    readonly events: readonly unknown[];
    readonly now: Milliseconds;
  },
  head: number,
): Unit<number> {
  const { group, peer, perMinute, events, now } = input;
  const since = now - MINUTE_MS;
  const before = head - perMinute + events.length;
  if (before <= 0) return events.length;
  const row = yield* first(acceptedAtSeq, { group, seq: before as Seq });
  if (row !== undefined && row.at <= since) return events.length;
  const after = Math.max(0, head - perMinute) as Seq;
  const counted = yield* first(countOfPeer, { group, peer, after, since });
  return Math.max(0, perMinute - Number(counted?.n ?? 0));
}
