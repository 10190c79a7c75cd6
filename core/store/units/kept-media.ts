/** Files that guests leave with this gateway before an event names them (docs/mtp.md, M120). */
import type { EventId } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, MediaId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";

export interface KeptMedia {
  readonly id: MediaId;
  readonly group: GroupId;
  readonly peer: PeerId;
  /** SHA-256 of the octets, as base64url. */
  readonly digest: string;
  readonly type: string;
  readonly size: number;
  readonly at: Milliseconds;
}

const insertKept = statement<KeptMedia>("kept-media.insert")((db, { p }) =>
  db
    .insertInto("media")
    .values({
      id: p.id,
      grp: p.group,
      event_id: null,
      account: null,
      source: null,
      peer: p.peer,
      digest: p.digest,
      type: p.type,
      size: p.size,
      state: "live",
      created_at: p.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id"),
);
const findKept = statement<{ id: MediaId }>("kept-media.find")((db, { p }) =>
  db.selectFrom("media").select(["grp", "peer", "digest", "state"]).where("id", "=", p.id),
);

/** `new`, `same`: the same octets are there already; `conflict`: others are, or they are not the peer's. */
export function* keepMedia(file: KeptMedia): Unit<"new" | "same" | "conflict"> {
  if (yield* first(insertKept, file)) return "new";
  const { grp, peer, digest, state } = yield* only(findKept, { id: file.id });
  const same = grp === file.group && peer === file.peer && digest === file.digest && state === "live";
  return same ? "same" : "conflict";
}

const unnamedBytes = statement<{ peer: PeerId }>("kept-media.unnamedBytes")((db, { p, sql }) =>
  db
    .selectFrom("media")
    .select(sql<number>`cast(coalesce(sum(size), 0) as bigint)`.as("octets"))
    .where("peer", "=", p.peer)
    .where("event_id", "is", null)
    .where("state", "=", "live"),
);

/** Octets that a peer has left here and no event names. */
export function* unnamedOctets(peer: PeerId): Unit<number> {
  return (yield* only(unnamedBytes, { peer })).octets;
}

const nameKept = statement<{ id: MediaId; group: GroupId; peer: PeerId; event: EventId }>("kept-media.name")(
  (db, { p }) =>
    db
      .updateTable("media")
      .set({ event_id: p.event })
      .where("id", "=", p.id)
      .where("grp", "=", p.group)
      .where("peer", "=", p.peer)
      .where("event_id", "is", null),
);

const NAMED = /\/media\/([A-Za-z0-9_-]{22,64})/g;
/** Files of one event beyond these are not looked for. */
const MOST_NAMED = 256;

/**
 * The log has taken an event of a guest: the files that it names, and the guest has left here, are kept. Their URLs stand in the
 * content as they are, whatever its kind.
 */
export function* nameMedia(input: {
  readonly group: GroupId;
  readonly peer: PeerId;
  readonly event: EventId;
  readonly content: Uint8Array;
}): Unit<void> {
  const { group, peer, event, content } = input;
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("latin1");
  const ids = new Set([...text.matchAll(NAMED)].flatMap((match) => match[1] ?? []));
  for (const id of [...ids].slice(0, MOST_NAMED))
    yield* first(nameKept, { id: id as MediaId, group, peer, event });
}

const dropUnnamedBefore = statement<{ before: Milliseconds }>("kept-media.dropUnnamed")((db, { p }) =>
  db.deleteFrom("media").where("event_id", "is", null).where("created_at", "<", p.before).returning("id"),
);

/** Forgets what no event has named; the files themselves are the caller's. */
export function* dropUnnamedMedia(before: Milliseconds): Unit<readonly MediaId[]> {
  return (yield* all(dropUnnamedBefore, { before })).map(({ id }) => id);
}

/** Which of these are no live files of ours. */
export function* notKept(ids: readonly MediaId[]): Unit<readonly MediaId[]> {
  const gone: MediaId[] = [];
  for (const id of ids) if ((yield* first(findKept, { id }))?.state !== "live") gone.push(id);
  return gone;
}
