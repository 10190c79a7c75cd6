/**
 * Deliveries of which a restored backup does not know whether they were made after it: they are written down as if they were
 * under way since then, so that the room is asked for each before it is made.
 */
import type { Milliseconds } from "../time.ts";
import type { LogEntry, OutboxBinding } from "../store/units/outbox.ts";
import type { Intent } from "../store/units/progress.ts";

/** Clocks of platforms and of other gateways differ from this one's by so much. */
const CLOCKS_MS: Milliseconds = 5 * 60_000;

/** Whether the room may have been given the entry before the backup was restored. */
export function mayStandThere({ restoredAt }: OutboxBinding, { originAt }: LogEntry): boolean {
  return restoredAt !== null && originAt <= restoredAt + CLOCKS_MS;
}

/** The row of a delivery that may have been made at any time since the backup. */
export function madeSince({ restoredSince }: OutboxBinding, intent: Intent): Intent {
  return { ...intent, mark: null, at: restoredSince ?? 0 };
}
