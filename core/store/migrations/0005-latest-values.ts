import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * What only the newest counts of: what users are called in which group, and up to where they have read. A process that
 * does not know these tables leaves them as they are, and what it missed is noted when somebody speaks next.
 */
export const latestValues: Migration = { version: 5, oldestReader: 3, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.column("user", "avatar_url", "text?");
  maker.table("values_head", { grp: "int", n: "int" }, ["grp"]);
  maker.table("values_read", { grp: "int", peer: "int", state: "text" }, ["grp", "peer"]);
  maker.table("profile_in_group", { grp: "int", user_id: "int", rev: "int", n: "int" }, ["grp", "user_id"]);
  maker.index("profile_by_n", "profile_in_group", ["grp", "n"]);
  maker.table(
    "marker",
    { grp: "int", user_id: "int", kind: "text", event_id: "text", seq: "int", at: "int", n: "int" },
    ["grp", "user_id", "kind"],
  );
  maker.index("marker_by_n", "marker", ["grp", "n"]);
  return [
    ...maker.steps,
    // Whoever joins one of these groups as a guest is to know who is who in what was said before.
    {
      sql:
        "insert into profile_in_group (grp, user_id, rev, n) " +
        "select member.grp, member.user_id, u.profile_rev, " +
        "row_number() over (partition by member.grp order by member.user_id) " +
        'from member inner join "user" as u on u.id = member.user_id',
    },
    { sql: "insert into values_head (grp, n) select grp, max(n) from profile_in_group group by grp" },
  ];
}
