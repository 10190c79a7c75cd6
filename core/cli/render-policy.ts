/** What is laid down for rooms, for people. */
import type { OptOutReport, RoomPolicyReport } from "../policy-operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

const AS_ACCOUNT = "as the account is configured";

export function renderRoomPolicies(reports: readonly RoomPolicyReport[]): string {
  if (reports.length === 0) return "No room is linked.\n";
  return reports.map(renderOne).join("\n");
}

function renderOne({ account, room, group, values }: RoomPolicyReport): string {
  const rows = values.map(({ key, value, set }) => [key, value ?? AS_ACCOUNT, set ? "set here" : ""]);
  return `${plain(`${account}:${room}`)} in ${plain(group)}\n${table(rows)}`;
}

export function renderOptOuts(reports: readonly OptOutReport[]): string {
  if (reports.length === 0) return "Nobody has opted out.\n";
  return table([["ACCOUNT", "USER"], ...reports.map(({ account, user }) => [account, user])]);
}

export function renderOptOut(changed: boolean, out: boolean): string {
  if (!changed) return "It was so already.\n";
  return out ? "Nothing that he says is carried from now on.\n" : "What he says is carried again.\n";
}
