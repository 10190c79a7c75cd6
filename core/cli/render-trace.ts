/** The way of a message for people: a line a hop, with the time since the first. */
import type { TraceHop, TraceReport } from "../operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

export function renderTraces(reports: readonly TraceReport[]): string {
  return reports.map(renderTrace).join("\n");
}

function renderTrace(report: TraceReport): string {
  const start = report.hops[0]?.at;
  const head = [
    `${plain(report.kind)} ${report.event ?? "(not in the log yet)"}`,
    `group ${plain(report.group)}`,
    ...(report.sender === null ? [] : [`sender ${plain(report.sender)}`]),
    ...(start === undefined ? [] : [`start ${new Date(start).toISOString()}`]),
  ];
  const rows = report.hops.map((hop) => [
    offset(hop.at - (start ?? hop.at)),
    hop.step,
    hop.room === null ? "-" : `${hop.account ?? "?"}:${hop.room}`,
    remarks(hop),
  ]);
  return `${head.join("\n")}\n${table([["AFTER", "STEP", "ROOM", ""], ...rows])}`;
}

/** Hops come from several clocks, so one may lie before the first. */
function offset(length: number): string {
  return `${length < 0 ? "-" : "+"}${Math.abs(length)} ms`;
}

function remarks({ native, attempt, detail }: TraceHop): string {
  return [
    native === null ? "" : `as ${native}`,
    attempt === null || attempt <= 1 ? "" : `attempt ${attempt}`,
    detail ?? "",
  ]
    .filter((remark) => remark !== "")
    .join(", ");
}
