/** Groups for people. */
import type { GroupDetail, GroupEvent, GroupMember, GroupReport } from "../federation-operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";

/** Enough of an event id to trace it by. */
const EVENT_DIGITS = 16;

export function renderGroups(groups: readonly GroupReport[]): string {
  if (groups.length === 0)
    return "There are no groups. To make one: mimi-gateway link ACCOUNT:ADDRESS ACCOUNT:ADDRESS\n";
  const rows = groups.map((group) => [
    group.uri,
    group.name ?? "-",
    group.owner ?? "this gateway",
    stateText(group),
    String(group.head),
    String(group.members),
    String(group.rooms),
    String(group.guests),
  ]);
  return table([["GROUP", "NAME", "OWNER", "STATE", "HEAD", "MEMBERS", "ROOMS", "GUESTS"], ...rows]);
}

function stateText({ state, following, cause }: GroupReport): string {
  if (state === "closed") return "closed";
  if (following === null) return "open";
  return cause === null ? following : `${following}: ${cause}`;
}

export function renderGroup(group: GroupDetail): string {
  const facts = [
    ["group", group.uri],
    ["name", group.name ?? "-"],
    ["topic", group.topic ?? "-"],
    ["owner", group.owner ?? "this gateway"],
    ["state", stateText(group)],
    ["events", String(group.head)],
    ["members", String(group.members)],
  ];
  const rooms = group.linked.map(({ account, room }) => `  ${plain(`${account}:${room}`)}\n`);
  const readers = group.readers.map(
    ({ base, from, until, connection }) =>
      `  ${plain(base)}, from event ${from}${until === null ? "" : ` to ${until}`}` +
      `${connection === null ? "" : `, by connection ${plain(connection)}`}\n`,
  );
  return (
    table(facts) +
    (rooms.length === 0 ? "no room here is linked to it\n" : `rooms\n${rooms.join("")}`) +
    (readers.length === 0 ? "" : `other gateways that read it\n${readers.join("")}`)
  );
}

export function renderMembers(members: readonly GroupMember[]): string {
  if (members.length === 0) return "Nobody has said anything in it yet.\n";
  const rows = members.map(({ uri, name, state, role, since }) => [
    name,
    uri,
    state,
    role === null ? "-" : String(role),
    String(since),
  ]);
  return table([["NAME", "USER", "STATE", "ROLE", "SINCE"], ...rows]);
}

export function renderHistory(events: readonly GroupEvent[]): string {
  if (events.length === 0) return "Nothing is in its log.\n";
  const rows = events.map(({ seq, id, kind, sender, at, text }) => [
    String(seq),
    new Date(at).toISOString(),
    kind,
    sender ?? "-",
    id.slice(0, EVENT_DIGITS),
    text ?? "(erased, or not readable)",
  ]);
  return table([["SEQ", "AT", "KIND", "SENDER", "ID", "TEXT"], ...rows]);
}
