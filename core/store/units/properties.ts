import {
  type GroupPropertyName,
  type PropertyChange,
  type PropertyName,
  propertyNames,
  type RoomPropertyName,
} from "../../../mappings/events.ts";
import { type EventId, parseEventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { valueUnderWay } from "./submissions.ts";

/** The current value of a property, whose version is the seq of the event that set it. */
export const setProperty = statement<{
  group: GroupId;
  name: GroupPropertyName;
  item: string;
  value: string;
  seq: Seq;
  by: UserId | null;
}>("properties.setProperty")((db, { p }) =>
  db
    .insertInto("property")
    .values({ grp: p.group, name: p.name, item: p.item, value: p.value, seq: p.seq, by_user: p.by })
    .onConflict((conflict) =>
      conflict
        .columns(["grp", "name", "item"])
        .doUpdateSet({ value: p.value, seq: p.seq, by_user: p.by })
        // A snapshot may have told a later one already.
        .where("property.seq", "<=", p.seq),
    ),
);
const setSeen = statement<{
  binding: BindingId;
  name: RoomPropertyName;
  item: string;
  value: string;
  at: Milliseconds;
}>("properties.setSeen")((db, { p }) =>
  db
    .insertInto("binding_property")
    .values({
      binding: p.binding,
      name: p.name,
      item: p.item,
      last_set: null,
      last_seen: p.value,
      seen_at: p.at,
    })
    .onConflict((conflict) =>
      conflict.columns(["binding", "name", "item"]).doUpdateSet({ last_seen: p.value, seen_at: p.at }),
    ),
);
const currentProperty = statement<{ group: GroupId; name: GroupPropertyName; item: string }>(
  "properties.currentProperty",
)((db, { p }) =>
  db
    .selectFrom("property")
    .select(["value", "seq"])
    .where("grp", "=", p.group)
    .where("name", "=", p.name)
    .where("item", "=", p.item),
);

/** A property as it stands; version 0 where no event has set it. */
export function* propertyNow(
  group: GroupId,
  { name, item }: Pick<PropertyChange, "name" | "item">,
): Unit<{ readonly value: string; readonly version: number }> {
  const row = yield* first(currentProperty, { group, name, item });
  return { value: row?.value ?? "", version: row?.seq ?? 0 };
}

const roomHolds = statement<{ binding: BindingId; name: RoomPropertyName; item: string }>(
  "properties.roomHolds",
)((db, { p }) =>
  db
    .selectFrom("binding_property")
    .select(["last_set as set", "last_seen as seen", "seen_at as seenAt"])
    .where("binding", "=", p.binding)
    .where("name", "=", p.name)
    .where("item", "=", p.item),
);
const pinRows = statement<{ binding: BindingId }>("properties.pinRows")((db, { p }) =>
  db
    .selectFrom("binding_property")
    .select("item")
    .where("binding", "=", p.binding)
    .where("name", "=", "pins")
    .where("last_seen", "=", "true"),
);

/** The messages that the room was last seen to have pinned. */
export function* pinsSeen(binding: BindingId): Unit<readonly EventId[]> {
  return (yield* all(pinRows, { binding })).flatMap(({ item }) => parseEventId(item) ?? []);
}

/** What a room holds, and what it calls that where the value says it otherwise each time. */
export interface HeldProperty extends PropertyChange {
  readonly shown?: string;
  /** Nobody has told of it: it was found when the room was looked at. */
  readonly read?: true;
}

/**
 * A property is state: what the room was last seen to hold is nothing new, nor is what it held when it was first
 * looked at, and what the group holds already is only noted, unless something else is under way to its owner. `at`: when the
 * room held it; what is older than what is known of a pin says nothing.
 */
export function* isChange(
  input: { readonly binding: BindingId; readonly group: GroupId; readonly at: Milliseconds },
  property: HeldProperty,
): Unit<boolean> {
  const { binding, group, at } = input;
  const { name, item, value, shown = value } = property;
  if (name === "pins") {
    const pin = yield* first(roomHolds, { binding, name, item });
    // Of a pin that nothing is known of here the group knows: the gateway may have set it a moment ago.
    if (pin?.seen === value || at < (pin?.seenAt ?? at)) return false;
    yield* first(setSeen, { binding, name, item, value, at });
    return yield* differs(group, property, (yield* propertyNow(group, property)).value);
  }
  if (!isShown(name) && name !== "avatar")
    return yield* differs(group, property, (yield* propertyNow(group, property)).value);
  const seen = (yield* first(roomHolds, { binding, name, item }))?.seen ?? null;
  if (seen === shown) return false;
  yield* first(setSeen, { binding, name, item, value: shown, at });
  // Rooms don't say again which picture they have: the first word on it is news, unless they were asked for it.
  if (seen === null && (name !== "avatar" || property.read === true)) return false;
  return yield* differs(group, property, (yield* first(currentProperty, { group, name, item: "" }))?.value);
}

/** From what the group holds, or will hold once what is under way has come back. */
function* differs(group: GroupId, property: PropertyChange, held: string | undefined): Unit<boolean> {
  if (held !== property.value) return true;
  const coming = yield* valueUnderWay(group, property);
  return coming !== null && coming !== held;
}

/** Whether rooms show it, so that what they were last seen to hold is kept. */
export const isShown = (name: string): name is PropertyName =>
  (propertyNames as readonly string[]).includes(name);

/** Whether everybody may speak in the group now, as its roles have it at first. */
export function* speakingNow(group: GroupId): Unit<"all" | "some"> {
  for (const name of ["isModerated", "isReadOnly"] as const)
    if ((yield* propertyNow(group, { name, item: "" })).value === "true") return "some";
  return "all";
}

/**
 * Whether a room that has said this value itself was given another one by us before the value came back from the group's owner,
 * where it is what the group holds now.
 */
export function* wasOverwritten(input: {
  readonly binding: BindingId;
  readonly group: GroupId;
  readonly name: RoomPropertyName;
  readonly item: string;
  readonly seq: Seq;
  readonly value: string;
}): Unit<boolean> {
  const { group, seq, value } = input;
  if ((yield* propertyNow(group, input)).version !== seq) return false;
  const room = yield* first(roomHolds, input);
  return room !== undefined && room.set !== null && room.set === room.seen && room.set !== value;
}
