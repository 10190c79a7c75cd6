/** What is looked up to understand one event of a channel, before the mappings read it. */
import { z } from "zod";
import type { KnownInRoom, Lookups } from "../../core/bridge.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { StandingReaction } from "../../mappings/mapping.ts";
import type { SlackInbound, SlackSelf } from "../../mappings/slack/inbound.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import type { Memory } from "./memory.ts";
import type { People, Person } from "./people.ts";

/** More people than any message names in earnest; whoever comes after them stands there by his id. */
const MOST_NAMED = 50;

const NAMED = /"(?:user|user_id|inviter|bot_id|parent_user_id)":"([UWB][A-Z0-9]+)"|<@([UW][A-Z0-9]+)[|>]/g;

const place = z.object({ ts: timestamp, thread_ts: timestamp.nullish() });
const references = z.object({
  type: z.string().catch(""),
  subtype: z.string().nullish().catch(null),
  ts: timestamp.nullish().catch(null),
  thread_ts: timestamp.nullish().catch(null),
  deleted_ts: timestamp.nullish().catch(null),
  message: place.nullish().catch(null),
  item: place.nullish().catch(null),
  container: z.object({ message_ts: timestamp }).nullish().catch(null),
});

export interface Around {
  readonly team: string;
  readonly self: SlackSelf;
  readonly bots: boolean;
  readonly people: Pick<People, "find">;
  readonly memory: Memory;
}

/** Finds everything that the event names. Rejects as the look-ups do. */
export async function inboundContext(
  room: NativeRoom,
  said: { readonly raw: string; readonly event: unknown; readonly user: string | null },
  { team, self, bots, people, memory }: Around,
  lookups: Lookups,
): Promise<SlackInbound> {
  const persons = new Map<string, Person | null>();
  for (const id of namedIn(said.raw).slice(0, MOST_NAMED)) persons.set(id, await people.find(id));
  const known = new Map<string, KnownInRoom>();
  for (const ts of referencesOf(said.event)) {
    const [found] = await lookups.messages([{ by: "native", name: ts }]);
    if (found) known.set(ts, found);
  }
  const reactions = new Map<string, readonly StandingReaction[]>();
  const { user: actor } = said;
  if (actor !== null)
    for (const [ts, { root }] of known) reactions.set(ts, await lookups.reactions(root, actor));
  return {
    team,
    self,
    bots,
    message: (ts) => known.get(ts) ?? null,
    user: (native) => {
      const name = persons.get(native)?.name;
      return name === undefined ? null : { uri: lookups.user(native), name };
    },
    room: () => null,
    emoji: () => null,
    reactions: (ts, user) => (user === actor ? (reactions.get(ts) ?? []) : []),
    revision: (ts) => memory.revision(room, ts),
    deleting: (ts) => memory.deleting(room, ts),
    lastSet: (property) => memory.lastSet(room, property),
    votes: () => [],
  };
}

function namedIn(raw: string): string[] {
  return [...new Set([...raw.matchAll(NAMED)].map(([, id, mentioned]) => id ?? mentioned ?? ""))];
}

/** The messages that an event refers to; what it says itself is none of them. */
function referencesOf(event: unknown): ReadonlySet<string> {
  const { data } = references.safeParse(event);
  if (!data) return new Set();
  const { message, item, container } = data;
  const own = data.subtype === "message_changed" ? [] : [data.thread_ts === data.ts ? null : data.thread_ts];
  const named = [...own, data.deleted_ts, message?.ts, message?.thread_ts, item?.ts, container?.message_ts];
  return new Set(named.filter((ts) => typeof ts === "string"));
}
