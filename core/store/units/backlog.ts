/** Rooms that are behind: what they are told of it, and what they are given in short. */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { BindingId, DeliveryKey, GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { addDigested, DIGEST } from "./digested.ts";
import { checkFence, type Fence } from "./fence.ts";
import { addNotice, queueCall } from "./notices.ts";
import { moveDelivered, moveIntended } from "./progress.ts";

const headOf = statement<{ group: GroupId }>("backlog.headOf")((db, { p }) =>
  db.selectFrom("grp").select("head").where("id", "=", p.group),
);
const noteTold = statement<{ binding: BindingId; at: Milliseconds }>("backlog.noteTold")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ lag_told_at: p.at })
    .where("id", "=", p.binding)
    .where("lag_told_at", "is", null)
    .where("state", "=", "live")
    .returning("id"),
);
const noteCaughtUp = statement<{ binding: BindingId }>("backlog.noteCaughtUp")((db, { p }) =>
  db.updateTable("binding").set({ lag_told_at: null }).where("id", "=", p.binding),
);
/** The last place in a group's log. */
export function* headSeq(group: GroupId): Unit<number> {
  return (yield* only(headOf, { group })).head;
}

/** Says in a room how far it is behind, unless it was told since it had last caught up. False: it was. */
export function* tellLag(input: {
  fence: Fence;
  binding: BindingId;
  text: string;
  at: Milliseconds;
}): Unit<boolean> {
  yield* checkFence(input.fence);
  if (!(yield* first(noteTold, input))) return false;
  yield* addNotice({ binding: input.binding, to: null, text: input.text, at: input.at });
  return true;
}

/** The room has caught up: when it is behind again it is told again. */
export function* endLag(input: { fence: Fence; binding: BindingId }): Unit<void> {
  yield* checkFence(input.fence);
  yield* first(noteCaughtUp, input);
}

export interface DigestsInput {
  readonly fence: Fence;
  readonly binding: BindingId;
  /** Each one native message, in order, with the entries that it tells. */
  readonly digests: readonly {
    readonly key: DeliveryKey;
    readonly entries: readonly { readonly seq: Seq; readonly id: EventId }[];
  }[];
  /** Up to here all is told by them, or was nothing to deliver. */
  readonly intendedSeq: Seq;
  readonly at: Milliseconds;
}

/**
 * Writes down that a run of the log is delivered as few messages, which go out before anything that follows. Throws
 * lane_lost where the room was unlinked or paused meanwhile.
 */
export function* writeDigests(input: DigestsInput): Unit<void> {
  const { binding, at } = input;
  yield* checkFence(input.fence);
  for (const { key, entries } of input.digests) {
    const seqs = entries.map(({ seq }) => seq);
    const seq = Math.min(...seqs) as Seq;
    yield* first(queueCall, { binding, seq, op: DIGEST, key, at });
    for (const entry of entries) yield* first(addDigested, { binding, ...entry, digestSeq: seq });
  }
  if (!(yield* first(moveIntended, { binding, seq: input.intendedSeq })))
    throw new GatewayError(
      "lane_lost",
      `binding ${binding} was unlinked or paused while its lane was under way`,
    );
  yield* first(moveDelivered, { binding });
}
