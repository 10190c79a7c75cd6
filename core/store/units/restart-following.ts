/** How a followed group goes on after its owner's cursor is gone: behind the snapshot, whatever is held (docs/mtp.md, M66). */
import type { PropertyChange } from "../../../mappings/events.ts";
import type { Milliseconds } from "../../bridge.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { type FollowStart, skipTo } from "./following.ts";
import { lockGroup, moveHead } from "./log.ts";
import { setProperty } from "./properties.ts";

export interface RestartInput extends FollowStart {
  readonly fence: Fence;
  readonly group: GroupId;
  /** What holds there, each with its version; that who has set it is not known here is no loss. */
  readonly properties: readonly (PropertyChange & { readonly version: Seq })[];
  readonly now: Milliseconds;
}

const setRevision = statement<{ group: GroupId; cursor: string | null; rev: number }>(
  "restart-following.setRev",
)((db, { p }) =>
  db
    .updateTable("following")
    .set({ cursor: p.cursor, rev: p.rev, wake: 0 })
    .where("grp", "=", p.group)
    .where("state", "=", "following")
    .returning("grp"),
);
const revisionOf = statement<{ group: GroupId }>("restart-following.revisionOf")((db, { p }) =>
  db.selectFrom("following").select("rev").where("grp", "=", p.group),
);
const setGroupRevision = statement<{ group: GroupId; rev: number }>("restart-following.setGroupRev")(
  (db, { p }) => db.updateTable("grp").set({ rev: p.rev }).where("id", "=", p.group),
);

/** What our users said for so long before a log was replaced is said again. */
const SAID_AGAIN_MS: Milliseconds = 86_400_000;

/**
 * What lies between what is held and the snapshot's place is not to be had any more. Where the log is another than before,
 * nothing that is held is of it; where it is shorter, what is held behind that place is not. That goes, since any place and any id of
 * it may be another event's now, and what of it our users said of late is submitted again. Throws lane_lost where the group is
 * not followed any more.
 */
export function* restartFollowing(input: RestartInput): Unit<void> {
  const { group, after, rev, now } = input;
  yield* checkFence(input.fence);
  const { head } = yield* only(lockGroup, { group });
  const before = yield* first(revisionOf, { group });
  if (!(yield* first(setRevision, input)))
    throw new GatewayError("lane_lost", `group ${group} is not followed any more`);
  const another = before?.rev !== rev;
  if (another || after < head) {
    const from = another ? 0 : after;
    yield* first(acceptAnew, { group });
    yield* first(submitHeld, { group, after, from, since: now - SAID_AGAIN_MS });
    yield* first(dropEvents, { group, from });
  }
  if (after < head) yield* goBack(group, after, now);
  else yield* skipTo(group, after, now);
  yield* first(setGroupRevision, { group, rev });
  for (const { name, item, value, version } of input.properties)
    yield* first(setProperty, { group, name, item, value, seq: version, by: null });
}

interface Behind {
  readonly group: GroupId;
  readonly after: number;
}

const acceptAnew = statement<{ group: GroupId }>("restart-following.acceptAnew")((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "served" })
    .where("grp", "=", p.group)
    .where("state", "=", "accepted"),
);
// The old owner had them, so that none can be withdrawn. What the new log has is accepted once more.
const submitHeld = statement<Behind & { from: number; since: Milliseconds }>("restart-following.submitHeld")(
  (db, { p, sql }) =>
    db
      .insertInto("submission")
      .columns([
        "grp",
        "id",
        "kind",
        "sender",
        "content",
        "root_id",
        "proof",
        "origin_binding",
        "origin_at",
        "received_at",
        "native",
        "aux",
        "state",
        "code",
        "told_at",
      ])
      .expression((eb) =>
        eb
          .selectFrom("event")
          .select([
            "grp",
            "id",
            "kind",
            "sender",
            "content",
            "root_id",
            "proof",
            "origin_binding",
            "origin_at",
            "received_at",
            sql<null>`null`.as("native"),
            sql<null>`null`.as("aux"),
            sql<"served">`'served'`.as("state"),
            sql<null>`null`.as("code"),
            sql<null>`null`.as("told_at"),
          ])
          .where("grp", "=", p.group)
          .where("seq", ">", p.from as Seq)
          .where((or) => or.or([or("seq", ">", p.after as Seq), or("received_at", ">", p.since)]))
          .where("origin_binding", "is not", null)
          .where("content", "is not", null)
          .orderBy("seq"),
      )
      .onConflict((conflict) => conflict.doNothing()),
);

const dropEvents = statement<{ group: GroupId; from: number }>("restart-following.dropEvents")((db, { p }) =>
  db
    .deleteFrom("event")
    .where("grp", "=", p.group)
    .where("seq", ">", p.from as Seq),
);
const dropDeliveries = statement<Behind>("restart-following.dropDeliveries")((db, { p }) =>
  db
    .deleteFrom("delivery")
    .where("seq", ">", p.after)
    .where("binding", "in", db.selectFrom("binding").select("id").where("grp", "=", p.group)),
);
const dropReactions = statement<Behind>("restart-following.dropReactions")((db, { p }) =>
  db
    .deleteFrom("reaction")
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq),
);
const restoreReactions = statement<Behind>("restart-following.restoreReactions")((db, { p }) =>
  db
    .updateTable("reaction")
    .set({ gone_seq: null })
    .where("grp", "=", p.group)
    .where("gone_seq", ">", p.after as Seq),
);
const restoreMessages = statement<Behind>("restart-following.restoreMessages")((db, { p }) =>
  db
    .updateTable("event")
    .set({ deleted_seq: null })
    .where("grp", "=", p.group)
    .where("deleted_seq", ">", p.after as Seq),
);
const dropProperties = statement<{ group: GroupId }>("restart-following.dropProperties")((db, { p }) =>
  db.deleteFrom("property").where("grp", "=", p.group),
);
const lowerMembers = statement<Behind>("restart-following.lowerMembers")((db, { p }) =>
  db
    .updateTable("member")
    .set({ version: p.after as Seq })
    .where("grp", "=", p.group)
    .where((eb) => eb(eb.fn.coalesce("version", "since_seq"), ">", p.after as Seq)),
);
const lowerIntended = statement<Behind>("restart-following.lowerIntended")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ intended_seq: p.after as Seq })
    .where("grp", "=", p.group)
    .where("intended_seq", ">", p.after as Seq),
);
const lowerDelivered = statement<Behind>("restart-following.lowerDelivered")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ delivered_seq: p.after as Seq })
    .where("grp", "=", p.group)
    .where("delivered_seq", ">", p.after as Seq),
);

/** What stands in rooms stays there, and its links with it; its places in the log are free for other events. */
function* goBack(group: GroupId, after: number, now: Milliseconds): Unit<void> {
  const behind = { group, after };
  for (const drop of [dropDeliveries, dropReactions]) yield* first(drop, behind);
  for (const set of [restoreReactions, restoreMessages, lowerMembers, lowerIntended, lowerDelivered])
    yield* first(set, behind);
  yield* first(dropProperties, { group });
  yield* first(moveHead, { group, head: after, at: now });
}
