/** What is looked up to understand one event of a channel, before the mappings read it. */
import { z } from "zod";
import type { KnownInRoom, Lookups } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { GroupUri } from "../../mappings/ids.ts";
import type { StandingReaction } from "../../mappings/mapping.ts";
import type { SlackInbound } from "../../mappings/slack/inbound.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import type { CustomEmoji } from "./emoji.ts";
import type { WorkspaceFiles } from "./files.ts";
import type { Memory } from "./memory.ts";
import type { People, Person } from "./people.ts";
import type { Usergroups } from "./usergroups.ts";
import type { StateContext } from "./state-changes.ts";

/** More people than any message names in earnest; whoever comes after them stands there by his id. */
const MOST_NAMED = 50;

const NAMED = /"(?:user|user_id|inviter|bot_id|parent_user_id)":"([UWB][A-Z0-9]+)"|<@([UW][A-Z0-9]+)[|>]/g;

const LINKED = /"channel_id":"([CG][A-Z0-9]+)"|<#([CG][A-Z0-9]+)[|>]/g;

const place = z.object({ ts: timestamp, thread_ts: timestamp.nullish() });
const references = z.object({
  type: z.string().catch(""),
  subtype: z.string().nullish().catch(null),
  ts: timestamp.nullish().catch(null),
  thread_ts: timestamp.nullish().catch(null),
  deleted_ts: timestamp.nullish().catch(null),
  message: place.nullish().catch(null),
  item: z
    .object({ ts: timestamp.nullish(), message: z.object({ ts: timestamp }).nullish() })
    .nullish()
    .catch(null),
  container: z.object({ message_ts: timestamp }).nullish().catch(null),
});

export interface Around extends StateContext {
  readonly team: string;
  readonly bots: boolean;
  readonly people: Pick<People, "find">;
  readonly memory: Memory;
  readonly files: Pick<WorkspaceFiles, "described" | "served">;
  readonly emoji: Pick<CustomEmoji, "namedIn" | "picture" | "alias">;
  readonly usergroups: Pick<Usergroups, "namedIn" | "handle">;
  /** What a public channel that the app is in is called; null: no such channel. */
  readonly channelName: (room: NativeRoom) => string | null;
}

interface Said {
  readonly raw: string;
  readonly event: unknown;
  /** Whoever does it. */
  readonly user: string | null;
}

/** Finds everything that the event names. Rejects as the look-ups do. */
export async function inboundContext(
  room: NativeRoom,
  said: Said,
  { team, self, bots, people, memory, emoji, usergroups, channelName }: Around,
  lookups: Lookups,
): Promise<SlackInbound & { readonly deleted: (ts: string) => boolean }> {
  const persons = new Map<string, Person | null>();
  for (const id of namedIn(said).slice(0, MOST_NAMED)) persons.set(id, await people.find(id));
  const known = new Map<string, KnownInRoom>();
  const deletedTs = references.safeParse(said.event).data?.deleted_ts;
  for (const ts of referencesOf(said.event)) {
    const [found] = await lookups.messages([{ by: "native", name: ts }]);
    if (!found) continue;
    known.set(ts, found);
    // A deletion of which nobody told names no one: it is the author's.
    const { author } = found;
    if (ts === deletedTs && author !== null && !persons.has(author))
      persons.set(author, await people.find(author));
  }
  const reactions = new Map<string, readonly StandingReaction[]>();
  const votes = new Map<string, readonly string[]>();
  const { user: actor } = said;
  if (actor !== null)
    for (const [ts, { root, pollOptions }] of known) {
      reactions.set(ts, await lookups.reactions(root, actor));
      if (pollOptions) votes.set(ts, await lookups.votes(root, actor));
    }
  const rooms = await linkedIn(said.raw, channelName, lookups);
  await emoji.namedIn(said.raw);
  await usergroups.namedIn(said.raw);
  return {
    team,
    self,
    bots: lookups.bots ?? bots,
    message: (ts) => known.get(ts) ?? null,
    deleted: (ts) => known.get(ts)?.deleted ?? false,
    user: (native) => {
      const name = persons.get(native)?.name;
      return name === undefined ? null : { uri: lookups.user(native), name };
    },
    room: (native) => rooms.get(native) ?? null,
    emoji: (name) => emoji.picture(name),
    alias: (name) => emoji.alias(name),
    usergroup: (id) => usergroups.handle(id),
    reactions: (ts, user) => (user === actor ? (reactions.get(ts) ?? []) : []),
    revision: (ts) => memory.revision(room, ts),
    deleting: (ts) => memory.deleting(room, ts),
    lastSet: (property) => memory.lastSet(room, property),
    votes: (ts, user) => (user === actor ? (votes.get(ts) ?? []) : []),
  };
}

/** Whoever does it comes first: of who presses a button the id stands elsewhere than in all other events. */
function namedIn({ raw, user }: Pick<Said, "raw" | "user">): string[] {
  const named = [...raw.matchAll(NAMED)].map(([, id, mentioned]) => id ?? mentioned ?? "");
  return [...new Set([...(user === null ? [] : [user]), ...named])];
}

/** The groups of public channels that an event links to; of private ones nobody outside is told. */
async function linkedIn(raw: string, channelName: Around["channelName"], lookups: Lookups) {
  const rooms = new Map<string, { readonly uri: GroupUri; readonly name: string }>();
  for (const [, named, written] of [...raw.matchAll(LINKED)].slice(0, MOST_NAMED)) {
    const id = (named ?? written ?? "") as NativeRoom;
    const name = rooms.has(id) ? null : channelName(id);
    const uri = name === null ? null : await lookups.group(id);
    if (name !== null && uri !== null) rooms.set(id, { uri, name });
  }
  return rooms;
}

/** The messages that an event refers to; what it says itself is none of them. */
function referencesOf(event: unknown): ReadonlySet<string> {
  const { data } = references.safeParse(event);
  if (!data) return new Set();
  const { message, item, container } = data;
  const own = data.subtype === "message_changed" ? [] : [data.thread_ts === data.ts ? null : data.thread_ts];
  const named: (string | null | undefined)[] = [
    ...own,
    data.deleted_ts,
    message?.ts,
    message?.thread_ts,
    item?.ts,
    item?.message?.ts,
  ];
  if (container) named.push(container.message_ts);
  return new Set(named.filter((ts) => typeof ts === "string"));
}
