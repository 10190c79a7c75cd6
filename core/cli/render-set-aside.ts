/** What was set aside, for people. */
import type { Milliseconds } from "../time.ts";
import type { SetAsideEntry } from "../operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";
import { agoText } from "./times.ts";

/** Enough of an event id to trace it by. */
const EVENT_DIGITS = 16;

export function renderSetAside(entries: readonly SetAsideEntry[], now: Milliseconds): string {
  if (entries.length === 0) return "Nothing is set aside.\n";
  const rows = entries.map((entry) => [
    String(entry.id),
    entry.direction,
    `${entry.account}:${entry.room}`,
    entry.event?.slice(0, EVENT_DIGITS) ?? "-",
    agoText(entry.at, now),
    `${entry.code}: ${entry.cause}`,
  ]);
  return (
    table([["NUMBER", "DIRECTION", "ROOM", "EVENT", "SINCE", "CAUSE"], ...rows]) +
    "\nTo try one again: mimi-gateway set-aside retry NUMBER. To give it up: mimi-gateway set-aside discard NUMBER\n"
  );
}

export function renderRetried(entry: SetAsideEntry): string {
  return `Number ${entry.id} is on its way again in ${plain(`${entry.account}:${entry.room}`)}.\n`;
}

export function renderDiscarded(entry: SetAsideEntry): string {
  return `Number ${entry.id} of ${plain(`${entry.account}:${entry.room}`)} is given up.\n`;
}
