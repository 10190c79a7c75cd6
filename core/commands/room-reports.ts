/** What people are told of a room: what it is linked with, and who is there. */
import { parseUserUri } from "../../mappings/ids.ts";
import type { GroupMember } from "../federation-operations.ts";
import { bindingOf, type InRoom } from "./room-command.ts";

/** Names in one list; whoever comes after them is counted. */
const MOST_NAMES = 60;
const LONGEST_NAME = 80;

export async function status(inRoom: InRoom): Promise<string> {
  const { command, room, operations } = inRoom;
  const own = await bindingOf(inRoom);
  if (!own) return `${room} is linked with nothing.`;
  const { linked, readers, owner } = await operations.federation.group(own.group);
  const here = linked.flatMap((one) =>
    one.account === command.account && one.room === room ? [] : [`${one.account}:${one.room}`],
  );
  const there = readers.flatMap(({ base, until }) => (until === null ? [base] : []));
  const lines = [
    `${room} is in ${own.group}${owner === null ? "" : `, which ${owner} owns`}.`,
    ...(here.length > 0 ? [`Rooms here: ${here.join(", ")}`] : []),
    ...(there.length > 0 ? [`Gateways that read it: ${there.join(", ")}`] : []),
    ...(own.paused === null ? [] : [`It is paused: ${own.paused.why}. Who manages it says: resume`]),
    ...(own.state === "leaving" ? ["It is being unlinked."] : []),
    ...(own.behind > 0 ? [`Still to be delivered here: ${own.behind}${since(own)}`] : []),
    ...(own.inbox > 0 ? [`Still to be carried from here: ${own.inbox}`] : []),
    ...(own.lastError === null ? [] : [`It waits: ${own.lastError}`]),
  ];
  return lines.join("\n");
}

function since({ oldestUndeliveredAt: at }: { readonly oldestUndeliveredAt: number | null }): string {
  return at === null
    ? ""
    : `, the oldest since ${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Whoever never spoke is not known: platforms differ in whom they name. */
export async function who(inRoom: InRoom): Promise<string> {
  const { room, operations } = inRoom;
  const own = await bindingOf(inRoom);
  if (!own) return `${room} is linked with nothing.`;
  const members = (await operations.federation.members(own.group)).filter(
    ({ state, uri }) => state === "joined" && parseUserUri(uri) !== null,
  );
  if (members.length === 0) return "Nobody has spoken yet.";
  let left = MOST_NAMES;
  const lines = [...byProvider(members)].map(([provider, names]) => {
    const shown = names.slice(0, left);
    left -= shown.length;
    const more = names.length - shown.length;
    return `${provider} (${names.length}): ${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ")}`;
  });
  return [`Who has spoken in the linked rooms (${members.length}):`, ...lines].join("\n");
}

function byProvider(members: readonly GroupMember[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { uri, name } of members) {
    const provider = URL.parse(uri)?.host ?? "";
    found.set(provider, [...(found.get(provider) ?? []), oneLine(name) || "somebody"]);
  }
  for (const names of found.values()) names.sort();
  return found;
}

/** A name can't make lines of its own. */
const oneLine = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, LONGEST_NAME)
    .toWellFormed();
