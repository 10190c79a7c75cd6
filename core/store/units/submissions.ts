/** What our users said in groups of peers, until the owners have it in their logs. */
import { decodeProperty } from "../../../mappings/event-content.ts";
import type { EventKind, PropertyChange } from "../../../mappings/events.ts";
import type { EventId, GroupUri, SaidKey, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { BindingId, GroupId, NativeId, PeerId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { DECLINED } from "./following.ts";

/** Written in place of an event where the group's owner is a peer. No row back: it is there already. */
export const addSubmission = statement<{
  group: GroupId;
  id: EventId;
  kind: EventKind;
  sender: UserId | null;
  content: Uint8Array;
  root: EventId | null;
  binding: BindingId;
  originAt: Milliseconds;
  receivedAt: Milliseconds;
  native: NativeId | null;
  aux: string | null;
  passed: string | null;
  saidKey: SaidKey | null;
}>("submissions.add")((db, { p }) =>
  db
    .insertInto("submission")
    .values({
      grp: p.group,
      id: p.id,
      kind: p.kind,
      sender: p.sender,
      content: p.content,
      root_id: p.root,
      proof: null,
      origin_binding: p.binding,
      origin_at: p.originAt,
      received_at: p.receivedAt,
      native: p.native,
      aux: p.aux,
      passed: p.passed,
      said_key: p.saidKey,
      state: "pending",
      code: null,
      told_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("n"),
);

/** A submission as it is served to the owner, who makes nothing of it that it does not say. */
export interface PendingSubmission {
  /** Grows in the order in which things were said in the group: what the guest's cursor is made of. */
  readonly n: number;
  readonly id: EventId;
  readonly kind: EventKind;
  readonly sender: UserUri | null;
  readonly senderName: string | null;
  readonly originAt: Milliseconds;
  readonly content: Uint8Array;
  /** null: to be signed by whoever serves it. */
  readonly proof: Uint8Array | null;
}

const waitingGroups = statement<{ peer: PeerId }>("submissions.waitingGroups")((db, { p }) =>
  db
    .selectFrom("following")
    .innerJoin("grp", "grp.id", "following.grp")
    .select(["grp.id as group", "grp.uri"])
    .where("following.peer", "=", p.peer)
    .where((eb) => eb.or([eb("following.state", "=", "following"), eb("following.code", "=", DECLINED)]))
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom("submission")
          .select("submission.n")
          .whereRef("submission.grp", "=", "following.grp")
          .where("submission.state", "in", ["pending", "served"]),
      ),
    )
    .orderBy("grp.id"),
);
const waiting = statement<{ group: GroupId; after: number; limit: number }>("submissions.waiting")(
  (db, { p }) =>
    db
      .selectFrom("submission")
      .leftJoin("user", "user.id", "submission.sender")
      .select([
        "submission.n",
        "submission.id",
        "submission.kind",
        "user.uri as sender",
        "user.name as senderName",
        "submission.origin_at as originAt",
        "submission.content",
        "submission.proof",
      ])
      .where("submission.grp", "=", p.group)
      .where("submission.state", "in", ["pending", "served"])
      .where("submission.n", ">", p.after)
      .orderBy("submission.n")
      .limit(p.limit),
);

/** Groups of a peer's in which something of ours waits for it. */
export function* groupsWaiting(
  peer: PeerId,
): Unit<readonly { readonly group: GroupId; readonly uri: GroupUri }[]> {
  return yield* all(waitingGroups, { peer });
}

/**
 * What waits for a peer in groups of its own, each group's after the cursor that the peer named, at most `limit` in all and
 * shared fairly. What was served before comes again until its verdict or the event itself has come.
 */
export function* pendingFor(input: {
  peer: PeerId;
  groups: readonly { readonly group: GroupId; readonly after: number }[];
  limit: number;
}): Unit<ReadonlyMap<GroupId, readonly PendingSubmission[]>> {
  const { peer, groups, limit } = input;
  const filled = new Set((yield* all(waitingGroups, { peer })).map(({ group }) => group));
  const wanted = groups.filter(({ group }) => filled.has(group));
  const found = new Map<GroupId, readonly PendingSubmission[]>();
  let left = limit;
  for (const [i, { group, after }] of wanted.entries()) {
    const share = Math.ceil(left / (wanted.length - i));
    if (share <= 0) break;
    const rows = yield* all(waiting, { group, after, limit: share });
    left -= rows.length;
    if (rows.length > 0) found.set(group, rows);
  }
  return found;
}

const setServed = statement<{ group: GroupId; id: EventId; proof: Uint8Array | null }>(
  "submissions.setServed",
)((db, { p }) =>
  db
    .updateTable("submission")
    .set({ state: "served", proof: p.proof })
    .where("grp", "=", p.group)
    .where("id", "=", p.id)
    .where("state", "=", "pending")
    .returning("n"),
);

/**
 * Notes that these leave now, with their proofs: from here on the owner may have them. Gives those that may be sent; one
 * that was withdrawn in this moment is not among them.
 */
export function* markServed(input: {
  group: GroupId;
  served: readonly { readonly id: EventId; readonly proof: Uint8Array | null }[];
}): Unit<readonly EventId[]> {
  const { group } = input;
  const sendable: EventId[] = [];
  for (const { id, proof } of input.served) {
    const moved = yield* first(setServed, { group, id, proof });
    if (moved || (yield* first(stateOf, { group, id }))?.state === "served") sendable.push(id);
  }
  return sendable;
}

const stateOf = statement<{ group: GroupId; id: EventId }>("submissions.stateOf")((db, { p }) =>
  db.selectFrom("submission").select("state").where("grp", "=", p.group).where("id", "=", p.id),
);
const waitingOf = statement<{ group: GroupId; sender: UserId }>("submissions.waitingOf")((db, { p }) =>
  db
    .selectFrom("submission")
    .select("n")
    .where("grp", "=", p.group)
    .where("state", "in", ["pending", "served", "accepted"])
    .where("sender", "=", p.sender)
    .limit(1),
);

/** Whether something of this user's is under way, so that what holds of him is not known before it has come back. */
export function* isUnderWay(input: { group: GroupId; sender: UserId }): Unit<boolean> {
  return (yield* first(waitingOf, input)) !== undefined;
}

const saidBy = statement<{ group: GroupId; key: SaidKey }>("submissions.saidBy")((db, { p }) =>
  db
    .selectFrom("submission")
    .select("n")
    .where("grp", "=", p.group)
    .where("said_key", "=", p.key)
    .where("state", "in", ["pending", "served", "accepted"])
    .limit(1),
);

/** Whether the same is under way as another event: its room tells it otherwise than it did before the store was restored. */
export function* isSaidAgain(input: { group: GroupId; key: SaidKey }): Unit<boolean> {
  return (yield* first(saidBy, input)) !== undefined;
}

const settingsOf = statement<{ group: GroupId }>("submissions.settingsOf")((db, { p }) =>
  db
    .selectFrom("submission")
    .select("content")
    .where("grp", "=", p.group)
    .where("kind", "=", "property")
    .where("state", "in", ["pending", "served", "accepted"])
    .orderBy("n", "desc"),
);

/** What a property is to be by the last of ours that is under way. null: none is. */
export function* valueUnderWay(
  group: GroupId,
  { name, item }: Pick<PropertyChange, "name" | "item">,
): Unit<string | null> {
  for (const { content } of yield* all(settingsOf, { group })) {
    const said = decodeProperty(content);
    if (said.name === name && said.item === item) return said.value;
  }
  return null;
}

/** An event of ours has come back: the row goes, and says where it was said. */
export const takeSubmission = statement<{ group: GroupId; id: EventId }>("submissions.take")((db, { p }) =>
  db
    .deleteFrom("submission")
    .where("grp", "=", p.group)
    .where("id", "=", p.id)
    .returning(["origin_binding as binding", "received_at as receivedAt", "proof", "passed"])
    .returning("said_key as saidKey"),
);
