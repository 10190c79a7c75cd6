/** Links made and ended, for people. */
import type { LinkReport, UnlinkReport } from "../operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

export function renderLinked(report: LinkReport): string {
  const rows = report.rooms.map(({ account, room, state }) => [
    `${account}:${room}`,
    state === "linked" ? "linked now" : "linked before",
  ]);
  return `group ${plain(report.group)}\n${table(rows)}`;
}

export function renderUnlinked({ account, room, group, erased }: UnlinkReport): string {
  const stored = erased ? "What was stored of it is erased" : "What was stored of it is kept";
  return `${plain(`${account}:${room}`)} is no longer linked to ${plain(group)}. ${stored}.\n`;
}
