/** Invitations and knocks for people. */
import type { Milliseconds } from "../time.ts";
import type {
  AnsweredReport,
  InvitationReport,
  InvitedReport,
  KnockedReport,
  KnockReport,
} from "../invitation-operations.ts";
import { plain } from "./plain-text.ts";
import { renderLinked } from "./render-links.ts";
import { table } from "./table.ts";
import { agoText, lengthText } from "./times.ts";

export function renderInvited({ group, wanted, base, expires, told }: InvitedReport): string {
  const them = told ? "has been told" : "could not be told yet; it is tried again";
  return (
    `${plain(wanted)} is invited to ${plain(group)} until ${new Date(expires).toISOString()}. ` +
    `${plain(base)} reads the group until then, and ${them}.\n`
  );
}

export function renderInvitations(rows: readonly InvitationReport[], now: Milliseconds): string {
  if (rows.length === 0) return "No invitation waits for an answer.\n";
  const cells = rows.map((row) => [
    String(row.id),
    row.group,
    row.name ?? "-",
    row.wanted,
    row.inviter,
    row.base,
    agoText(row.at, now),
    lengthText(row.expires - now),
  ]);
  const heads = ["NUMBER", "GROUP", "NAME", "FOR", "BY", "GATEWAY", "SINCE", "EXPIRES IN"];
  return (
    table([heads, ...cells]) +
    "To join: mimi-gateway invitation accept NUMBER [--room ACCOUNT:ADDRESS]. Else: mimi-gateway invitation decline NUMBER\n"
  );
}

export function renderAnswered({ group, wanted, base, answer, linked }: AnsweredReport): string {
  const said = `The invitation of ${plain(wanted)} to ${plain(group)} is ${answer}; ${plain(base)} learns of it.\n`;
  if (linked !== null) return said + renderLinked(linked);
  if (answer === "declined") return said;
  return `${said}To link a room to it: mimi-gateway link ACCOUNT:ADDRESS --group ${plain(group)}\n`;
}

export function renderKnocked({ group, user, base }: KnockedReport): string {
  return (
    `${plain(base)} was asked to let ${plain(user)} in to ${plain(group)}. ` +
    "If it does, an invitation comes: mimi-gateway invitation list\n"
  );
}

export function renderKnocks(rows: readonly KnockReport[], now: Milliseconds): string {
  if (rows.length === 0) return "Nobody asks to be let in.\n";
  const cells = rows.map((row) => [
    String(row.id),
    row.group,
    row.user,
    row.base,
    agoText(row.at, now),
    row.reason === "" ? "-" : row.reason,
  ]);
  return (
    table([["NUMBER", "GROUP", "USER", "GATEWAY", "SINCE", "REASON"], ...cells]) +
    "To invite one: mimi-gateway knock admit NUMBER. To forget it: mimi-gateway knock drop NUMBER\n"
  );
}

export function renderDropped({ id, user, group }: KnockReport): string {
  return `Knock ${id} of ${plain(user)} at ${plain(group)} is forgotten.\n`;
}
