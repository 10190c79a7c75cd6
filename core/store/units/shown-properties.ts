/** What a linked room is called and about, as far as the store knows it. */
import { type PropertyName, propertyNames } from "../../../mappings/events.ts";
import type { BindingId, GroupId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";
import { propertyNow } from "./properties.ts";

const lastSeen = statement<{ binding: BindingId }>("shown-properties.lastSeen")((db, { p }) =>
  db
    .selectFrom("binding_property")
    .select(["name", "last_seen as seen"])
    .where("binding", "=", p.binding)
    .where("item", "=", ""),
);

/** As the room was last seen to hold them; what nobody has looked at there, as its group holds it. */
export function* shownProperties(room: {
  readonly id: BindingId;
  readonly group: GroupId;
}): Unit<Readonly<Record<PropertyName, string>>> {
  const rows = yield* all(lastSeen, { binding: room.id });
  const shown: Partial<Record<PropertyName, string>> = {};
  for (const name of propertyNames) {
    const seen = rows.find((row) => row.name === name)?.seen ?? null;
    shown[name] = seen ?? (yield* propertyNow(room.group, { name, item: "" })).value;
  }
  return { name: "", topic: "", ...shown };
}
