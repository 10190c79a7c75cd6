/** Groups as an operator looks at them. */
import type { ExpressionBuilder } from "kysely";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId, GroupUri, ProviderDomain, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, NativeRoom, Seq } from "../../ids.ts";
import type { FollowingTable } from "../federation-schema.ts";
import type { MemberTable, Tables } from "../schema.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { guestsOf } from "./guests.ts";

export interface GroupRow {
  readonly id: GroupId;
  readonly uri: GroupUri;
  /** The base domain of the gateway that owns it; null: this one. */
  readonly owner: ProviderDomain | null;
  readonly name: string | null;
  readonly topic: string | null;
  readonly state: "open" | "closed";
  readonly following: FollowingTable["state"] | null;
  readonly cause: string | null;
  readonly head: Seq | 0;
  readonly members: number;
  readonly rooms: number;
  readonly guests: number;
}

const propertyOf = (eb: ExpressionBuilder<Tables, "grp">, name: "name" | "topic") =>
  eb
    .selectFrom("property")
    .select("value")
    .whereRef("property.grp", "=", "grp.id")
    .where("property.name", "=", name)
    .where("item", "=", "");

const everyGroup = statement("group-reports.every")((db) =>
  db
    .selectFrom("grp")
    .leftJoin("following", "following.grp", "grp.id")
    .leftJoin("peer", "peer.id", "following.peer")
    .select([
      "grp.id",
      "grp.uri",
      "peer.base as owner",
      "grp.state",
      "following.state as following",
      "following.code as cause",
      "grp.head",
    ])
    .select((eb) => [
      propertyOf(eb, "name").as("name"),
      propertyOf(eb, "topic").as("topic"),
      eb
        .selectFrom("member")
        .select((member) => member.fn.countAll<number>().as("rows"))
        .whereRef("member.grp", "=", "grp.id")
        .where("member.state", "=", "joined")
        .as("members"),
      eb
        .selectFrom("binding")
        .select((binding) => binding.fn.countAll<number>().as("rows"))
        .whereRef("binding.grp", "=", "grp.id")
        .where("binding.state", "=", "live")
        .as("rooms"),
      eb
        .selectFrom("guest")
        .select((guest) => guest.fn.countAll<number>().as("rows"))
        .whereRef("guest.grp", "=", "grp.id")
        .where("guest.left_seq", "is", null)
        .as("guests"),
    ])
    .orderBy("grp.uri"),
);

/** Every group that is known here, those of other gateways too. */
export function* groupRows(): Unit<readonly GroupRow[]> {
  return (yield* all(everyGroup, {})).map((row) => ({
    ...row,
    name: row.name === "" ? null : row.name,
    topic: row.topic === "" ? null : row.topic,
    members: Number(row.members),
    rooms: Number(row.rooms),
    guests: Number(row.guests),
  }));
}

const roomsOf = statement<{ group: GroupId }>("group-reports.rooms")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("account", "account.id", "binding.account")
    .select(["account.native as account", "binding.native as room"])
    .where("binding.grp", "=", p.group)
    .where("binding.state", "=", "live")
    .orderBy("binding.id"),
);

export interface GroupParts {
  readonly row: GroupRow;
  readonly rooms: readonly { readonly account: string; readonly room: NativeRoom }[];
  readonly guests: ReturnType<typeof guestsOf> extends Unit<infer Guests> ? Guests : never;
}

/** One group with its rooms and guests. Throws group_unknown. */
export function* groupParts(uri: GroupUri): Unit<GroupParts> {
  const row = (yield* groupRows()).find((one) => one.uri === uri);
  if (!row) throw unknown(uri);
  return { row, rooms: yield* all(roomsOf, { group: row.id }), guests: yield* guestsOf(row.id) };
}

const unknown = (uri: GroupUri): GatewayError =>
  new GatewayError("group_unknown", `no group ${uri} is known here`);

const groupId = statement<{ uri: GroupUri }>("group-reports.id")((db, { p }) =>
  db.selectFrom("grp").select("id").where("uri", "=", p.uri),
);
const membersOf = statement<{ group: GroupId }>("group-reports.members")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .select(["user.uri", "user.name", "member.state", "member.role", "member.since_seq as since"])
    .where("member.grp", "=", p.group)
    .orderBy("user.uri"),
);

export interface MemberRow {
  readonly uri: UserUri;
  readonly name: string;
  readonly state: MemberTable["state"];
  readonly role: number | null;
  readonly since: Seq;
}

/** Everybody who is or was in a group. Throws group_unknown. */
export function* memberRows(uri: GroupUri): Unit<readonly MemberRow[]> {
  const found = yield* first(groupId, { uri });
  if (!found) throw unknown(uri);
  return yield* all(membersOf, { group: found.id });
}

const lastEvents = statement<{ group: GroupId; limit: number }>("group-reports.lastEvents")((db, { p }) =>
  db
    .selectFrom("event")
    .leftJoin("user", "user.id", "event.sender")
    .select([
      "event.seq",
      "event.id",
      "event.kind",
      "user.uri as sender",
      "event.accepted_at as at",
      "event.content",
    ])
    .where("event.grp", "=", p.group)
    .orderBy("event.seq", "desc")
    .limit(p.limit),
);

export interface EventRow {
  readonly seq: Seq;
  readonly id: EventId;
  readonly kind: EventKind;
  readonly sender: UserUri | null;
  readonly at: Milliseconds;
  /** null: it was erased. */
  readonly content: Uint8Array | null;
}

/** The last events of a group's log, the oldest first. Throws group_unknown. */
export function* lastEventRows(input: { uri: GroupUri; limit: number }): Unit<readonly EventRow[]> {
  const found = yield* first(groupId, input);
  if (!found) throw unknown(input.uri);
  return (yield* all(lastEvents, { group: found.id, limit: input.limit })).toReversed();
}
