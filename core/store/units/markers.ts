/** Up to where users have read (docs/mtp.md, Latest values): of each user and kind only the latest place counts. */
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { MessageName } from "../../bridge/inbound.ts";
import type { BindingId, GroupId, NativeId, PeerId, Seq, UserId } from "../../ids.ts";
import type { MarkerKind } from "../latest-values-schema.ts";
import { statement } from "../statement.ts";
import { first, type Unit } from "../unit.ts";
import { eventOf, lockGroup } from "./log.ts";
import { nextValue } from "./profiles.ts";

const standing = statement<{ group: GroupId; user: UserId; kind: MarkerKind }>("markers.standing")(
  (db, { p }) =>
    db
      .selectFrom("marker")
      .select("seq")
      .where("grp", "=", p.group)
      .where("user_id", "=", p.user)
      .where("kind", "=", p.kind),
);
const put = statement<{
  group: GroupId;
  user: UserId;
  kind: MarkerKind;
  id: EventId;
  seq: Seq;
  at: Milliseconds;
  n: number;
}>("markers.put")((db, { p }) =>
  db
    .insertInto("marker")
    .values({
      grp: p.group,
      user_id: p.user,
      kind: p.kind,
      event_id: p.id,
      seq: p.seq,
      at: p.at,
      n: p.n,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["grp", "user_id", "kind"])
        .doUpdateSet({ event_id: p.id, seq: p.seq, at: p.at, n: p.n }),
    ),
);
const joinedUser = statement<{ group: GroupId; uri: UserUri }>("markers.joinedUser")((db, { p }) =>
  db
    .selectFrom("user")
    .innerJoin("member", "member.user_id", "user.id")
    .select(["user.id", "user.name"])
    .where("user.uri", "=", p.uri)
    .where("member.grp", "=", p.group)
    .where("member.state", "=", "joined"),
);
const byNative = statement<{ binding: BindingId; name: NativeId }>("markers.byNative")((db, { p }) =>
  db
    .selectFrom("link")
    .select("event_id as id")
    .where("binding", "=", p.binding)
    .where("native", "=", p.name)
    .where("state", "=", "live")
    .limit(1),
);
const byAux = statement<{ binding: BindingId; name: NativeId }>("markers.byAux")((db, { p }) =>
  db
    .selectFrom("link")
    .select("event_id as id")
    .where("binding", "=", p.binding)
    .where("aux", "=", p.name)
    .where("state", "=", "live")
    .orderBy("at", "desc")
    .limit(1),
);

/** A user who is in a group, as he is called now. */
export function* joinedMember(
  group: GroupId,
  uri: UserUri,
): Unit<{ readonly id: UserId; readonly name: string } | undefined> {
  return yield* first(joinedUser, { group, uri });
}

/** A place that somebody has reached. */
export interface Reached {
  readonly kind: MarkerKind;
  readonly id: EventId;
  readonly at: Milliseconds;
}

/** Moves a user's marker in a group, whose lock must be held. False where the event is unknown, or no further on. */
export function* moveMarker(group: GroupId, user: UserId, { kind, id, at }: Reached): Unit<boolean> {
  const event = yield* first(eventOf, { group, id });
  if (!event) return false;
  const before = yield* first(standing, { group, user, kind });
  if (before && before.seq >= event.seq) return false;
  yield* first(put, { group, user, kind, id, at, seq: event.seq, n: yield* nextValue(group) });
  return true;
}

/** Somebody in one of our rooms, and what the room calls the message up to which he has got. */
export interface Reader {
  readonly binding: BindingId;
  readonly uri: UserUri;
  readonly kind: MarkerKind;
  /** Tried in their order. */
  readonly names: readonly MessageName[];
  readonly at: Milliseconds;
}

/** A marker that was moved, with the name of its user. */
export interface MovedMarker {
  readonly uri: UserUri;
  readonly name: string;
  readonly kind: MarkerKind;
  readonly id: EventId;
  /** The room that it came from; null: from another gateway. */
  readonly binding: BindingId | null;
}

export interface NotedMarkers {
  readonly moved: readonly MovedMarker[];
  /** Whose the group is; null: ours. */
  readonly ownerPeer: PeerId | null;
}

/** Notes up to where people in rooms of ours have read. Whoever is no member and what is not in the log count for nothing. */
export function* noteMarkers(input: { group: GroupId; readers: readonly Reader[] }): Unit<NotedMarkers> {
  const { group, readers } = input;
  const log = yield* first(lockGroup, { group });
  if (!log) return { moved: [], ownerPeer: null };
  const moved: MovedMarker[] = [];
  for (const { binding, uri, kind, names, at } of readers) {
    const user = yield* joinedMember(group, uri);
    const id = user && (yield* called(binding, names));
    if (id && (yield* moveMarker(group, user.id, { kind, id, at })))
      moved.push({ uri, name: user.name, kind, id, binding });
  }
  return { moved, ownerPeer: log.ownerPeer };
}

function* called(binding: BindingId, names: readonly MessageName[]): Unit<EventId | undefined> {
  for (const { by, name } of names) {
    const row = yield* first(by === "native" ? byNative : byAux, { binding, name: name as NativeId });
    if (row) return row.id;
  }
  return undefined;
}
