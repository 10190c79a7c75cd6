/** From what was kept of a channel to events. */
import { z } from "zod";
import type { Lookups, Raw, Translated } from "../../core/bridge.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import { schemas } from "../../mappings/slack/event.ts";
import { revisionOf } from "../../mappings/slack/revision.ts";
import { toMimi } from "../../mappings/slack/to-mimi.ts";
import { type Around, inboundContext } from "./inbound-context.ts";

const actorForm = z.object({ user: z.union([z.string(), z.object({ id: z.string() })]) });
const CHANGES = new Set(["message_changed", "message_deleted"]);

/** What a kept event says. Rejects with GatewayError event_malformed, or as the look-ups do. */
export async function translate(
  room: NativeRoom,
  raw: Raw,
  around: Around,
  lookups: Lookups,
): Promise<{ readonly events: readonly Translated[]; readonly losses: readonly Loss[] }> {
  const event = parsed(raw);
  const user = actorOf(event);
  const said = { raw: raw.raw, event, user };
  const { events, losses } = toMimi(event, await inboundContext(room, said, around, lookups));
  const unread = losses.find(({ code }) => code === "event_unreadable");
  if (unread && events.length === 0)
    throw new GatewayError("event_malformed", `an event of ${room}: ${unread.detail}`);
  rememberEdited(room, event, around);
  const aux = filesOf(event);
  return { events: events.flatMap((one) => translated(one, user, aux)), losses };
}

/** What the core's log takes; other things are not carried yet. */
function translated(event: Mapped, user: string | null, aux: string | null): readonly Translated[] {
  switch (event.kind) {
    case "message": {
      const { sender, message, native } = event;
      return [{ kind: "message", sender, message, native: native as NativeId | null, aux }];
    }
    case "property": {
      const { name, value } = event.property;
      // State that was read and not told names nobody.
      const sender = user === null ? null : event.sender;
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

/** History has a message as it stands: the edit that made it so says nothing new then. */
function rememberEdited(room: NativeRoom, event: unknown, { memory }: Around): void {
  const { data } = schemas.message.safeParse(event);
  if (data?.edited && !CHANGES.has(data.subtype ?? "")) memory.readEdited(room, data.ts, revisionOf(data));
}

/** The ids of a message's files, as Slack refers to them. */
function filesOf(event: unknown): string | null {
  const files = schemas.message.safeParse(event).data?.files ?? [];
  return files.length === 0 ? null : files.map(({ id }) => id).join(",");
}
