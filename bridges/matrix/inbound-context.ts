/** What is looked up to understand one event of a room, before the mappings read it. */
import type { KnownInRoom, Lookups } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { GroupUri, UserUri } from "../../mappings/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import type { KnownPoll, MatrixInbound } from "../../mappings/matrix/context.ts";
import { type MatrixEvent, objectAt, relationOf, textAt, textsAt } from "../../mappings/matrix/event.ts";
import { LIST_ENTRIES } from "../../mappings/matrix/limits.ts";
import { parseMatrixLink } from "../../mappings/matrix/links.ts";
import { pollStep, readPoll } from "../../mappings/matrix/read-poll.ts";
import type { EditMemory } from "./edit-memory.ts";
import type { History } from "./history.ts";
import { markedBy } from "./kept-event.ts";
import type { OwnUsers } from "./names.ts";
import type { People } from "./people.ts";

/** More people than any message names in earnest; whoever comes after them stands there by his id. */
const MOST_NAMED = 50;
/** More than a list of pins has in earnest. */
const MOST_REFERENCES = 100;
const LINKS = /https?:\/\/matrix\.to\/#\/[^"'<>\s]+|matrix:(?:u|roomid)\/[^"'<>\s]+/gi;

/** What is known of a room without asking. */
export interface RoomAround {
  readonly name: string;
  readonly powers: MatrixContent | null;
  readonly creators: readonly string[];
}

export interface Around {
  /** The gateway's base domain, by which its marks are known. */
  readonly gateway: string;
  readonly own: OwnUsers;
  readonly people: Pick<People, "lookOf" | "knows" | "isIn">;
  readonly history: Pick<History, "event" | "edits">;
  readonly edits: EditMemory;
  /** Where the homeserver is. */
  readonly homeserver: string;
  readonly bots: boolean;
  /** null: it is no room that is taken part in. */
  readonly room: (room: NativeRoom) => RoomAround | null;
}

/** What the log has for the ids that an event names. */
export type KnownEvents = ReadonlyMap<string, KnownInRoom>;

/** Finds the messages that an event refers to. Rejects as the look-ups do. */
export async function referredTo(
  room: NativeRoom,
  event: MatrixEvent,
  around: Pick<Around, "own" | "history">,
  lookups: Lookups,
): Promise<KnownEvents> {
  const known = new Map<string, KnownInRoom>();
  for (const name of referencesOf(event)) {
    if (await isPassedOver(room, name, around, lookups)) continue;
    const [found] = await lookups.messages([{ by: "native", name }]);
    if (found) known.set(name, found);
  }
  return known;
}

/**
 * Whether it is of others and was never taken in, such as what was redacted before it was read: then it is no copy that may be
 * on its way just now, for which everything else would wait.
 */
async function isPassedOver(
  room: NativeRoom,
  name: string,
  { own, history }: Pick<Around, "own" | "history">,
  lookups: Lookups,
): Promise<boolean> {
  if (await lookups.knows(name)) return false;
  const told = await history.event(room, name).catch(() => null);
  return told !== null && !own.isOurs(told.event.sender);
}

