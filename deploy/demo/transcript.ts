/** What was said in the demo, and when each line arrived on the other side. */
import type { Milliseconds } from "../../core/time.ts";
import { table } from "../../core/cli/table.ts";

/** One line of a transcript, as the people in a room see it. */
export interface Line {
  readonly room: string;
  /** When it was seen in that room. */
  readonly at: Milliseconds;
  readonly who: string;
  readonly text: string;
  /** null: said in this very room. Else how long it took from the other room. */
  readonly tookMs: Milliseconds | null;
}

/** Local time with milliseconds. */
export function clock(at: Milliseconds): string {
  const date = new Date(at);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** The transcript of one room, in the order in which its people saw the lines. Ends with a line break. */
export function renderTranscript(room: string, lines: readonly Line[]): string {
  const rows = lines
    .filter((line) => line.room === room)
    .map(({ at, who, text, tookMs }) => [
      clock(at),
      who,
      text.replaceAll("\n", " ⏎ "),
      tookMs === null ? "said here" : `arrived after ${tookMs} ms`,
    ]);
  return `${room}\n${table([["SEEN AT", "WHO", "WHAT", ""], ...rows])}`;
}

/** Middle and longest of the times that lines took; an empty text where there are none. */
export function renderLatencies(lines: readonly Line[]): string {
  const times = lines.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs])).toSorted((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)];
  const longest = times.at(-1);
  if (middle === undefined || longest === undefined) return "";
  return `${times.length} lines crossed: half of them within ${middle} ms, the slowest took ${longest} ms.\n`;
}
