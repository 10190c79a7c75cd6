import {
  type GroupPropertyName,
  type PropertyChange,
  type PropertyName,
  propertyNames,
} from "../../../mappings/events.ts";
import type { BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

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
      conflict.columns(["grp", "name", "item"]).doUpdateSet({ value: p.value, seq: p.seq, by_user: p.by }),
    ),
);
const setSeen = statement<{ binding: BindingId; name: PropertyName; value: string }>("properties.setSeen")(
  (db, { p }) =>
    db
      .insertInto("binding_property")
      .values({ binding: p.binding, name: p.name, item: "", last_set: null, last_seen: p.value })
      .onConflict((conflict) =>
        conflict.columns(["binding", "name", "item"]).doUpdateSet({ last_seen: p.value }),
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

const lastSeen = statement<{ binding: BindingId; name: PropertyName }>("properties.lastSeen")((db, { p }) =>
  db
    .selectFrom("binding_property")
    .select("last_seen as value")
    .where("binding", "=", p.binding)
    .where("name", "=", p.name),
);
/**
 * A property is state: what the room was last seen to hold is nothing new, nor is what it held when it was first
 * looked at, and what the group holds already is only noted.
 */
export function* isChange(
  input: { readonly binding: BindingId; readonly group: GroupId },
  property: PropertyChange,
): Unit<boolean> {
  const { binding, group } = input;
  const { name, value } = property;
  if (!isShown(name)) return (yield* propertyNow(group, property)).value !== value;
  const seen = (yield* first(lastSeen, { binding, name }))?.value ?? null;
  if (seen === value) return false;
  yield* first(setSeen, { binding, name, value });
  if (seen === null) return false;
  return (yield* first(currentProperty, { group, name, item: "" }))?.value !== value;
}

/** Whether rooms show it, so that what they were last seen to hold is kept. */
const isShown = (name: GroupPropertyName): name is PropertyName =>
  (propertyNames as readonly string[]).includes(name);
