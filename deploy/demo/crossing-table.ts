/** What crossed between three rooms, as a table: what was done in one, and how each of the others holds it. */
import { table } from "../../core/cli/table.ts";
import { type Crossing, ROOM_TITLES } from "./three-stage.ts";

/** Ends with a line break. */
export function renderCrossings(crossings: readonly Crossing[]): string {
  const rows = crossings.map((crossing, at) => {
    const { feature, from, to, done, expected, tookMs } = crossing;
    const before = crossings[at - 1];
    const again = before?.feature === feature && before.from === from;
    const verdict = tookMs === null ? "MISSING" : `arrived, ${tookMs} ms`;
    return [
      again ? "" : feature,
      again ? "" : `${ROOM_TITLES[from]}: ${done}`,
      `${ROOM_TITLES[to]}: ${tookMs === null ? "-" : expected}`,
      verdict,
    ];
  });
  return table([["FEATURE", "DONE IN ONE ROOM", "HELD BY ANOTHER", ""], ...rows]);
}

/** What did not arrive, a sentence each. */
export function crossingFaults(crossings: readonly Crossing[]): string[] {
  return crossings
    .filter(({ tookMs }) => tookMs === null)
    .map(
      ({ feature, from, to, expected }) =>
        `${feature}, ${ROOM_TITLES[from]} to ${ROOM_TITLES[to]}: MISSING: ${expected}`,
    );
}
