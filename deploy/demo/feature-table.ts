/** Feature by feature, what was done in one room and what the other then held. */
import type { Milliseconds } from "../../core/time.ts";
import { table } from "../../core/cli/table.ts";

/** A feature that somebody has used. */
export interface Showing {
  readonly feature: string;
  /** What stands in the room where it was used. */
  readonly done: string;
  /** What stands in the other; null: it did not arrive in time. */
  readonly held: string | null;
  /** How often it stands there in the end. */
  readonly times: number;
  /** Whether what came with it, such as a file, is as it was. */
  readonly sound: boolean;
  /** null: it did not arrive in time. */
  readonly tookMs: Milliseconds | null;
}

/** `arrived`, or in capitals what is wrong. */
export function verdict({ held, times, sound }: Showing): string {
  if (held === null || times === 0) return "MISSING";
  if (times > 1) return `${times} TIMES`;
  return sound ? "arrived" : "DAMAGED";
}

/** What is wrong, a sentence each; empty where all is well. */
export function featureFaults(showings: readonly Showing[]): string[] {
  return showings
    .filter((showing) => verdict(showing) !== "arrived")
    .map((showing) => `${showing.feature}: ${verdict(showing)}: ${showing.done}`);
}

/** One line each. Ends with a line break. */
export function renderFeatures(showings: readonly Showing[]): string {
  const rows = showings.map((showing) => [
    showing.feature,
    showing.done,
    showing.held ?? "-",
    showing.tookMs === null ? verdict(showing) : `${verdict(showing)}, ${showing.tookMs} ms`,
  ]);
  return table([["FEATURE", "DONE IN ONE ROOM", "HELD BY THE OTHER ROOM", ""], ...rows]);
}
