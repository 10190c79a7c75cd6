/** Votes on polls, which are state as reactions are, and the ends of polls. */
import { Capability, ORDINARY } from "../../../mappings/room-policy/roles.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, ProviderId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { rulesOf } from "./roles.ts";
import { wantTally } from "./tallies.ts";

/** What a vote or an end does. `poll`: any version of it. `options`: as the vote names them, unchecked. */
export type PollEffect =
  | { readonly kind: "vote"; readonly poll: EventId; readonly options: readonly string[] }
  | { readonly kind: "poll-end"; readonly poll: EventId };

/** Somebody at a poll, by the poll's first version. */
interface AtPoll {
  readonly group: GroupId;
  readonly poll: EventId;
  readonly user: UserId;
}

interface Acting extends AtPoll {
  readonly id: EventId;
  readonly seq: Seq;
  readonly at: Milliseconds;
}

const endOf = statement<{ group: GroupId; poll: EventId }>("polls.endOf")((db, { p }) =>
  db
    .selectFrom("poll_end")
    .select("seq")
    .where("grp", "=", p.group)
    .where("poll", "=", p.poll)
    .orderBy("seq")
    .limit(1),
);
const standing = statement<AtPoll>("polls.standing")((db, { p }) =>
  db
    .selectFrom("poll_vote")
    .select("options")
    .where("grp", "=", p.group)
    .where("poll", "=", p.poll)
    .where("user_id", "=", p.user)
    .where("gone_seq", "is", null)
    .limit(1),
);
const endVote = statement<AtPoll & { seq: Seq }>("polls.endVote")((db, { p }) =>
  db
    .updateTable("poll_vote")
    .set({ gone_seq: p.seq })
    .where("grp", "=", p.group)
    .where("poll", "=", p.poll)
    .where("user_id", "=", p.user)
    .where("gone_seq", "is", null),
);
const addVote = statement<AtPoll & { id: EventId; seq: Seq; options: string }>("polls.addVote")((db, { p }) =>
  db
    .insertInto("poll_vote")
    .values({
      grp: p.group,
      poll: p.poll,
      event_id: p.id,
      user_id: p.user,
      options: p.options,
      seq: p.seq,
      gone_seq: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const addEnd = statement<{ group: GroupId; poll: EventId; id: EventId; seq: Seq }>("polls.addEnd")(
  (db, { p }) =>
    db
      .insertInto("poll_end")
      .values({ grp: p.group, poll: p.poll, event_id: p.id, seq: p.seq })
      .onConflict((conflict) => conflict.doNothing()),
);
const authorOf = statement<{ group: GroupId; poll: EventId }>("polls.authorOf")((db, { p }) =>
  db.selectFrom("event").select("sender").where("grp", "=", p.group).where("id", "=", p.poll),
);
const roleOf = statement<{ group: GroupId; user: UserId }>("polls.roleOf")((db, { p }) =>
  db
    .selectFrom("grp")
    .leftJoin("member", (join) => join.onRef("member.grp", "=", "grp.id").on("member.user_id", "=", p.user))
    .select(["grp.policed", "grp.join_policy as join", "member.role"])
    .where("grp.id", "=", p.group),
);

/** Of a user the last vote counts. False: it says what stands already, or comes after the poll's end. */
export function* vote(acting: Acting, options: readonly string[]): Unit<boolean> {
  if (!(yield* canVote(acting, options))) return false;
  yield* first(endVote, acting);
  yield* first(addVote, { ...acting, options: JSON.stringify(options) });
  yield* wantTally(acting);
  return true;
}

/** Whether `vote` would take it. */
export function* canVote(place: AtPoll, options: readonly string[]): Unit<boolean> {
  if (yield* first(endOf, place)) return false;
  return ((yield* first(standing, place))?.options ?? "[]") !== JSON.stringify(options);
}

/** False: it has ended already, or he may not end it. */
export function* endPoll(acting: Acting): Unit<boolean> {
  if (!(yield* canEnd(acting))) return false;
  yield* first(addEnd, acting);
  return true;
}

/** A poll is ended by its author, or by whoever may delete what others have said. */
export function* canEnd(place: AtPoll): Unit<boolean> {
  if (yield* first(endOf, place)) return false;
  if ((yield* first(authorOf, place))?.sender === place.user) return true;
  const member = yield* first(roleOf, place);
  if (!member) return false;
  const { roles } = yield* rulesOf(place.group, member);
  return roles.may(member.role ?? ORDINARY, Capability.deleteOthers);
}

const votesOf = statement<{ group: GroupId; poll: EventId }>("polls.votesOf")((db, { p }) =>
  db
    .selectFrom("poll_vote")
    .innerJoin("user", "user.id", "poll_vote.user_id")
    .select([
      "poll_vote.options",
      "poll_vote.seq",
      "poll_vote.gone_seq as goneSeq",
      "user.provider",
      "user.native",
    ])
    .where("poll_vote.grp", "=", p.group)
    .where("poll_vote.poll", "=", p.poll)
    .orderBy("poll_vote.seq"),
);
// An edit of a poll is the whole poll again.
const latestContent = statement<{ group: GroupId; poll: EventId; upTo: number }>("polls.latestContent")(
  (db, { p }) =>
    db
      .selectFrom("event")
      .select(["id", "content"])
      .where("grp", "=", p.group)
      .where("kind", "=", "message")
      .where("seq", "<=", p.upTo as Seq)
      .where((eb) => eb.or([eb("id", "=", p.poll), eb("root_id", "=", p.poll)]))
      .orderBy("seq", "desc")
      .limit(1),
);

export interface VoteRow {
  /** Those that the vote names, unchecked. */
  readonly options: readonly string[];
  readonly provider: ProviderId;
  readonly native: string;
}

/** A poll as it stood at a place in its group's log. */
export interface PollRow {
  readonly id: EventId;
  /** Of its latest version; null: erased. */
  readonly content: Uint8Array | null;
  /** One of each user. */
  readonly votes: readonly VoteRow[];
  readonly ended: boolean;
}

/** null: the log does not have it. */
export function* pollAt(input: {
  readonly group: GroupId;
  readonly poll: EventId;
  readonly seq: number;
}): Unit<PollRow | null> {
  const { group, poll, seq } = input;
  const latest = yield* first(latestContent, { group, poll, upTo: seq });
  if (!latest) return null;
  const end = yield* first(endOf, { group, poll });
  return { ...latest, votes: yield* votesAt(input), ended: end !== undefined && end.seq <= seq };
}

/** The votes that stood on a poll at a place in its group's log. */
export function* votesAt(input: {
  readonly group: GroupId;
  readonly poll: EventId;
  readonly seq: number;
}): Unit<readonly VoteRow[]> {
  const { seq: at } = input;
  return (yield* all(votesOf, input))
    .filter(({ seq, goneSeq }) => seq <= at && (goneSeq === null || goneSeq > at))
    .map(({ options, provider, native }) => ({ options: optionsOf(options), provider, native }));
}

function optionsOf(text: string): readonly string[] {
  const options: unknown = JSON.parse(text);
  return Array.isArray(options) ? options.filter((id) => typeof id === "string") : [];
}
