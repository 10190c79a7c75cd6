/** What was said in groups of other gateways' and is not in their logs yet. */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { findRoot } from "./reactions.ts";
import { submitted } from "./relations.ts";

/** Of one person, and of a room. */
const MOST = 100;
const MOST_IN_ROOM = 1_000;

const underWay = statement<{ group: GroupId; provider: ProviderId; native: string }>("underWay.said")(
  (db, { p }) =>
    db
      .selectFrom("submission")
      .innerJoin("user", "user.id", "submission.sender")
      .select(["submission.id", "submission.content", "submission.origin_binding as originBinding"])
      .where("submission.grp", "=", p.group)
      .where("user.provider", "=", p.provider)
      .where("user.native", "=", p.native)
      .where("submission.kind", "=", "message")
      .where("submission.state", "in", ["pending", "served", "accepted"])
      .orderBy("submission.n", "desc")
      .limit(MOST),
);

const inRoom = statement<{ group: GroupId; binding: BindingId }>("underWay.inRoom")((db, { p }) =>
  db
    .selectFrom("submission")
    .innerJoin("user", "user.id", "submission.sender")
    .select(["submission.id", "submission.content", "submission.origin_at as at", "user.native as user"])
    .where("submission.grp", "=", p.group)
    .where("submission.origin_binding", "=", p.binding)
    .where("submission.kind", "=", "message")
    .where("submission.state", "in", ["pending", "served", "accepted"])
    .orderBy("submission.n", "desc")
    .limit(MOST_IN_ROOM),
);

export interface SaidUnderWay {
  readonly id: EventId;
  readonly content: Uint8Array;
}

/** What somebody has said, the newest first, the last hundred: votes and reactions may be among it. */
export function* saidUnderWay(input: {
  readonly group: GroupId;
  readonly provider: ProviderId;
  readonly native: string;
}): Unit<readonly (SaidUnderWay & { readonly originBinding: BindingId | null })[]> {
  return yield* all(underWay, input);
}

/** What was said in a room, by whomever, the newest first, the last thousand. */
export function* saidInRoom(input: {
  readonly group: GroupId;
  readonly binding: BindingId;
}): Unit<readonly (SaidUnderWay & { readonly at: Milliseconds; readonly user: string })[]> {
  return yield* all(inRoom, input);
}

/** The first version of a message that the log has or that is under way to it; null: it is neither. */
export function* rootUnderWay(input: {
  readonly group: GroupId;
  readonly id: EventId;
}): Unit<EventId | null> {
  return ((yield* first(findRoot, input)) ?? (yield* first(submitted, input)))?.root ?? null;
}
