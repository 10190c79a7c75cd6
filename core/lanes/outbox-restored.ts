/**
 * Deliveries of which a restored backup does not know whether they were made after it: they are written down as if they were
 * under way since then, so that the room is asked for each before it is made.
 */
import type { Milliseconds } from "../time.ts";
import type { LogEntry, OutboxBinding } from "../store/units/outbox.ts";
import type { Intent } from "../store/units/progress.ts";
import type { OutboxItem } from "./outbox-item.ts";

/** Clocks of platforms and of other gateways differ from this one's by so much. */
export const CLOCKS_MS: Milliseconds = 5 * 60_000;

/**
 * For so long after a restore. What other gateways say of when something was said counts here, and is theirs to choose: each
 * such event has the room asked. A gateway that was away for longer may have what it said in the meantime said twice.
 */
const COUNTS_MS: Milliseconds = 30 * 24 * 60 * 60_000;

/** Whether the room may have been given the entry before the backup was restored. */
export function mayStandThere(
  { restoredAt }: Pick<OutboxBinding, "restoredAt">,
  { originAt }: Pick<LogEntry, "originAt">,
  now: Milliseconds,
): boolean {
  return restoredAt !== null && originAt <= restoredAt + CLOCKS_MS && now < restoredAt + COUNTS_MS;
}

/** The row of a delivery that may have been made at any time since the backup. */
export function madeSince({ restoredSince }: OutboxBinding, intent: Intent): Intent {
  return { ...intent, mark: null, at: Math.max(0, (restoredSince ?? 0) - CLOCKS_MS) };
}

/** Whether both tell the same thing: behind a backup its room may tell it otherwise than another gateway has it. */
export function sharesKey(
  some: readonly Pick<OutboxItem, "context">[],
  others: readonly Pick<OutboxItem, "context">[],
): boolean {
  const keys = new Set(some.map(({ context }) => context.key));
  return others.some(({ context }) => keys.has(context.key));
}
