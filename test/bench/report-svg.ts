/**
 * The ratios of a run as bars (SVG 1.1): to the right of the floor what is above it, to the left what is below, on a
 * logarithmic axis, so that twice and half are equally long.
 */
import { cellsOf, type JudgedLine } from "./lines.ts";

const FONT = 11;
/** As wide as a letter of that size is taken for: a little more than sans-serif faces have on average. */
const LETTER = 6.2;
const ROW = 18;
const BAR = 11;
const BARS = 420;
const MARGIN = 16;
const TOP = 64;
/** Powers of ten to each side of the floor, at most: what is beyond ends at the edge. */
const MOST_DECADES = 3;

const COLOURS = { met: "#2b8a3e", missed: "#c92a2a", none: "#4263eb" } as const;
const LEGEND =
  "Bars begin at the floor (1), measured in the same run. Green: the goal is met, red: it is not, blue: there is none.";

interface Shown {
  readonly line: JudgedLine;
  readonly ratio: number;
}

/** A picture of all lines that have a ratio to a floor. It is well-formed whatever the texts are. */
export function reportSvg(title: string, lines: readonly JudgedLine[]): string {
  const shown = lines.flatMap((line) => (line.ratio === null ? [] : [{ line, ratio: line.ratio }]));
  const left = MARGIN + widest(shown.map(({ line }) => line.what)) + MARGIN;
  const axis = new Axis(left, shown);
  const rows: string[] = [];
  let y = TOP;
  for (const [part, ofPart] of Map.groupBy(shown, ({ line }) => line.part)) {
    y += 2 * ROW;
    rows.push(textAt(MARGIN, y - 6, part, `font-weight="bold" font-size="14"`));
    for (const one of ofPart) {
      y += ROW;
      rows.push(...rowAt(y, one, axis));
    }
  }
  const beside = axis.right + MARGIN + widest(shown.map(({ line }) => figuresOf(line)));
  const width = Math.ceil(Math.max(beside, MARGIN + widest([title, LEGEND])) + MARGIN);
  const height = y + MARGIN;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const body = [
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    textAt(MARGIN, 20, title, `font-weight="bold"`),
    textAt(MARGIN, 36, LEGEND),
    ...axis.drawn(height - MARGIN / 2),
    ...rows,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="${FONT}">
${body.join("\n")}
</svg>
`;
}

/** Where ratios stand from left to right. */
class Axis {
  readonly #left: number;
  readonly #least: number;
  readonly #most: number;

  constructor(left: number, shown: readonly Shown[]) {
    const powers = shown.flatMap(({ ratio }) => (ratio > 0 ? [Math.log10(ratio)] : []));
    this.#left = left;
    this.#least = Math.max(-MOST_DECADES, Math.floor(Math.min(-1, ...powers)));
    this.#most = Math.min(MOST_DECADES, Math.ceil(Math.max(1, ...powers)));
  }

  get right(): number {
    return this.#left + BARS;
  }

  /** null: nowhere, since it is no ratio that a logarithm could be taken of. */
  place(ratio: number): number | null {
    if (!(ratio > 0)) return null;
    const power = Math.min(this.#most, Math.max(this.#least, Math.log10(ratio)));
    return this.#left + ((power - this.#least) / (this.#most - this.#least)) * BARS;
  }

  /** A line for each power of ten, down to there. */
  drawn(bottom: number): string[] {
    const powers = Array.from({ length: this.#most - this.#least + 1 }, (_, i) => this.#least + i);
    return powers.flatMap((power) => {
      const x = short(this.place(10 ** power) ?? this.#left);
      const stroke = power === 0 ? "#212529" : "#dee2e6";
      return [
        `<line x1="${x}" y1="${TOP}" x2="${x}" y2="${bottom}" stroke="${stroke}"/>`,
        textAt(Number(x), TOP - 6, String(10 ** power), `text-anchor="middle"`),
      ];
    });
  }
}

/** `y`: of its text's baseline. */
function rowAt(y: number, { line, ratio }: Shown, axis: Axis): string[] {
  const floor = axis.place(1);
  const end = axis.place(ratio);
  const colour = COLOURS[line.met === null ? "none" : line.met ? "met" : "missed"];
  const bar = (from: number, to: number): string => {
    // As good as the floor is to be seen as well.
    const width = Math.max(1, Math.abs(to - from));
    const x = short(Math.min(from, to));
    return `<rect x="${x}" y="${y - BAR + 2}" width="${short(width)}" height="${BAR}" fill="${colour}"/>`;
  };
  return [
    textAt(MARGIN, y, line.what),
    ...(floor === null || end === null ? [] : [bar(floor, end)]),
    textAt(axis.right + MARGIN, y, figuresOf(line)),
  ];
}

/** The ratio, and of what. */
function figuresOf(line: JudgedLine): string {
  const [, value = "", floor = "", ratio = ""] = cellsOf(line);
  return `${ratio} (${value} to ${floor})`;
}

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map(({ length }) => length)) * LETTER;

const short = (length: number): string => String(Number(length.toFixed(1)));

const textAt = (x: number, y: number, text: string, more = ""): string =>
  `<text x="${short(x)}" y="${y}"${more === "" ? "" : ` ${more}`}>${escaped(text)}</text>`;

/** XML 1.0 has no form at all for most control characters. */
const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
