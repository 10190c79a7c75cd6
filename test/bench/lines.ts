/** What the bench says: one line a measurement, with its floor, ratio and goal, as a table or as JSON. */

export type Unit =
  | "msg/s"
  | "ms"
  | "us a message"
  | "a message"
  | "events/s"
  | "calls"
  | "s"
  | "bytes"
  | "requests"
  | "of a core"
  | "MB"
  | "messages"
  | "times";

export interface Goal {
  readonly bound: "at least" | "at most";
  readonly limit: number;
  /** What is held against the limit: the value itself, its ratio to the floor, or how far it is above it. */
  readonly of: "value" | "ratio" | "difference";
}

export interface Line {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** The same, measured in the same run on what does no more than has to be done. */
  readonly floor: number | null;
  readonly goal: Goal | null;
}

export interface JudgedLine extends Line {
  readonly ratio: number | null;
  readonly met: boolean | null;
}

/** The line with its ratio to the floor and whether its goal is met; null where there is none. */
export function judge(line: Line): JudgedLine {
  const ratio = line.floor === null || line.floor === 0 ? null : line.value / line.floor;
  return { ...line, ratio, met: line.goal === null ? null : isMet(line, line.goal, ratio) };
}

function isMet(line: Line, goal: Goal, ratio: number | null): boolean {
  const held = { value: line.value, ratio, difference: line.floor === null ? null : line.value - line.floor };
  const figure = held[goal.of];
  if (figure === null || Number.isNaN(figure)) return false;
  return goal.bound === "at least" ? figure >= goal.limit : figure <= goal.limit;
}

/** What stands above the cells of a line. */
export const HEADINGS: readonly string[] = ["what", "value", "floor", "ratio", "goal", ""];

/** What a table shows of a line, without its part; empty where there is nothing. */
export function cellsOf(line: JudgedLine): readonly string[] {
  return [
    line.what,
    `${figure(line.value)} ${line.unit}`,
    line.floor === null ? "" : figure(line.floor),
    line.ratio === null ? "" : line.ratio.toFixed(2),
    line.goal === null ? "" : goalText(line.goal),
    line.met === null ? "" : line.met ? "met" : "NOT MET",
  ];
}

/** The lines as a table with one header. */
export function table(lines: readonly JudgedLine[]): string {
  const all = [["part", ...HEADINGS], ...lines.map((line) => [line.part, ...cellsOf(line)])];
  const widths = all.reduce<number[]>(
    (longest, row) => row.map((cell, i) => Math.max(longest[i] ?? 0, cell.length)),
    [],
  );
  return all
    .map((row) =>
      row
        .map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function goalText({ bound, limit, of }: Goal): string {
  const what = { value: `${limit}`, ratio: `${limit} of the floor`, difference: `${limit} above the floor` };
  return `${bound} ${what[of]}`;
}

function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
