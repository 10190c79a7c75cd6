/** What is known of messages that something refers to: look-ups of both directions of a room. */
import type { Milliseconds } from "../../time.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { BindingId, GroupId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

/** A first version, as the log has it, with who wrote it. */
export interface RootRow {
  readonly root: EventId;
  readonly content: Uint8Array | null;
  readonly at: Milliseconds;
  readonly authorUri: UserUri | null;
  readonly authorName: string | null;
  readonly authorNative: string | null;
  readonly authorProvider: ProviderId | null;
  readonly originBinding: BindingId | null;
  /** Not null: it was deleted. */
  readonly deletedSeq: number | null;
}

export interface PartRow {
  readonly event: EventId;
  readonly native: string;
  readonly aux: string | null;
  readonly part: number;
}

const byNative = statement<{ binding: BindingId; native: string }>("relations.byNative")((db, { p }) =>
  db
    .selectFrom("link")
    .select(["event_id as id", "aux"])
    .where("binding", "=", p.binding)
    .where("native", "=", p.native as never)
    .where("state", "=", "live"),
);
const byAux = statement<{ binding: BindingId; aux: string }>("relations.byAux")((db, { p }) =>
  db
    .selectFrom("link")
    .select(["event_id as id", "aux"])
    .where("binding", "=", p.binding)
    .where("aux", "=", p.aux)
    .where("state", "=", "live")
    .orderBy("at", "desc")
    .limit(5),
);
const rootOf = statement<{ group: GroupId; id: EventId }>("relations.rootOf")((db, { p }) =>
  db
    .selectFrom("event as version")
    .innerJoin("event", (join) =>
      join
        .onRef("event.grp", "=", "version.grp")
        .on((eb) => eb("event.id", "=", eb.fn.coalesce("version.root_id", "version.id"))),
    )
    .leftJoin("user", "user.id", "event.sender")
    .select([
      "event.id as root",
      "event.content",
      "event.origin_at as at",
      "user.uri as authorUri",
      "user.name as authorName",
      "user.native as authorNative",
      "user.provider as authorProvider",
      "event.origin_binding as originBinding",
      "event.deleted_seq as deletedSeq",
    ])
    .where("version.id", "=", p.id)
    .where("version.grp", "=", p.group),
);
// In a peer's group what was said in a room may be referred to there before the owner has it in the log.
export const submitted = statement<{ group: GroupId; id: EventId }>("relations.submitted")((db, { p }) =>
  db
    .selectFrom("submission")
    .select((eb) => eb.fn.coalesce("root_id", "id").as("root"))
    .where("grp", "=", p.group)
    .where("id", "=", p.id),
);
const submittedRoot = statement<{ group: GroupId; root: EventId }>("relations.submittedRoot")(
  (db, { p, sql }) =>
    db
      .selectFrom("submission")
      .leftJoin("user", "user.id", "submission.sender")
      .select([
        "submission.id as root",
        "submission.content",
        "submission.origin_at as at",
        "user.uri as authorUri",
        "user.name as authorName",
        "user.native as authorNative",
        "user.provider as authorProvider",
        "submission.origin_binding as originBinding",
        sql<null>`null`.as("deletedSeq"),
      ])
      .where("submission.grp", "=", p.group)
      .where("submission.id", "=", p.root),
);
const latestSubmitted = statement<{ group: GroupId; root: EventId }>("relations.latestSubmitted")(
  (db, { p }) =>
    db
      .selectFrom("submission")
      .select("id")
      .where("grp", "=", p.group)
      .where("root_id", "=", p.root)
      .where("state", "in", ["pending", "served", "accepted"])
      .orderBy("n", "desc")
      .limit(1),
);
const latestOf = statement<{ group: GroupId; root: EventId }>("relations.latestOf")((db, { p }) =>
  db
    .selectFrom("event")
    .select("id")
    .where("grp", "=", p.group)
    .where("root_id", "=", p.root)
    .orderBy("seq", "desc")
    .limit(1),
);
const partsOf = statement<{ binding: BindingId; group: GroupId; root: EventId }>("relations.partsOf")(
  (db, { p }) =>
    db
      .selectFrom("link")
      .innerJoin("event", "event.id", "link.event_id")
      .select(["link.event_id as event", "link.native", "link.aux", "link.part"])
      .where("link.binding", "=", p.binding)
      .where("link.state", "=", "live")
      .where("event.grp", "=", p.group)
      .where((eb) => eb.or([eb("event.id", "=", p.root), eb("event.root_id", "=", p.root)]))
      .orderBy("event.seq")
      .orderBy("link.part"),
);
const linkOf = statement<{ binding: BindingId; event: EventId }>("relations.linkOf")((db, { p }) =>
  db
    .selectFrom("link")
    .select(["event_id as event", "native", "aux", "part"])
    .where("binding", "=", p.binding)
    .where("event_id", "=", p.event)
    .where("state", "=", "live")
    .orderBy("part")
    .limit(1),
);
const reactionRows = statement<{ group: GroupId; target: EventId }>("relations.reactionRows")((db, { p }) =>
  db
    .selectFrom("reaction")
    .innerJoin("user", "user.id", "reaction.user_id")
    .leftJoin("event", (join) =>
      join.onRef("event.grp", "=", "reaction.grp").onRef("event.id", "=", "reaction.event_id"),
    )
    .select([
      "event.origin_binding as originBinding",
      "reaction.event_id as id",
      "reaction.emoji",
      "reaction.seq",
      "reaction.gone_seq as goneSeq",
      "user.uri as author",
      "user.provider as provider",
      "user.native as native",
    ])
    .where("reaction.grp", "=", p.group)
    .where("reaction.target", "=", p.target)
    .orderBy("reaction.seq"),
);
const reactionById = statement<{ group: GroupId; id: EventId }>("relations.reactionById")((db, { p }) =>
  db
    .selectFrom("reaction")
    .select(["target", "emoji"])
    .where("grp", "=", p.group)
    .where("event_id", "=", p.id),
);
const userByUri = statement<{ uri: UserUri }>("relations.userByUri")((db, { p }) =>
  db.selectFrom("user").select(["native", "name", "provider"]).where("uri", "=", p.uri),
);
const openCount = statement<{ binding: BindingId }>("relations.openCount")((db, { p }) =>
  db.selectFrom("delivery").select("key").where("binding", "=", p.binding).limit(1),
);

