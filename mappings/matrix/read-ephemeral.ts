/** Typing, receipts and presence: nothing that is stored (application service API, section 1.4.2). */
import type { Loss } from "../loss.ts";
import type { Mapped, MappedEvent } from "../mapping.ts";
import type { MatrixInbound } from "./context.ts";
import { type MatrixEvent, objectAt, textAt, textsAt } from "./event.ts";
import { LIST_ENTRIES } from "./limits.ts";
import { person } from "./people.ts";
import { cleaned } from "./strings.ts";
import { loss, lost, mapped } from "./result.ts";
import { shownBy } from "./targets.ts";

/** The event lists everybody who types; what changed against the context is told. */
export function readTyping(event: MatrixEvent, context: MatrixInbound): MappedEvent {
  const before = new Set(context.typing);
  const now = new Set(textsAt(event.content, "user_ids", LIST_ENTRIES));
  const events: Mapped[] = [];
  const tell = (user: string, typing: boolean): void => {
    if (!context.isOurs(user)) events.push({ kind: "typing", user: person(user, context), typing });
  };
  for (const user of now) if (!before.has(user)) tell(user, true);
  for (const user of before) if (!now.has(user)) tell(user, false);
  return { events, losses: [] };
}

/** `{EVENT: {"m.read": {USER: {...}}}}`; private receipts are nobody else's business. */
export function readReceipts(event: MatrixEvent, context: MatrixInbound): MappedEvent {
  const events: Mapped[] = [];
  const losses: Loss[] = [];
  for (const eventId of Object.keys(event.content).slice(0, LIST_ENTRIES)) {
    const readers = objectAt(objectAt(event.content, eventId) ?? {}, "m.read");
    const users = Object.keys(readers ?? {})
      .slice(0, LIST_ENTRIES)
      .filter((user) => !context.isOurs(user));
    if (users.length === 0) continue;
    const upTo = shownBy(eventId, context);
    if (upTo === null) losses.push(loss("target_unknown", `receipt for ${eventId}`));
    else
      for (const user of users)
        events.push({ kind: "marker", user: person(user, context), upTo, status: "read" });
  }
  return { events, losses };
}

const states = { online: "online", unavailable: "away", offline: "offline" } as const;

export function readPresence(event: MatrixEvent, context: MatrixInbound): MappedEvent {
  const presence = textAt(event.content, "presence") ?? "";
  if (!Object.hasOwn(states, presence)) return lost("event_unreadable", "m.presence");
  const state = states[presence as keyof typeof states];
  const { text } = cleaned(textAt(event.content, "status_msg") ?? "");
  return mapped({ kind: "presence", user: person(event.sender, context), state, text });
}
