/** As guest: what holds in a group that is followed, as the owner's snapshot and its list of members say (docs/mtp.md, M85). */
import type { PropertyChange, RoleDefinition } from "../../../mappings/events.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import type { JoinPolicy } from "../../../mappings/room-policy/deed.ts";
import type { GroupId, Seq } from "../../ids.ts";
import type { MemberTable } from "../schema.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { checkFence, type Fence } from "./fence.ts";
import { UNREAD } from "./following.ts";
import { lockGroup } from "./log.ts";
import { putMember } from "./members.ts";
import { setProperty } from "./properties.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { setRoles } from "./roles.ts";

/** A row of the list of members. */
export interface StatedMember {
  /** Of a user or of a provider. */
  readonly uri: UserUri;
  /** null: it is not said. */
  readonly name: string | null;
  readonly state: Exclude<MemberTable["state"], "left">;
  readonly role: number;
  readonly version: Seq;
}

export interface GroupState {
  /** Each with its version; that who has set it is not known here is no loss. */
  readonly properties: readonly (PropertyChange & { readonly version: Seq })[];
  /** Empty: the log has set none. */
  readonly roles: readonly RoleDefinition[];
  readonly join: JoinPolicy;
  /** `none`, `days:N` or `all`. */
  readonly history: string;
  readonly members: readonly StatedMember[];
}

const forgetVersions = statement<{ group: GroupId }>("take-state.forgetVersions")((db, { p }) =>
  db
    .updateTable("member")
    .set({ version: 0 as Seq })
    .where("grp", "=", p.group),
);
const dropUnnamed = statement<{ group: GroupId }>("take-state.dropUnnamed")((db, { p }) =>
  db
    .deleteFrom("member")
    .where("grp", "=", p.group)
    .where("version", "=", 0 as Seq),
);
const dropProperties = statement<{ group: GroupId }>("take-state.dropProperties")((db, { p }) =>
  db.deleteFrom("property").where("grp", "=", p.group),
);
const setPolicy = statement<{ group: GroupId; join: JoinPolicy; history: string }>("take-state.setPolicy")(
  (db, { p }) =>
    db.updateTable("grp").set({ join_policy: p.join, history_policy: p.history }).where("id", "=", p.group),
);

/**
 * Adds what holds to what the log has said: of two versions the higher counts, whichever came first. `instead`: what is known
 * was of another log, and what does not stand here is no more.
 */
export function* applyGroupState(group: GroupId, state: GroupState, instead: boolean): Unit<void> {
  if (instead) {
    yield* first(forgetVersions, { group });
    yield* first(dropProperties, { group });
  }
  for (const { name, item, value, version } of state.properties)
    yield* first(setProperty, { group, name, item, value, seq: version, by: null });
  if (instead || state.roles.length > 0) yield* setRoles(group, state.roles);
  const met: MetUsers = new Map();
  for (const { uri, name, state: stands, role, version } of state.members) {
    const { id: user } = yield* userByUri(met, uri, name);
    yield* first(putMember, { group, user, state: stands, role, seq: version });
  }
  if (instead) yield* first(dropUnnamed, { group });
  yield* first(setPolicy, { group, join: state.join, history: state.history });
}

const setUnread = statement<{ group: GroupId; code: string | null }>("take-state.setUnread")((db, { p }) =>
  db
    .updateTable("following")
    .set({ code: p.code })
    .where("grp", "=", p.group)
    .where("state", "=", "following"),
);

/** Notes that what holds in a group is still to be read: it was not followed before. */
export function* noteUnread(group: GroupId): Unit<void> {
  yield* first(setUnread, { group, code: UNREAD });
}

/** What holds in a group that is followed from now on. Throws lane_lost. */
export function* takeGroupState(input: {
  readonly fence: Fence;
  readonly group: GroupId;
  readonly state: GroupState;
}): Unit<void> {
  const { fence, group, state } = input;
  yield* checkFence(fence);
  yield* first(lockGroup, { group });
  yield* applyGroupState(group, state, false);
  yield* first(setUnread, { group, code: null });
}
