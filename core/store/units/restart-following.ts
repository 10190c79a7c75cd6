/** How a followed group goes on after its owner's cursor is gone (docs/mtp.md, M66). */
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { type FollowStart, skipTo } from "./following.ts";
import { forkLog, submitAccepted } from "./fork-log.ts";
import { lockGroup } from "./log.ts";
import { applyGroupState, type GroupState } from "./take-state.ts";

/** The place and what holds there, as the snapshot and the list of members say. */
export interface RestartInput extends FollowStart {
  readonly fence: Fence;
  readonly group: GroupId;
  readonly state: GroupState;
  readonly now: Milliseconds;
}

const setRevision = statement<{ group: GroupId; cursor: string | null; rev: number }>(
  "restart-following.setRev",
)((db, { p }) =>
  db
    .updateTable("following")
    .set({ cursor: p.cursor, rev: p.rev, wake: 0, code: null })
    .where("grp", "=", p.group)
    .where("state", "=", "following")
    .returning("grp"),
);
const lowerMembers = statement<{ group: GroupId; after: number }>("restart-following.lowerMembers")(
  (db, { p }) =>
    db
      .updateTable("member")
      .set({ version: p.after as Seq })
      .where("grp", "=", p.group)
      .where((eb) => eb(eb.fn.coalesce("version", "since_seq"), ">", p.after as Seq)),
);

/**
 * Where the log is the one that is held, it goes on behind the snapshot, and what lies between is not to be had any more. Where it
 * is another, it is read from its beginning, and `applyRemoteEvents` finds out how much of what is held is of it.
 * Throws lane_lost where the group is not followed any more.
 */
export function* restartFollowing(input: RestartInput): Unit<void> {
  const { group, after, rev, state, now } = input;
  yield* checkFence(input.fence);
  const { head, rev: before } = yield* only(lockGroup, { group });
  const another = before !== rev;
  const cursor = another ? null : input.cursor;
  if (!(yield* first(setRevision, { group, cursor, rev })))
    throw new GatewayError("lane_lost", `group ${group} is not followed any more`);
  if (another) {
    yield* submitAccepted(group);
  } else if (after < head) {
    yield* submitAccepted(group);
    yield* forkLog(group, after, now);
    yield* first(lowerMembers, { group, after });
  } else yield* skipTo(group, after, now);
  yield* applyGroupState(group, state, another || after < head);
}
