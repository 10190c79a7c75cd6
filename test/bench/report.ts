/** One report of all that a run of the bench has measured: for machines, to read, and to look at. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cellsOf, HEADINGS, type JudgedLine } from "./lines.ts";
import { reportSvg } from "./report-svg.ts";

export interface BenchReport {
  /** When it was begun, by ISO 8601. */
  readonly at: string;
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number };
  /** How long it took. */
  readonly seconds: number;
  readonly lines: readonly JudgedLine[];
}

/** Writes report.json, report.md and report.svg into the folder, which is made where there is none. */
export function writeReport(folder: string, report: BenchReport): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("report.json", `${JSON.stringify(report, null, 2)}\n`);
  write("report.md", reportMarkdown(report));
  write("report.svg", reportSvg(titleOf(report), report.lines));
}

/** A heading and a table for each part. */
export function reportMarkdown(report: BenchReport): string {
  const parts = Map.groupBy(report.lines, ({ part }) => part);
  const tables = [...parts].map(([part, lines]) => `## ${part}\n\n${tableOf(lines)}\n`);
  return ["# Bench\n", `${titleOf(report)}. ${goalsMet(report.lines)}.\n`, ...tables].join("\n");
}

/** How many of the goals are met. */
export function goalsMet(lines: readonly JudgedLine[]): string {
  const goals = lines.filter(({ met }) => met !== null);
  return `${goals.filter(({ met }) => met === true).length} of ${goals.length} goals met`;
}

const titleOf = ({ at, machine, seconds }: BenchReport): string =>
  `${at}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${seconds.toFixed(0)} s`;

function tableOf(lines: readonly JudgedLine[]): string {
  const rows = [HEADINGS, HEADINGS.map(() => "---"), ...lines.map((line) => cellsOf(line))];
  return rows.map((cells) => rowOf(cells)).join("\n");
}

const rowOf = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
