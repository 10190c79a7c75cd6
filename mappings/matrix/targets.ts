/** What replies, reactions and receipts name. */
import type { EventId } from "../ids.ts";
import type { MatrixInbound } from "./context.ts";

/** The message that an event carries, in its latest version; an edit stands for what it edits. Null: not known. */
export function shownBy(eventId: string, context: MatrixInbound): EventId | null {
  return context.message(eventId)?.version ?? context.edit(eventId)?.root ?? null;
}
