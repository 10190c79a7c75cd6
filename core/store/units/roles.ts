/** The rules of a group: the roles that its log has set, and who may speak (docs/mtp.md, Roles and capabilities). */
import type {
  EventKind,
  GroupPropertyName,
  PropertyChange,
  RoleDefinition,
} from "../../../mappings/events.ts";
import type { GroupRules, JoinPolicy } from "../../../mappings/room-policy/deed.ts";
import { readRoleJson, roleJson } from "../../../mappings/room-policy/role-json.ts";
import { Roles, standardRoles } from "../../../mappings/room-policy/roles.ts";
import type { GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { propertyNow, setProperty } from "./properties.ts";

const roleRows = statement<{ group: GroupId }>("roles.ofGroup")((db, { p }) =>
  db.selectFrom("group_role").select("json").where("grp", "=", p.group).orderBy("idx"),
);
const dropRoles = statement<{ group: GroupId }>("roles.drop")((db, { p }) =>
  db.deleteFrom("group_role").where("grp", "=", p.group),
);
const addRole = statement<{ group: GroupId; index: number; json: string }>("roles.add")((db, { p }) =>
  db.insertInto("group_role").values({ grp: p.group, idx: p.index, json: p.json }),
);
// From now on the group's rules have to be looked up.
const setPoliced = statement<{ group: GroupId }>("roles.setPoliced")((db, { p }) =>
  db.updateTable("grp").set({ policed: 1 }).where("id", "=", p.group),
);

/** The roles that a group's log has set, in the order of their indexes; empty: none. */
export function* rolesOf(group: GroupId): Unit<readonly RoleDefinition[]> {
  const found: RoleDefinition[] = [];
  for (const { json } of yield* all(roleRows, { group })) {
    const role = readRoleJson(JSON.parse(json));
    if (role) found.push(role);
  }
  return found;
}

/** These are the roles from now on, whole. */
export function* setRoles(group: GroupId, roles: readonly RoleDefinition[]): Unit<void> {
  yield* first(dropRoles, { group });
  for (const role of roles)
    yield* first(addRole, { group, index: role.index, json: JSON.stringify(roleJson(role)) });
  yield* first(setPoliced, { group });
}

/** Properties that say who may speak. */
const RESTRICTING: readonly GroupPropertyName[] = ["isModerated", "isReadOnly"];

/** Lets a property's event take effect, also on the rules. */
export function* takeProperty(
  { group, user: by, seq }: { readonly group: GroupId; readonly user: UserId | null; readonly seq: Seq },
  property: PropertyChange,
): Unit<void> {
  yield* first(setProperty, { group, ...property, seq, by });
  if (RESTRICTING.includes(property.name)) yield* first(setPoliced, { group });
}

/** The rules of a group while a unit appends to its log; `rules` null: they are to be looked up. */
export interface Ruled {
  flags: PolicyFlags;
  rules: GroupRules | null;
}

/** To be called once an event is written that may change the rules. */
export function forgetRules(log: Ruled, kind: EventKind): void {
  if (kind !== "role" && kind !== "property") return;
  log.flags = { ...log.flags, policed: 1 };
  log.rules = null;
}

/** What the group's own row says of its rules. */
export interface PolicyFlags {
  readonly policed: number | null;
  readonly join: JoinPolicy | null;
}

/** The rules as they stand. A group that has set none costs no look-up. */
export function* rulesOf(group: GroupId, { policed, join: set }: PolicyFlags): Unit<GroupRules> {
  const join = set ?? "asserted";
  if (policed === null) return { roles: standardRoles, isModerated: false, isReadOnly: false, join };
  const roles = yield* rolesOf(group);
  const isOn = function* (name: "isModerated" | "isReadOnly"): Unit<boolean> {
    return (yield* propertyNow(group, { name, item: "" })).value === "true";
  };
  return {
    roles: roles.length === 0 ? standardRoles : new Roles(roles),
    isModerated: yield* isOn("isModerated"),
    isReadOnly: yield* isOn("isReadOnly"),
    join,
  };
}
