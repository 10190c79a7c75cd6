/** What crossed between the linked rooms, as a table: what was done in one, and how each of the others holds it. */
import { table } from "../../../core/cli/table.ts";
import type { Crossing } from "./group-stage.ts";

/** Letters of a line that are printed. */
const SHOWN = 64;

/** Ends with a line break. */
export function renderCrossings(crossings: readonly Crossing[]): string {
  const rows = crossings.map((crossing, at) => {
    const { feature, from, to, done, expected, unshown, tookMs } = crossing;
    const before = crossings[at - 1];
    const again = before?.feature === feature && before.from === from;
    const verdict = tookMs === null ? "MISSING" : unshown ? "as it should be" : `arrived, ${tookMs} ms`;
    return [
      again ? "" : feature,
      again ? "" : cut(`${from}: ${done}`),
      cut(`${to}: ${tookMs === null ? "-" : expected}`),
      verdict,
    ];
  });
  return table([["FEATURE", "DONE IN ONE ROOM", "HELD BY ANOTHER", ""], ...rows]);
}

function cut(line: string): string {
  const letters = Array.from(line);
  return letters.length > SHOWN ? `${letters.slice(0, SHOWN - 1).join("")}…` : line;
}

/** What did not arrive, a sentence each. */
export function crossingFaults(crossings: readonly Crossing[]): string[] {
  return crossings
    .filter(({ tookMs }) => tookMs === null)
    .map(({ feature, from, to, expected }) => `${feature}, ${from} to ${to}: MISSING: ${expected}`);
}
