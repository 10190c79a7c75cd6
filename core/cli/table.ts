/** Plain aligned columns. */
import { plain } from "./plain-text.ts";

const segmenter = new Intl.Segmenter();
const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uff01-\uff60]/u;

/** The rows, the first of them the heads, as lines of columns two spaces apart. Ends with a line break. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => width(row[column] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))).join("  ");
  return cells.map((row) => `${line(row).trimEnd()}\n`).join("");
}

/** Columns of a terminal, near enough: one for what people see as a character, two where it is a wide one. */
function width(text: string): number {
  return Array.from(segmenter.segment(text)).reduce(
    (sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1),
    0,
  );
}