/** Finds everything else that the event names. Rejects as the look-ups do. */
export async function inboundContext(
  room: NativeRoom,
  event: MatrixEvent,
  known: KnownEvents,
  around: Around,
  lookups: Lookups,
): Promise<MatrixInbound> {
  const { gateway, own, people, edits } = around;
  const links = linksIn(event.content);
  const names = new Map<string, { readonly uri: UserUri; readonly name: string }>();
  for (const user of new Set([event.sender, ...links.users, ...authorsOf(known)])) {
    const { name } = await people.lookOf(room, user);
    names.set(user, { uri: own.userOf(user) ?? lookups.user(user), name });
  }
  const rooms = await linkedRooms(links.rooms, around, lookups);
  const polls = await pollsOf(room, event, known, around);
  const state = around.room(room);
  return {
    isOurs: (user) => own.isOurs(user),
    isMarked: (content) => markedBy(content) === gateway,
    message: (native) => {
      const found = known.get(native);
      return found && found.event === found.root && !found.isReaction ? found : null;
    },
    reaction: (native) => {
      const found = known.get(native);
      return found?.isReaction ? { id: found.event, author: found.author ?? own.bot } : null;
    },
    edit: (native) => {
      const found = known.get(native);
      if (!found || found.event === found.root || found.isReaction) return null;
      return { root: found.root, author: found.author, previous: null };
    },
    latestEdit: (native) => edits.latest(room, native, event.id ?? ""),
    poll: (native) => polls.get(native) ?? null,
    user: (native) => names.get(native) ?? null,
    room: (native) => rooms.get(native) ?? null,
    emoji: () => null,
    reactions: () => [],
    member: () => null,
    powerLevels: state?.powers ?? null,
    creators: state?.creators ?? [],
    pinned: event.previous === null ? [] : textsAt(event.previous, "pinned", LIST_ENTRIES),
    typing: [],
  };
}

/** Whoever's reaction or edit is taken away by somebody else is named as its author. */
const authorsOf = (known: KnownEvents): readonly string[] =>
  [...known.values()].flatMap(({ isReaction, event, root, author }) =>
    author !== null && (isReaction || event !== root) ? [author] : [],
  );

/** The events that an event refers to. */
function referencesOf(event: MatrixEvent): readonly string[] {
  const { target, replyTo } = relationOf(event.content);
  const named = [target, replyTo, event.redacts, textAt(event.content, "redacts")];
  const pinned = [event.content, event.previous ?? {}].flatMap((content) =>
    textsAt(content, "pinned", LIST_ENTRIES),
  );
  const isPins = event.type === "m.room.pinned_events";
  return [...new Set([...named, ...(isPins ? pinned : [])])]
    .filter((one) => one !== null)
    .slice(0, MOST_REFERENCES);
}

/** People and rooms that it names by links or as mentioned. */
export function linksIn(content: MatrixContent): {
  readonly users: readonly string[];
  readonly rooms: readonly string[];
} {
  const words = [content, objectAt(content, "m.new_content") ?? {}];
  const users = words.flatMap((one) => textsAt(objectAt(one, "m.mentions") ?? {}, "user_ids", MOST_NAMED));
  const rooms: string[] = [];
  for (const one of words)
    for (const [href] of (textAt(one, "formatted_body") ?? "").matchAll(LINKS)) {
      const link = parseMatrixLink(href);
      if (link?.kind === "user") users.push(link.id);
      if (link?.kind === "room") rooms.push(link.id);
    }
  return { users: users.slice(0, MOST_NAMED), rooms: rooms.slice(0, MOST_NAMED) };
}

async function linkedRooms(ids: readonly string[], around: Around, lookups: Lookups) {
  const rooms = new Map<string, { readonly uri: GroupUri; readonly name: string }>();
  for (const id of new Set(ids)) {
    const uri = await lookups.group(id as NativeRoom);
    if (uri !== null) rooms.set(id, { uri, name: around.room(id as NativeRoom)?.name ?? "" });
  }
  return rooms;
}

/** Polls that are voted on, ended or edited: how many options a vote may name stands in the room alone. */
async function pollsOf(
  room: NativeRoom,
  event: MatrixEvent,
  known: KnownEvents,
  { history }: Around,
): Promise<ReadonlyMap<string, KnownPoll>> {
  const polls = new Map<string, KnownPoll>();
  const step = pollStep(event.type);
  // Of one that is edited it counts alone that it is one.
  const edited = relationOf(event.content).type === "m.replace";
  if (step !== "response" && step !== "end" && !edited) return polls;
  for (const [id, { pollOptions: options }] of known) {
    if (options === null) continue;
    const start = edited ? null : await history.event(room, id);
    const body = start === null ? null : readPoll(start.event.content).body;
    polls.set(id, { options, most: body?.most ?? options.length, ended: false });
  }
  return polls;
}
