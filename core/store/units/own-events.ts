/** What the operator of a group of ours writes into its log: events without sender, which nobody judges (docs/mtp.md, M55). */
import { randomBytes } from "node:crypto";
import {
  encodeErasure,
  encodeMember,
  encodeModeration,
  encodeProperty,
} from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { Erasure } from "../../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { Standing } from "../../../mappings/room-policy/deed.ts";
import { holdsAlready } from "../../../mappings/room-policy/judge-member.ts";
import { BANNED } from "../../../mappings/room-policy/roles.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { applyEffects, type RoomsToWake, type StateContent } from "./carried-events.ts";
import { memberDeed } from "./judging.ts";
import { addOwnersEvent, liveRooms, lockGroup, moveHead } from "./log.ts";
import { standingIn } from "./members.ts";
import { propertyNow } from "./properties.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { rulesOf } from "./roles.ts";

/** Roles change by themselves, and what is opaque says nothing. */
export type OwnContent = Exclude<StateContent, { readonly kind: "role" }>;

export interface OwnEventInput {
  readonly uri: GroupUri;
  readonly says: OwnContent;
  readonly at: Milliseconds;
  readonly actor: string;
  /** What he did, for the audit. */
  readonly act: string;
  readonly detail: string;
}

export interface OwnEvent {
  readonly group: GroupId;
  readonly id: EventId;
  /** null: it says what holds already, and nothing was written. */
  readonly seq: Seq | null;
  readonly rooms: RoomsToWake;
}

const groupRow = statement<{ uri: GroupUri }>("own-events.group")((db, { p }) =>
  db
    .selectFrom("grp")
    .leftJoin("following", "following.grp", "grp.id")
    .leftJoin("peer", "peer.id", "following.peer")
    .select(["grp.id", "peer.base as owner"])
    .where("grp.uri", "=", p.uri),
);
const memberRow = statement<{ group: GroupId; uri: UserUri }>("own-events.member")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .select(["member.state"])
    .where("member.grp", "=", p.group)
    .where("user.uri", "=", p.uri),
);
const eventsNamed = statement<{ group: GroupId; from: EventId; to: EventId }>("own-events.named")(
  (db, { p }) =>
    db
      .selectFrom("event")
      .select("id")
      .where("grp", "=", p.group)
      .where("id", ">=", p.from)
      .where("id", "<", p.to)
      .limit(2),
);

/** The group of ours with this URI. Throws group_unknown; group_foreign where another gateway owns it. */
export function* ownGroup(uri: GroupUri): Unit<GroupId> {
  const row = yield* first(groupRow, { uri });
  if (!row) throw new GatewayError("group_unknown", `no group ${uri} is known here`);
  if (row.owner !== null)
    throw new GatewayError("group_foreign", `${uri} is a group of ${row.owner}: ask its operator for that`);
  return row.id;
}

/**
 * Writes an event of the group's owner itself into the log, with its effect. Throws as ownGroup, and member_unknown,
 * role_unknown and event_unknown for what it names and the group does not have.
 */
export function* writeOwnEvent(input: OwnEventInput): Unit<OwnEvent> {
  const { uri, says, at: now, actor, act } = input;
  const group = yield* ownGroup(uri);
  const log = yield* only(lockGroup, { group });
  if (log.state === "closed") throw new GatewayError("group_unknown", `the group ${uri} has ended`);
  const met: MetUsers = new Map();
  const standings = new Map<UserId, Standing>();
  const salt = randomBytes(SALT_OCTETS);
  const content = encode(says, salt);
  const id = eventId(says.kind, "", uri, content, salt);
  yield* checkNames(group, says);
  if (yield* holds(group, says, met, standings)) return { group, id, seq: null, rooms: [] };
  if (says.kind === "member" && says.member.change === "role") yield* checkRole(group, log, says.member.role);
  const seq = (log.head + 1) as Seq;
  const acceptedAt = Math.max(now, log.accepted_at);
  yield* first(addOwnersEvent, { group, seq, id, kind: says.kind, acceptedAt, now, content });
  const does = { id, effect: { kind: "none" }, act: null, says } as const;
  yield* applyEffects({ group, user: null, seq, at: now }, does, met, standings);
  yield* first(moveHead, { group, head: seq, at: acceptedAt });
  yield* first(addAudit, { at: now, actor, act, subject: uri, detail: input.detail });
  return { group, id, seq, rooms: yield* all(liveRooms, { group, but: 0 }) };
}

function encode(says: OwnContent, salt: Uint8Array): Uint8Array {
  switch (says.kind) {
    case "property":
      return encodeProperty(says.property, salt);
    case "member":
      return encodeMember(says.member, salt);
    case "moderate":
      return encodeModeration(says.moderation, salt);
    case "erase":
      return encodeErasure(says.erasure, salt);
  }
}

function* checkNames(group: GroupId, says: OwnContent): Unit<void> {
  switch (says.kind) {
    case "property":
      return;
    case "member": {
      const { user, change } = says.member;
      // Somebody may be banned before he comes.
      if (change === "ban" || change === "unban") return;
      const state = yield* stateOf(group, user as UserUri);
      if (state === "joined" || state === "invited") return;
      throw new GatewayError("member_unknown", `${user} is not in the group`);
    }
    case "moderate":
      yield* stateOf(group, says.moderation.user as UserUri);
      return;
    case "erase":
      if (says.erasure.of === "user") yield* stateOf(group, says.erasure.user as UserUri);
  }
}

function* stateOf(group: GroupId, uri: UserUri): Unit<string> {
  const row = yield* first(memberRow, { group, uri });
  if (row) return row.state;
  throw new GatewayError("member_unknown", `${uri} is not and was not in the group`);
}

function* holds(
  group: GroupId,
  says: OwnContent,
  met: MetUsers,
  standings: Map<UserId, Standing>,
): Unit<boolean> {
  switch (says.kind) {
    case "property":
      return (yield* propertyNow(group, says.property)).value === says.property.value;
    case "member": {
      const { id } = yield* userByUri(met, says.member.user as UserUri, null);
      return holdsAlready(memberDeed(says.member, yield* standingIn({ standings }, group, id), false));
    }
    case "moderate": {
      const { id } = yield* userByUri(met, says.moderation.user as UserUri, null);
      const { mutedUntil } = yield* standingIn({ standings }, group, id);
      return says.moderation.act === "unmute" && mutedUntil === null;
    }
    case "erase":
      return false;
  }
}

function* checkRole(group: GroupId, flags: Parameters<typeof rulesOf>[1], role: number | null): Unit<void> {
  const { roles } = yield* rulesOf(group, flags);
  if (role !== null && role > BANNED && roles.has(role)) return;
  throw new GatewayError("role_unknown", `the group has no role ${role ?? ""} that could be given`);
}

/** The events of a group that these name by their ids or by how those begin. Throws event_unknown. */
export function* eventsByName(input: {
  group: GroupId;
  names: readonly string[];
}): Unit<Extract<Erasure, { readonly of: "events" }>["ids"]> {
  const ids: EventId[] = [];
  for (const name of input.names) {
    const range = { from: name as EventId, to: `${name}g` as EventId };
    const [found, other] = NAME.test(name) ? yield* all(eventsNamed, { group: input.group, ...range }) : [];
    if (!found) throw new GatewayError("event_unknown", `no event's id in that group begins with ${name}`);
    if (other)
      throw new GatewayError("event_unknown", `several events' ids begin with ${name}: write more of it`);
    ids.push(found.id);
  }
  return ids;
}

/** At least as many digits as nobody meets by chance. */
const NAME = /^[0-9a-f]{8,64}$/;
