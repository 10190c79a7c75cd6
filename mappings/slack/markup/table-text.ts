/** A table in columns of characters. */
import type { RowBlock } from "../../markup/flat.ts";
import { plainRuns } from "../../markup/plain.ts";
import { codePoints } from "./limits.ts";

/** Code points up to which shorter cells are filled up: longer ones move the rest of their row. */
const WIDEST_COLUMN = 40;
/** UTF-16 code units of a table that is lined up. */
const LONGEST_LINED_UP = 8000;
const BETWEEN = " | ";

/** Rows as lines, their cells lined up where that doesn't make it too long, and a rule under a header. */
export function tableText(rows: readonly RowBlock[]): string {
  const lines = rows.map(({ cells }) => cells.map((cell) => plainRuns(cell).replaceAll("\n", " ")));
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [column, cell] of cells.entries()) {
      widths[column] = Math.min(WIDEST_COLUMN, Math.max(widths[column] ?? 0, codePoints(cell)));
    }
  }
  const text = joined(rows, lines, widths);
  return text.length <= LONGEST_LINED_UP ? text : joined(rows, lines, []);
}

function joined(
  rows: readonly RowBlock[],
  lines: readonly (readonly string[])[],
  widths: readonly number[],
): string {
  const text = lines.map((cells) =>
    cells
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - codePoints(cell))))
      .join(BETWEEN)
      .trimEnd(),
  );
  const rule = widths.map((width) => "-".repeat(width)).join("-+-");
  if (rows[0]?.header === true && rule !== "") text.splice(1, 0, rule);
  return text.join("\n");
}
