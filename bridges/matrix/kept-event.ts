/** Matrix events as the inbox keeps them: which are kept, and what of them. */
import type { CopyOf, Raw } from "../../core/bridge/inbound.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { type MatrixEvent, objectAt, parseEvent, textsAt } from "../../mappings/matrix/event.ts";
import { pollStep } from "../../mappings/matrix/read-poll.ts";
import { eventKey, MARK } from "./names.ts";

/** More than any copy has passed that is carried on. */
const MOST_GROUPS = 32;

const TIMELINE = new Set([
  "m.room.message",
  "m.sticker",
  "m.reaction",
  "m.room.redaction",
  "m.room.encrypted",
]);
const STATE = new Set([
  "m.room.name",
  "m.room.topic",
  "m.room.avatar",
  "m.room.pinned_events",
  "m.beacon_info",
  "org.matrix.msc3672.beacon_info",
]);

/** What becomes of members who are in the room no more. */
const GONE = new Set<unknown>(["leave", "ban"]);

/** The last that is a date. */
const LATEST_TIME: Milliseconds = 8_640_000_000_000_000;

/** The types whose events are kept, for reading no others from a room's history. */
export const KEPT_TYPES: readonly string[] = [
  ...TIMELINE,
  ...STATE,
  ...["start", "response", "end"].flatMap((step) => [`m.poll.${step}`, `org.matrix.msc3381.poll.${step}`]),
];

/** An event as a transaction or a history has it, and what can be read of it; null: it is no event with an id. */
export interface Told {
  readonly event: MatrixEvent;
  readonly id: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export function toldOf(json: unknown): Told | null {
  const event = parseEvent(json);
  const whole = objectAt({ json }, "json");
  return event === null || whole === null || event.id === null ? null : { event, id: event.id, json: whole };
}

/** Which gateway has sent what has this content; null: none has. */
export function markedBy(content: MatrixContent): string | null {
  const gateway = objectAt(content, MARK)?.["gateway"];
  return typeof gateway === "string" ? gateway : null;
}

/** The group of whose event it is a copy; null: it is none. */
export function groupIn(content: MatrixContent): string | null {
  const group = objectAt(content, MARK)?.["group"];
  return typeof group === "string" ? group : null;
}

/** What an event is a copy of, by the mark on it; null: of nothing. */
export function copyOf(content: MatrixContent): CopyOf | null {
  const gateway = markedBy(content);
  if (gateway === null) return null;
  const group = groupIn(content);
  const via = textsAt(objectAt(content, MARK) ?? {}, "via", MOST_GROUPS);
  return { gateway, groups: group === null ? via : [...via, group] };
}

/** The delivery that an event was sent for; null: it was sent for none. */
export function keyIn(content: MatrixContent): string | null {
  const key = objectAt(content, MARK)?.["key"];
  return typeof key === "string" ? key : null;
}

/** Whether it says something that may be carried. */
export function isKept({ type, state, content }: MatrixEvent): boolean {
  if (state === null) return TIMELINE.has(type) || pollStep(type) !== null;
  return STATE.has(type) || (type === "m.room.member" && GONE.has(content["membership"]));
}

/**
 * An event for the inbox, without what the homeserver says of it otherwise each time (its age, what refers to it): the same
 * live, by retry and from history.
 */
export function rawOf(told: Told): Raw {
  const { event, id, json } = told;
  const { type, sender, state, content, at, redacts, previous, redacted } = event;
  const kept = {
    type,
    sender,
    event_id: id,
    ...(state !== null && { state_key: state }),
    content,
    origin_server_ts: json["origin_server_ts"],
    ...(redacts !== null && { redacts }),
    ...((previous !== null || redacted) && {
      unsigned: {
        ...(previous !== null && { prev_content: previous }),
        ...(redacted && { redacted_because: {} }),
      },
    }),
  };
  // Any homeserver in the room writes what it likes.
  const time = Math.min(Math.max(0, Math.trunc(at)), LATEST_TIME);
  const raw = { nativeKey: eventKey(id), at: time, raw: JSON.stringify(kept) };
  made.set(raw, told);
  return raw;
}

/** What raws were made from, as long as they are at hand. */
const made = new WeakMap<Raw, Told>();

/** What a raw was made from; null: it was made before, and comes from the store. */
export const toldBefore = (raw: Raw): Told | null => made.get(raw) ?? null;

const REFERRING = /"(?:m\.relates_to|redacts)":|"type":"m\.room\.(?:redaction|pinned_events)"/;

/** Whether a kept event may name another one. */
export const refersTo = (raw: Raw): boolean => REFERRING.test(raw.raw);

/** The events of a transaction by their rooms, in order, and how many are none. */
export function byRoom(events: readonly unknown[]): {
  readonly rooms: ReadonlyMap<NativeRoom, readonly Told[]>;
  readonly unread: number;
} {
  const rooms = new Map<NativeRoom, Told[]>();
  let unread = 0;
  for (const json of events) {
    const told = toldOf(json);
    const room = told?.json["room_id"];
    if (told === null || typeof room !== "string") {
      unread += 1;
      continue;
    }
    const id = room as NativeRoom;
    const others = rooms.get(id);
    if (others) others.push(told);
    else rooms.set(id, [told]);
  }
  return { rooms, unread };
}
