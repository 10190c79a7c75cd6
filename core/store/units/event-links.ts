/** What the room in which something was said calls the event that it has become, or that it became none. */
import type { Milliseconds } from "../../time.ts";
import { threadOf } from "../../../mappings/event-content.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId } from "../../../mappings/ids.ts";
import type { BindingId, NativeId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { addNotice } from "./notices.ts";
import type { Effect } from "./reactions.ts";

/** The room, and when. */
interface LinkPlace {
  readonly binding: BindingId;
  readonly now: Milliseconds;
}

/** What a room calls something said in it, and what of it. */
interface NamedEvent {
  readonly id: EventId;
  readonly native: NativeId | null;
  readonly aux: string | null;
  readonly effect: Effect;
  readonly sender: { readonly native: string; readonly name: string } | null;
  readonly kind: EventKind;
  readonly content: Uint8Array;
}

const addLink = statement<{
  binding: BindingId;
  native: NativeId;
  aux: string | null;
  part: number;
  id: EventId;
  state: "live" | "refused";
  at: Milliseconds;
}>("group-log.addLink")((db, { p }) =>
  db
    .insertInto("link")
    .values({
      binding: p.binding,
      native: p.native,
      aux: p.aux,
      event_id: p.id,
      part: p.part,
      state: p.state,
      attempts: 1,
      at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("native"),
);
/**
 * What the origin's room calls the event. What changes something else is no part of a message. False: the room has called
 * something so before.
 */
export function* linkTo(place: LinkPlace, event: NamedEvent, state: "live" | "refused"): Unit<boolean> {
  const { binding, now: at } = place;
  const { native, aux, id } = event;
  if (native === null) return true;
  const part = state === "refused" || event.effect.kind === "none" ? 0 : -1;
  return (yield* first(addLink, { binding, native, aux, part, id, state, at })) !== undefined;
}

/** The verdict on an event that the group does not take: its link says so, and its author is told once. */
export function* refuse(place: LinkPlace, event: NamedEvent, text: string): Unit<void> {
  const { binding, now: at } = place;
  if (!(yield* linkTo(place, event, "refused"))) return;
  const to = event.sender && { native: event.sender.native, name: event.sender.name };
  yield* addNotice({ binding, to, text, at, thread: threadOf(event) });
}
