/** What holds in a group now, and who is in it, as a guest of ours is told (docs/mtp.md, The snapshot). */
import { BANNED, NO_MEMBER, ORDINARY } from "../../../mappings/room-policy/roles.ts";
import { roleJson } from "../../../mappings/room-policy/role-json.ts";
import type { GroupPropertyName } from "../../../mappings/events.ts";
import type { UserUri } from "../../../mappings/ids.ts";
import type { JoinPolicy } from "../../../mappings/room-policy/deed.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, Seq, UserId } from "../../ids.ts";
import type { MemberTable } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { rolesOf } from "./roles.ts";

/** How often it is read again because the group's log grew meanwhile. */
const MOST_ATTEMPTS = 20;

const groupRow = statement<{ group: GroupId }>("snapshot.group")((db, { p }) =>
  db
    .selectFrom("grp")
    .select(["head", "rev", "state"])
    .select(["join_policy as join", "history_policy as history", "retention_days as retentionDays"])
    .where("id", "=", p.group),
);
const propertyRows = statement<{ group: GroupId }>("snapshot.properties")((db, { p }) =>
  db
    .selectFrom("property")
    .leftJoin("user", "user.id", "property.by_user")
    .select(["property.name", "property.item", "property.value", "property.seq as version"])
    .select("user.uri as by")
    .where("property.grp", "=", p.group)
    .orderBy("property.name")
    .orderBy("property.item"),
);
const memberCount = statement<{ group: GroupId }>("snapshot.memberCount")((db, { p }) =>
  db
    .selectFrom("member")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("grp", "=", p.group)
    .where("state", "!=", "left"),
);

export interface SnapshotProperty {
  readonly name: GroupPropertyName;
  readonly item: string;
  readonly value: string;
  readonly version: Seq;
  readonly by: UserUri | null;
}
export interface Snapshot {
  readonly seq: Seq | 0;
  readonly rev: number;
  readonly state: "open" | "closed";
  readonly properties: readonly SnapshotProperty[];
  /** Each as the wire has it; empty: the log has set none. */
  readonly roles: readonly unknown[];
  readonly join: JoinPolicy;
  /** `none`, `days:N` or `all`. */
  readonly history: string;
  /** null: as the gateway keeps all groups. */
  readonly retentionDays: number | null;
  readonly members: number;
}

/**
 * All as it stood after one event (M83): whatever holds changes together with the head of the log, so that what was read while
 * the head stayed belongs together. Throws store_failed where the log never rests.
 */
export function* snapshotOf(group: GroupId): Unit<Snapshot> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { head: seq, rev, state, join, history, retentionDays } = yield* only(groupRow, { group });
    const properties = yield* all(propertyRows, { group });
    const roles = (yield* rolesOf(group)).map(roleJson);
    const { n } = yield* only(memberCount, { group });
    const after = yield* first(groupRow, { group });
    if (after?.head !== seq || after.rev !== rev || after.state !== state) continue;
    const policy = { join: join ?? "asserted", history: history ?? "none", retentionDays } as const;
    return { seq, rev, state, properties, roles, ...policy, members: n };
  }
  throw new GatewayError("store_failed", `the log of group ${group} grows faster than it can be read`);
}

const memberRows = statement<{ group: GroupId; after: UserId | 0; limit: number }>("snapshot.members")(
  (db, { p }) =>
    db
      .selectFrom("member")
      .innerJoin("user", "user.id", "member.user_id")
      .select(["member.user_id as id", "user.uri", "user.name", "member.state", "member.role"])
      .select(["member.version", "member.since_seq as since"])
      .where("member.grp", "=", p.group)
      .where("member.state", "!=", "left")
      .where("member.user_id", ">", p.after as UserId)
      .orderBy("member.user_id")
      .limit(p.limit),
);

export interface SnapshotMember {
  readonly id: UserId;
  /** Of a user or of a provider. */
  readonly uri: string;
  readonly name: string;
  readonly state: Exclude<MemberTable["state"], "left">;
  readonly role: number;
  readonly version: Seq;
}

/** A page of those who are in a group, invited or banned, as it stands at this moment (M84); `after`: the last of the page before. */
export function* membersPage(page: {
  readonly group: GroupId;
  readonly after: UserId | 0;
  readonly limit: number;
}): Unit<{ readonly members: readonly SnapshotMember[]; readonly more: boolean }> {
  const rows = yield* all(memberRows, { ...page, limit: page.limit + 1 });
  const members = rows.slice(0, page.limit).flatMap(({ id, uri, name, state, role, version, since }) => {
    if (state === "left") return [];
    return [{ id, uri, name, state, role: role ?? FIRST_ROLE[state], version: version ?? since }];
  });
  return { members, more: rows.length > page.limit };
}

/** Of those whose role no event has set. */
const FIRST_ROLE = { joined: ORDINARY, invited: NO_MEMBER, banned: BANNED } as const;
