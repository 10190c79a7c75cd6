/** What of an entry of the log a room is to be given: nothing of those who are blocked there, and nothing twice. */
import { type LogEntry, type OutboxBinding, wasGiven } from "../store/units/outbox.ts";
import type { OutboxLaneOptions } from "./outbox-options.ts";
import { readEntry } from "./outbox-told.ts";

type ReadingOptions = Pick<OutboxLaneOptions, "store" | "memo" | "hides">;

/** The entry as the room sees it; null: not at all. Rejects as the store does. */
export async function readForRoom(
  { store, memo, hides }: ReadingOptions,
  binding: OutboxBinding,
  entry: LogEntry,
): Promise<ReturnType<typeof readEntry>> {
  const { id, rev, restoredAt } = binding;
  const again =
    (rev > 1 || restoredAt !== null) && (await store.read(wasGiven({ binding: id, id: entry.id })));
  const hidden = again || (await hides(id, entry.senderUri));
  return readEntry(memo, binding, entry, hidden);
}
