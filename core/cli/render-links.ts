/** Links made and ended, for people. */
import { type LinkReport, linkWarnings } from "../link-reports.ts";
import type { ResumeReport, UnlinkReport } from "../operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

export function renderLinked(report: LinkReport): string {
  const rows = report.rooms.map(({ account, room, state }) => [
    `${account}:${room}`,
    state === "linked" ? "linked now" : "linked before",
  ]);
  const warnings = linkWarnings(report).map((warning) => `warning: ${plain(warning)}\n`);
  return `group ${plain(report.group)}\n${table(rows)}${warnings.join("")}`;
}

export function renderUnlinked({ account, room, group, erased }: UnlinkReport): string {
  const stored = erased ? "What was stored of it is erased" : "What was stored of it is kept";
  return `${plain(`${account}:${room}`)} is no longer linked to ${plain(group)}. ${stored}.\n`;
}

export function renderResumed({ account, room, waiting, dropping, why }: ResumeReport): string {
  const rest = dropping ? "; what of it says again what was carried into the room is set aside" : "";
  return (
    `${plain(`${account}:${room}`)} goes on. It was paused: ${plain(why)}.\n` +
    `Said there meanwhile: ${waiting}, which goes on now${rest}.\n`
  );
}
