/** From what was kept of a channel to events. */
import { z } from "zod";
import type { Lookups, Raw, Translated } from "../../core/bridge/inbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import { schemas } from "../../mappings/slack/event.ts";
import { revisionOf } from "../../mappings/slack/revision.ts";
import { toMimi } from "../../mappings/slack/to-mimi.ts";
import { type ChannelState, channelState, isState } from "./channel-state.ts";
import { type Around, inboundContext } from "./inbound-context.ts";
import { changedBy, isLate } from "./late-events.ts";
import { withAvatar } from "./avatars.ts";
import { withNamedPeople } from "./named-people.ts";
import { compareTimestamps, laterOf } from "./names.ts";
import { pinChanges, pinsIn } from "./pins.ts";
import { stateChanges } from "./state-changes.ts";

const actorForm = z.object({ user: z.union([z.string(), z.object({ id: z.string() })]) });
const CHANGES = new Set(["message_changed", "message_deleted"]);

interface Understood {
  readonly events: readonly Translated[];
  readonly losses: readonly Loss[];
}

const nothing: Understood = { events: [], losses: [] };

/** What a kept event says. Rejects with GatewayError event_malformed, or as the look-ups do. */
export async function translate(
  room: NativeRoom,
  raw: Raw,
  around: Around,
  lookups: Lookups,
): Promise<Understood> {
  const kept = parsed(raw);
  const state = isState(raw) ? channelState(kept) : null;
  if (state) return reconciled(room, raw, state, around, lookups);
  const pins = pinsIn(kept);
  if (pins) return { events: await pinChanges(pins, around.self.user, around.people, lookups), losses: [] };
  if (await isLate(room, kept, around, lookups)) return nothing;
  return understood(room, raw, kept, around, lookups);
}

/** What became of the channel's messages without anybody telling, as events that say so. */
async function reconciled(
  room: NativeRoom,
  raw: Raw,
  state: ChannelState,
  around: Around,
  lookups: Lookups,
): Promise<Understood> {
  const events: Translated[] = [];
  const losses: Loss[] = [];
  for (const change of await stateChanges(room, state, around, lookups)) {
    const one = await understood(room, { raw: JSON.stringify(change), at: raw.at }, change, around, lookups);
    events.push(...one.events);
    losses.push(...one.losses);
  }
  const { taken } = around.memory;
  const { seen, before } = state;
  for (const { ts, reactions } of state.messages)
    if (reactions.every(({ all }) => all)) taken.settle(room, ts, seen);
  const known = compareTimestamps(seen, before) < 0 ? seen : before;
  // What is younger and should stand there is looked at once more when it is told.
  taken.readTo(room, laterOf(known, state.messages.at(-1)?.ts ?? known));
  return { events, losses };
}

async function understood(
  room: NativeRoom,
  { raw, at }: Pick<Raw, "raw" | "at">,
  kept: unknown,
  around: Around,
  lookups: Lookups,
): Promise<Understood> {
  const event = await around.files.described(kept);
  const user = actorOf(event);
  const context = await inboundContext(room, { raw, event, user }, around, lookups);
  const changed = changedBy(event);
  if (changed !== null && context.deleted(changed)) return nothing;
  const { events, losses } = toMimi(event, context);
  const unread = losses.find(({ code }) => code === "event_unreadable");
  if (unread && events.length === 0)
    throw new GatewayError("event_malformed", `an event of ${room}: ${unread.detail}`);
  if (!lookups.carriedBefore(at)) rememberEdited(room, event, around);
  const aux = filesOf(event);
  const told = events.flatMap((one) => translated(one, user, aux));
  const named = await Promise.all(told.map((one) => withNamedPeople(one, lookups)));
  const pictured = await Promise.all(named.map((one) => withAvatar(one, around.people)));
  return { events: pictured.map((one) => around.files.served(one)), losses };
}

/** What the core's log takes; other things are not carried yet. */
function translated(event: Mapped, user: string | null, aux: string | null): readonly Translated[] {
  switch (event.kind) {
    case "message": {
      const { sender, message, native } = event;
      return [{ kind: "message", sender, message, native: native as NativeId | null, aux }];
    }
    case "property": {
      const { name, item, value } = event.property;
      // State that was read and not told names nobody.
      const sender = user === null ? null : event.sender;
      if (name === "pins") return [{ kind: "property", sender, name, item, value }];
      return name === "name" || name === "topic" ? [{ kind: "property", sender, name, value }] : [];
    }
    default:
      return [];
  }
}

function parsed(raw: Raw): unknown {
  try {
    return JSON.parse(raw.raw);
  } catch (cause) {
    throw new GatewayError("event_malformed", "a stored event is no JSON", { cause });
  }
}

function actorOf(event: unknown): string | null {
  const user = actorForm.safeParse(event).data?.user;
  return typeof user === "object" ? user.id : (user ?? null);
}

/** History has a message as it stands: the edit that made it so says nothing new then, unless it was carried as it had been said. */
function rememberEdited(room: NativeRoom, event: unknown, { memory }: Around): void {
  const { data } = schemas.message.safeParse(event);
  if (data?.edited && !CHANGES.has(data.subtype ?? "")) memory.readEdited(room, data.ts, revisionOf(data));
}

/** The ids of a message's files, as Slack refers to them. */
function filesOf(event: unknown): string | null {
  const files = schemas.message.safeParse(event).data?.files ?? [];
  return files.length === 0 ? null : files.map(({ id }) => id).join(",");
}