export interface ReactionRow {
  readonly id: EventId;
  readonly emoji: string;
  readonly seq: number;
  readonly goneSeq: number | null;
  readonly author: UserUri;
  readonly provider: ProviderId;
  readonly native: string;
  /** The room in which it was given; null: one of another gateway. */
  readonly originBinding: BindingId | null;
}

export interface KnownRow extends RootRow {
  /** What bears the name: one of its versions, or itself. */
  readonly event: EventId;
  readonly aux: string | null;
  /** Its latest version. */
  readonly version: EventId;
}

interface Place {
  readonly binding: BindingId;
  readonly group: GroupId;
}

/** What the room calls `native`, or `aux` where that is asked for; newest first. */
export function* knownMessages(
  input: Place & { readonly name: string; readonly by: "native" | "aux" },
): Unit<readonly KnownRow[]> {
  const { binding, group, name } = input;
  const ids =
    input.by === "native"
      ? yield* all(byNative, { binding, native: name })
      : yield* all(byAux, { binding, aux: name });
  const known: KnownRow[] = [];
  for (const { id, aux } of ids) {
    const row = (yield* first(rootOf, { group, id })) ?? (yield* rootSubmitted(group, id));
    if (!row) continue;
    const at = { group, root: row.root };
    const latest = (yield* first(latestSubmitted, at)) ?? (yield* first(latestOf, at));
    known.push({ ...row, event: id, aux, version: latest?.id ?? row.root });
  }
  return known;
}

function* rootSubmitted(group: GroupId, id: EventId): Unit<RootRow | undefined> {
  const found = yield* first(submitted, { group, id });
  if (!found) return undefined;
  const { root } = found;
  return (yield* first(rootOf, { group, id: root })) ?? (yield* first(submittedRoot, { group, root }));
}

/** Whether calls to the room are under way, so that what is not known now may be in a moment. */
export function* callsUnderWay(binding: BindingId): Unit<boolean> {
  return (yield* first(openCount, { binding })) !== undefined;
}

/** A message of the log with all the native messages that carry it, or an edit of it, in a room. */
export function* messageInRoom(
  input: Place & { readonly id: EventId },
): Unit<{ readonly root: RootRow; readonly parts: readonly PartRow[] } | null> {
  const { binding, group, id } = input;
  const root = yield* first(rootOf, { group, id });
  if (!root) return null;
  return { root, parts: yield* all(partsOf, { binding, group, root: root.root }) };
}

/** What the room calls an event by itself, where it has a name of its own. */
export function* partOf(input: {
  readonly binding: BindingId;
  readonly event: EventId;
}): Unit<PartRow | undefined> {
  return yield* first(linkOf, input);
}

/** Every reaction to a message there ever was, in the log's order. */
export function* reactionsTo(input: { group: GroupId; target: EventId }): Unit<readonly ReactionRow[]> {
  return yield* all(reactionRows, input);
}

/** The message that a reaction is to. */
export function* reactionOf(input: {
  group: GroupId;
  id: EventId;
}): Unit<{ readonly target: EventId; readonly emoji: string } | undefined> {
  return yield* first(reactionById, input);
}

export interface UserRow {
  readonly native: string;
  readonly name: string;
  readonly provider: ProviderId;
}

export function* userOf(uri: UserUri): Unit<UserRow | undefined> {
  return yield* first(userByUri, { uri });
}
