/** As guest: what is held of an owner's log is taken back from one place on, where the log is another from there (docs/mtp.md, M66). */
import type { Milliseconds } from "../../time.ts";
import type { GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { moveHead } from "./log.ts";

interface Behind {
  readonly group: GroupId;
  readonly after: number;
}

const acceptAnew = statement<{ group: GroupId }>("fork-log.acceptAnew")((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "served" })
    .where("grp", "=", p.group)
    .where("state", "=", "accepted"),
);

/** What the owner has accepted and not given back is submitted again: its log may not have it any more. */
export function* submitAccepted(group: GroupId): Unit<void> {
  yield* first(acceptAnew, { group });
}

// The old owner had them, so that none can be withdrawn. What the new log has is accepted once more.
const submitHeld = statement<Behind>("fork-log.submitHeld")((db, { p, sql }) =>
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
      "passed",
      "said_key",
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
          "passed",
          "said_key",
          sql<"served">`'served'`.as("state"),
          sql<null>`null`.as("code"),
          sql<null>`null`.as("told_at"),
        ])
        .where("grp", "=", p.group)
        .where("seq", ">", p.after as Seq)
        .where("origin_binding", "is not", null)
        .where("content", "is not", null)
        .orderBy("seq"),
    )
    .onConflict((conflict) => conflict.doNothing()),
);
const dropEvents = statement<Behind>("fork-log.dropEvents")((db, { p }) =>
  db
    .deleteFrom("event")
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq),
);
const dropDeliveries = statement<Behind>("fork-log.dropDeliveries")((db, { p }) =>
  db
    .deleteFrom("delivery")
    .where("seq", ">", p.after)
    .where("binding", "in", db.selectFrom("binding").select("id").where("grp", "=", p.group)),
);
const dropReactions = statement<Behind>("fork-log.dropReactions")((db, { p }) =>
  db
    .deleteFrom("reaction")
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq),
);
const restoreReactions = statement<Behind>("fork-log.restoreReactions")((db, { p }) =>
  db
    .updateTable("reaction")
    .set({ gone_seq: null })
    .where("grp", "=", p.group)
    .where("gone_seq", ">", p.after as Seq),
);
const dropVotes = statement<Behind>("fork-log.dropVotes")((db, { p }) =>
  db
    .deleteFrom("poll_vote")
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq),
);
const restoreVotes = statement<Behind>("fork-log.restoreVotes")((db, { p }) =>
  db
    .updateTable("poll_vote")
    .set({ gone_seq: null })
    .where("grp", "=", p.group)
    .where("gone_seq", ">", p.after as Seq),
);
const dropPollEnds = statement<Behind>("fork-log.dropPollEnds")((db, { p }) =>
  db
    .deleteFrom("poll_end")
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq),
);
const restoreMessages = statement<Behind>("fork-log.restoreMessages")((db, { p }) =>
  db
    .updateTable("event")
    .set({ deleted_seq: null })
    .where("grp", "=", p.group)
    .where("deleted_seq", ">", p.after as Seq),
);
const lowerIntended = statement<Behind>("fork-log.lowerIntended")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ intended_seq: p.after as Seq })
    .where("grp", "=", p.group)
    .where("intended_seq", ">", p.after as Seq),
);
const lowerDelivered = statement<Behind>("fork-log.lowerDelivered")((db, { p }) =>
  db
    .updateTable("binding")
    .set({ delivered_seq: p.after as Seq })
    .where("grp", "=", p.group)
    .where("delivered_seq", ">", p.after as Seq),
);

/**
 * Forgets the events behind a place, which the owner's log does not have there; what our users said among them is submitted
 * again. What stands in rooms stays there, and its links with it; its places in the log are free for other events.
 */
export function* forkLog(group: GroupId, after: number, at: Milliseconds): Unit<void> {
  const behind = { group, after };
  yield* first(submitHeld, behind);
  for (const drop of [dropEvents, dropDeliveries, dropReactions, dropVotes, dropPollEnds])
    yield* first(drop, behind);
  for (const set of [restoreReactions, restoreVotes, restoreMessages, lowerIntended, lowerDelivered])
    yield* first(set, behind);
  yield* first(moveHead, { group, head: after, at });
}

const setRevision = statement<{ group: GroupId; rev: number }>("fork-log.setRevision")((db, { p }) =>
  db.updateTable("grp").set({ rev: p.rev }).where("id", "=", p.group),
);

/** All that is held is of the log of this revision. */
export function* settleRevision(group: GroupId, rev: number): Unit<void> {
  yield* first(setRevision, { group, rev });
}
