import type { PropertyName } from "../../../mappings/events.ts";
import type { BindingId, GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";

export const setProperty = statement<{
  group: GroupId;
  name: PropertyName;
  value: string;
  seq: Seq;
  by: UserId | null;
}>("properties.setProperty")((db, { p }) =>
  db
    .insertInto("property")
    .values({ grp: p.group, name: p.name, item: "", value: p.value, seq: p.seq, by_user: p.by })
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
const currentProperty = statement<{ group: GroupId; name: PropertyName }>("properties.currentProperty")(
  (db, { p }) =>
    db.selectFrom("property").select("value").where("grp", "=", p.group).where("name", "=", p.name),
);
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
  property: { readonly name: PropertyName; readonly value: string },
): Unit<boolean> {
  const { binding, group } = input;
  const seen = (yield* first(lastSeen, { binding, name: property.name }))?.value ?? null;
  if (seen === property.value) return false;
  yield* first(setSeen, { binding, ...property });
  if (seen === null) return false;
  return (yield* first(currentProperty, { group, name: property.name }))?.value !== property.value;
}
