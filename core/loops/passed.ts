/** Through which groups something has come that another gateway has carried into a room. */
import type { CopyOf, Translated } from "../bridge/inbound.ts";
import { type GroupUri, parseGroupUri } from "../../mappings/ids.ts";

/** Longer than any way that people mean. */
const MOST_PASSED = 8;

const copyIn = (one: Translated): CopyOf | null =>
  one.kind === "message" || one.kind === "property" ? (one.copy ?? null) : null;

/** Whether it has come round: the group had it before, or so many others that nobody can tell. */
export function hasPassed(group: GroupUri, one: Translated): boolean {
  return wayTooLong(one) !== null || (copyIn(one)?.groups ?? []).some((passed) => passed === group);
}

/** Through how many groups it has come, where nobody can tell for that whether it has come round; else null. */
export function wayTooLong(one: Translated): number | null {
  const passed = copyIn(one)?.groups.length ?? 0;
  return passed > MOST_PASSED ? passed : null;
}

/** The groups as the log keeps them, with spaces between; null: it has passed none. */
export function passedText(one: Translated): string | null {
  const groups = (copyIn(one)?.groups ?? []).filter((group) => parseGroupUri(group) !== null);
  return groups.length === 0 ? null : groups.join(" ");
}
