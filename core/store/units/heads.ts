/** How far logs and values have come and submissions wait, for a process that nobody tells of what others have written. */
import type { GroupId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";

/** `ids`: a JSON array. */
const logs = statement<{ ids: string }>("heads.logs")((db, { p, sql, dialect }) =>
  db
    .selectFrom("grp")
    .leftJoin("values_head", "values_head.grp", "grp.id")
    .select(["id", "rev", "head", "state", "values_head.n as values"])
    .where(
      "id",
      "in",
      dialect === "sqlite"
        ? sql<GroupId>`(select value from json_each(${p.ids}))`
        : sql<GroupId>`(select value::bigint from json_array_elements_text(${p.ids}::json))`,
    ),
);
const submissions = statement<{ ids: string }>("heads.submissions")((db, { p, sql, dialect }) =>
  db
    .selectFrom("submission")
    .innerJoin("following", "following.grp", "submission.grp")
    .select((eb) => ["following.peer", eb.fn.max("submission.n").as("last")])
    .where(
      "following.peer",
      "in",
      dialect === "sqlite"
        ? sql<PeerId>`(select value from json_each(${p.ids}))`
        : sql<PeerId>`(select value::bigint from json_array_elements_text(${p.ids}::json))`,
    )
    .groupBy("following.peer"),
);

/** Where these groups stand, each as a text that changes whenever its log or its latest values do. */
export function* headsOf(groups: readonly GroupId[]): Unit<ReadonlyMap<GroupId, string>> {
  const rows = yield* all(logs, { ids: JSON.stringify(groups) });
  return new Map(
    rows.map(({ id, rev, head, state, values }) => [id, `${rev}:${head}:${state}:${values ?? 0}`]),
  );
}

/** The last submission to each of these peers. One that has none is left out. */
export function* lastSubmissions(peers: readonly PeerId[]): Unit<ReadonlyMap<PeerId, number>> {
  const rows = yield* all(submissions, { ids: JSON.stringify(peers) });
  return new Map(rows.map(({ peer, last }) => [peer, last]));
}
