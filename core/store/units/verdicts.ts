/** What became of the events that guests submitted: kept at the owner until the guest was told. */
import type { EventId, GroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, PeerId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

/** Why an owner refuses an event (docs/mtp.md). Never renamed or used again. */
export const verdictCodes = [
  "sender_foreign",
  "not_member",
  "no_right",
  "read_only",
  "moderated",
  "not_author",
  "id_mismatch",
  "id_conflict",
  "content_invalid",
  "property_conflict",
  "loop",
  "expired",
  "quota",
  "target_deleted",
  "group_closed",
] as const;
export type VerdictCode = (typeof verdictCodes)[number];

/** `code` null: the event is in the log, or was already. */
export interface Verdict {
  readonly id: EventId;
  readonly code: VerdictCode | null;
  /** For the author, in plain words; empty: the code says it all. */
  readonly detail: string;
}

const putVerdict = statement<{
  peer: PeerId;
  group: GroupId;
  id: EventId;
  code: string | null;
  detail: string;
  at: Milliseconds;
}>("verdicts.put")((db, { p }) =>
  db
    .insertInto("verdict")
    .values({ peer: p.peer, grp: p.group, id: p.id, code: p.code, detail: p.detail, at: p.at })
    .onConflict((conflict) =>
      conflict.columns(["peer", "grp", "id"]).doUpdateSet({ code: p.code, detail: p.detail, at: p.at }),
    ),
);

/** Keeps a verdict until `tellVerdicts` says that the guest has it. */
export function* keepVerdict(
  place: { readonly peer: PeerId; readonly group: GroupId; readonly at: Milliseconds },
  verdict: Verdict,
): Unit<void> {
  yield* first(putVerdict, { ...place, ...verdict });
}

const untold = statement<{ peer: PeerId; limit: number }>("verdicts.untold")((db, { p }) =>
  db
    .selectFrom("verdict")
    .innerJoin("grp", "grp.id", "verdict.grp")
    .leftJoin("event", (join) =>
      join.onRef("event.grp", "=", "verdict.grp").onRef("event.id", "=", "verdict.id"),
    )
    .select(["verdict.grp as group", "grp.uri", "verdict.id", "verdict.code", "verdict.detail", "event.seq"])
    .where("verdict.peer", "=", p.peer)
    .orderBy("verdict.at")
    .orderBy("verdict.grp")
    .orderBy("verdict.id")
    .limit(p.limit),
);

export interface UntoldVerdict extends Verdict {
  readonly group: GroupId;
  readonly uri: GroupUri;
  /** Its place in the log. null: it has none. */
  readonly seq: Seq | null;
}

/** What a peer has not been told yet, the oldest first. */
export function* verdictsFor(input: { peer: PeerId; limit: number }): Unit<readonly UntoldVerdict[]> {
  return (yield* all(untold, input)).map((row) => ({ ...row, code: row.code as VerdictCode | null }));
}

const dropVerdict = statement<{ peer: PeerId; group: GroupId; id: EventId }>("verdicts.drop")((db, { p }) =>
  db.deleteFrom("verdict").where("peer", "=", p.peer).where("grp", "=", p.group).where("id", "=", p.id),
);

/** Forgets verdicts that the peer has answered to. */
export function* tellVerdicts(input: {
  peer: PeerId;
  verdicts: readonly { readonly group: GroupId; readonly id: EventId }[];
}): Unit<void> {
  for (const { group, id } of input.verdicts) yield* first(dropVerdict, { peer: input.peer, group, id });
}
