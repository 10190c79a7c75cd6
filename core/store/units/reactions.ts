import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { canEnd, canVote, endPoll, type PollEffect, vote } from "./polls.ts";

/** What a new message does to what stands in its group. */
export type Effect =
  | { readonly kind: "none" }
  /** An edit or a deletion of `root`. */
  | { readonly kind: "version"; readonly root: EventId }
  | { readonly kind: "reaction"; readonly target: EventId; readonly emoji: string }
  | { readonly kind: "unreaction"; readonly reaction: EventId }
  | PollEffect;

export const findRoot = statement<{ group: GroupId; id: EventId }>("reactions.findRoot")((db, { p }) =>
  db
    .selectFrom("event")
    .select((eb) => eb.fn.coalesce("root_id", "id").as("root"))
    .where("grp", "=", p.group)
    .where("id", "=", p.id),
);
const standing = statement<{ group: GroupId; target: EventId; user: UserId; emoji: string }>(
  "reactions.standing",
)((db, { p }) =>
  db
    .selectFrom("reaction")
    .select("event_id")
    .where("grp", "=", p.group)
    .where("target", "=", p.target)
    .where("user_id", "=", p.user)
    .where("emoji", "=", p.emoji)
    .where("gone_seq", "is", null)
    .limit(1),
);
const addReaction = statement<{
  group: GroupId;
  target: EventId;
  id: EventId;
  user: UserId;
  emoji: string;
  seq: Seq;
}>("reactions.add")((db, { p }) =>
  db
    .insertInto("reaction")
    .values({
      grp: p.group,
      target: p.target,
      event_id: p.id,
      user_id: p.user,
      emoji: p.emoji,
      seq: p.seq,
      gone_seq: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const endReaction = statement<{ reaction: EventId; group: GroupId; user: UserId; seq: Seq }>("reactions.end")(
  (db, { p }) =>
    db
      .updateTable("reaction")
      .set({ gone_seq: p.seq })
      .where("event_id", "=", p.reaction)
      .where("grp", "=", p.group)
      .where("user_id", "=", p.user)
      .where("gone_seq", "is", null)
      .returning("target"),
);

const standsById = statement<{ reaction: EventId; group: GroupId; user: UserId }>("reactions.standsById")(
  (db, { p }) =>
    db
      .selectFrom("reaction")
      .select("target")
      .where("event_id", "=", p.reaction)
      .where("grp", "=", p.group)
      .where("user_id", "=", p.user)
      .where("gone_seq", "is", null),
);

interface Acting {
  readonly group: GroupId;
  readonly user: UserId | null;
  readonly id: EventId;
  readonly seq: Seq;
  readonly at: Milliseconds;
}

/**
 * Takes a reaction or a vote up or away. They are state: an addition of what stands and a removal of what is gone are
 * nothing, and false says so; so is a vote after the poll's end.
 */
export function* takeEffect(acting: Acting, effect: Effect): Unit<boolean> {
  const { group, user, id, seq } = acting;
  if (effect.kind === "none" || effect.kind === "version" || user === null) return true;
  if (effect.kind === "unreaction")
    return (yield* first(endReaction, { reaction: effect.reaction, group, user, seq })) !== undefined;
  if (effect.kind === "vote" || effect.kind === "poll-end") {
    const poll = yield* targetOf(group, effect.poll);
    return effect.kind === "vote"
      ? yield* vote({ ...acting, user, poll }, effect.options)
      : yield* endPoll({ ...acting, user, poll });
  }
  const target = yield* targetOf(group, effect.target);
  const { emoji } = effect;
  if (yield* first(standing, { group, target, user, emoji })) return false;
  yield* first(addReaction, { group, target, id, user, emoji, seq });
  return true;
}

/** Whether `takeEffect` would take it now. Nothing is changed by asking. */
export function* isNews(acting: Pick<Acting, "group" | "user">, effect: Effect): Unit<boolean> {
  const { group, user } = acting;
  if (effect.kind === "none" || effect.kind === "version" || user === null) return true;
  if (effect.kind === "unreaction")
    return (yield* first(standsById, { reaction: effect.reaction, group, user })) !== undefined;
  if (effect.kind === "vote" || effect.kind === "poll-end") {
    const place = { group, user, poll: yield* targetOf(group, effect.poll) };
    return effect.kind === "vote" ? yield* canVote(place, effect.options) : yield* canEnd(place);
  }
  const target = yield* targetOf(group, effect.target);
  return (yield* first(standing, { group, target, user, emoji: effect.emoji })) === undefined;
}

/** The first version of a message, where the log has it. */
function* targetOf(group: GroupId, id: EventId): Unit<EventId> {
  return (yield* first(findRoot, { group, id }))?.root ?? id;
}
