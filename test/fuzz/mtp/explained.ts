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
const PERSONAL = ["member", "marker", "profile_in_group", "property", "knock", "invitation"];

/** What in a store has changed without an answer that says so. */
export function unexplained(
  changed: ReturnType<typeof changes>,
  { accepted, files }: Taken,
): readonly string[] {
  const named = namesIn(changed.get("event")?.come ?? []);
  return [...changed].flatMap(([table, { come, gone }]) => {
    if (table === "user" || table === "provider") {
      const before = new Set(gone.map((row) => read(row)["id"]));
      const unnamed = come.filter((row) => !before.has(read(row)["id"]) && !named(table, read(row)));
      return unnamed.map((row) => `nothing that was taken names what the table ${table} has now: ${row}`);
    }
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
  const { id, sender, kind, content } = read(row);
  if (content !== null && content !== undefined)
    readEventContent(kind as EventKind, Buffer.from(String(content), "hex"));
  return sender === null || accepted.has(String(id));
}

type Row = Readonly<Record<string, string | number | null>>;

const read = (row: string): Row => JSON.parse(row) as Row;

/** Whether a user or a provider is of an event with a place in the log, its sender or somebody in its content. */
function namesIn(events: readonly string[]): (table: "user" | "provider", row: Row) => boolean {
  const rows = events.map(read);
  const senders = new Set(rows.map(({ sender }) => sender));
  const contents = rows.map(({ content }) => Buffer.from(String(content ?? ""), "hex").toString("latin1"));
  const isIn = (text: string): boolean => contents.some((content) => content.includes(text));
  // A sender's own provider stands in his message as well.
  return (table, row) =>
    table === "user"
      ? senders.has(row["id"] ?? null) || isIn(String(row["uri"]))
      : isIn(`mimi://${String(row["domain"])}`);
}
