import type { Dialect } from "../statement.ts";
import type { CompiledStep, Migration } from "./migration.ts";
import { TableMaker } from "./table-maker.ts";

/**
 * Votes on polls and their ends, which rooms are to be shown how a poll stands, since when a room holds what it was seen to
 * hold, and how often a lane was pulled forward. A process that counts no votes must not append any more.
 */
export const polls: Migration = { version: 11, oldestReader: 11, steps };

function steps(dialect: Dialect): CompiledStep[] {
  const maker = new TableMaker(dialect);
  maker.table(
    "poll_vote",
    {
      grp: "int",
      poll: "text",
      event_id: "text",
      user_id: "int",
      options: "text",
      seq: "int",
      gone_seq: "int?",
    },
    ["grp", "poll", "event_id"],
  );
  maker.table("poll_end", { grp: "int", poll: "text", event_id: "text", seq: "int" }, [
    "grp",
    "poll",
    "event_id",
  ]);
  maker.table("poll_shown", { binding: "int", poll: "text", wanted: "int", shown_at: "int" }, [
    "binding",
    "poll",
  ]);
  maker.column("binding_property", "seen_at", "int?");
  maker.column("lane", "pulls", "int?");
  return maker.steps;
}
