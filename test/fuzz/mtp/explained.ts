/** Whether what has changed in a store is what answers said to have been taken. */
import { readEventContent } from "../../../mappings/event-content.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { changes } from "./stored.ts";

/** What answers said. */
export interface Taken {
  /** Ids of events with a place in the log. */
  readonly accepted: ReadonlySet<string>;
  /** New files. */
  readonly files: number;
}

/** Rows that may change though none may come or go. */
const COUNTED = ["grp", "submission", "values_head", "sqlite_sequence"];
/** Rows about users, of those who may speak and of whom these speak. */
const PERSONAL = [
  "user",
  "provider",
  "member",
  "marker",
  "profile_in_group",
  "property",
  "knock",
  "invitation",
];

/** What in a store has changed without an answer that says so. */
export function unexplained(
  changed: ReturnType<typeof changes>,
  { accepted, files }: Taken,
): readonly string[] {
  return [...changed].flatMap(([table, { come, gone }]) => {
    if (table === "event") return come.filter((row) => !isExplained(row, accepted));
    if (table === "media")
      return come.length === files ? [] : [`${come.length} files are kept, ${files} were taken`];
    const fewer = COUNTED.includes(table)
      ? come.length !== gone.length && table !== "sqlite_sequence"
      : !PERSONAL.includes(table);
    return fewer ? [`the table ${table} has changed: ${come.join(" ").slice(0, 1_000)}`] : [];
  });
}

/** Whether an event was said to be taken, or is the gateway's own; and can be read, as everything in a log of ours. */
function isExplained(row: string, accepted: ReadonlySet<string>): boolean {
  const { id, sender, kind, content } = JSON.parse(row) as Record<string, string | null>;
  if (content !== null && content !== undefined)
    readEventContent(kind as EventKind, Buffer.from(content, "hex"));
  return sender === null || accepted.has(String(id));
}
