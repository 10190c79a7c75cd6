/** What has been done in a group, for people. */
import type { DeedReport, PolicyReport } from "../moderation-operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

const said: Readonly<Record<DeedReport["act"], string>> = {
  kick: "He is out of the group.",
  ban: "He is banned.",
  unban: "He may come again.",
  mute: "He is muted.",
  unmute: "He may speak again.",
  role: "He has that role.",
  set: "It is set.",
  "erase-events": "They are forgotten, and deleted in the rooms where that can be done.",
  "erase-user": "What he said is forgotten, and deleted in the rooms where that can be done.",
};

export function renderDeed({ uri, act, seq }: DeedReport): string {
  if (seq === null) return "It was so already.\n";
  return `${said[act]} Event ${seq} of ${plain(uri)} says so.\n`;
}

export function renderPolicy({ uri, history, join, retentionDays }: PolicyReport): string {
  return table([
    ["group", uri],
    ["history", history],
    ["join", join],
    ["kept", retentionDays === null ? "as all groups" : `${retentionDays} days`],
  ]);
}
