/** From what was kept of a room to events. */
import type { CopyOf, Lookups, Raw, Translated } from "../../core/bridge/inbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import type { MatrixInbound } from "../../mappings/matrix/context.ts";
import { type MatrixEvent, relationOf, textAt } from "../../mappings/matrix/event.ts";
import { eventToMimi } from "../../mappings/matrix/to-mimi.ts";
import { pictureAddressOf, withServedFiles } from "./files.ts";
import { formerText } from "./former-text.ts";
import { type Around, inboundContext, type KnownEvents, linksIn, referredTo } from "./inbound-context.ts";
import { copyOf, groupIn, refersTo, type Told, toldBefore, toldOf } from "./kept-event.ts";

const ENCRYPTED = "Encrypted messages are not carried to the linked rooms: the gateway can't read them.";

interface Understood {
  readonly events: readonly Translated[];
  readonly losses: readonly Loss[];
}

/** What a kept event says. Rejects with GatewayError event_malformed, or as the look-ups do. */
export async function translate(
  room: NativeRoom,
  raw: Raw,
  around: Around,
  lookups: Lookups,
): Promise<Understood> {
  const told = parsed(raw);
  const { event } = told;
  if (
    event.type === "m.room.message" &&
    event.content["msgtype"] === "m.notice" &&
    !(lookups.bots ?? around.bots)
  )
    return { events: [], losses: [] };
  // Another gateway that serves the same group in this very room has sent it: the group has it already.
  const group = groupIn(event.content);
  if (group !== null && group === (await lookups.group(room))) return { events: [], losses: [] };
  const known = await referredTo(room, event, around, lookups);
  const context = await inboundContext(room, event, known, around, lookups);
  const { events, losses } = eventToMimi(event, await withFormerText(room, event, known, context, around));
  const unread = losses.find(({ code }) => code === "event_unreadable");
  if (unread && events.length === 0)
    throw new GatewayError("event_malformed", `an event of ${room}: ${unread.detail}`);
  const relation = relationOf(event.content);
  const edited = relation.type === "m.replace" ? relation.target : null;
  // What is no edit, since somebody else has sent it, hides none of the author's.
  if (edited !== null && events.length > 0)
    around.edits.read(room, edited, { at: event.at, eventId: told.id });
  const said = events.flatMap((one) => translated(one, edited, copyOf(event.content)));
  if (await staysBeside(said, around, lookups)) return { events: [], losses };
  const pictured = await Promise.all(said.map((one) => withPicture(room, one, around)));
  return { events: pictured.map((one) => withServedFiles(one, around.homeserver)), losses };
}

/** Whether an event is something said that names nothing, and nobody of whom it is not known how he is shown. */
export function isAtHand(room: NativeRoom, raw: Raw, { people }: Around): boolean {
  const told = toldBefore(raw);
  if (told === null || refersTo(raw)) return false;
  const { type, state, sender, content } = told.event;
  if (type !== "m.room.message" || state !== null || groupIn(content) !== null) return false;
  const { users, rooms } = linksIn(content);
  return rooms.length === 0 && [sender, ...users].every((user) => people.knows(room, user));
}

/** Whether somebody goes from this room alone: he still is in another one of the homeserver's that is linked with it. */
async function staysBeside(
  [said]: readonly Translated[],
  { people }: Around,
  lookups: Lookups,
): Promise<boolean> {
  if (said?.kind !== "leave") return false;
  for (const other of await lookups.beside()) if (await people.isIn(other, said.sender.native)) return true;
  return false;
}

/** The same, with where the picture of whoever said it is. */
async function withPicture(
  room: NativeRoom,
  event: Translated,
  { people, homeserver }: Around,
): Promise<Translated> {
  if ((event.kind !== "message" && event.kind !== "property") || event.sender === null) return event;
  const { picture } = await people.lookOf(room, event.sender.native);
  return { ...event, sender: { ...event.sender, avatar: pictureAddressOf(picture, homeserver) } };
}

/** Where an edit is redacted, what the message said before it. */
async function withFormerText(
  room: NativeRoom,
  event: MatrixEvent,
  known: KnownEvents,
  context: MatrixInbound,
  { history }: Around,
): Promise<MatrixInbound> {
  const target = event.redacts ?? textAt(event.content, "redacts");
  const edit = target === null || event.type !== "m.room.redaction" ? null : context.edit(target);
  if (target === null || edit === null) return context;
  const original = known.get(target)?.aux ?? null;
  const previous = original === null ? null : await formerText(room, target, original, history, context);
  return { ...context, edit: (native) => (native === target ? { ...edit, previous } : context.edit(native)) };
}

/**
 * What the core's log takes; other things are not carried yet. `edited`: the event that this one is an edit of. `copy`: what
 * it is one of; null: of nothing.
 */
function translated(event: Mapped, edited: string | null, copy: CopyOf | null): readonly Translated[] {
  const marked = copy === null ? {} : { copy };
  switch (event.kind) {
    case "message": {
      const { sender, message, native } = event;
      return [
        { kind: "message", sender, message, native: native as NativeId | null, aux: edited, ...marked },
      ];
    }
    case "property": {
      const { sender } = event;
      const { name, item, value } = event.property;
      if (name === "pins") return [{ kind: "property", sender, name, item, value, ...marked }];
      if (name === "avatar") return [{ kind: "property", sender, name, value, shown: value, ...marked }];
      return name === "name" || name === "topic"
        ? [{ kind: "property", sender, name, value, ...marked }]
        : [];
    }
    case "member": {
      // Whoever comes is met when he first says something.
      const { user: sender, action, reason } = event;
      const goes = action === "leave" || action === "kick" || action === "ban";
      return goes ? [{ kind: "leave", sender, reason }] : [];
    }
    case "private":
      return event.encrypted ? [{ kind: "reply", to: event.sender, text: ENCRYPTED }] : [];
    default:
      return [];
  }
}

function parsed(raw: Raw): Told {
  const before = toldBefore(raw);
  if (before !== null) return before;
  let json: unknown;
  try {
    json = JSON.parse(raw.raw);
  } catch (cause) {
    throw new GatewayError("event_malformed", "a stored event is no JSON", { cause });
  }
  const told = toldOf(json);
  if (told === null) throw new GatewayError("event_malformed", "a stored event is none");
  return told;
}
