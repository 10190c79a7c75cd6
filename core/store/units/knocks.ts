/** People of other gateways who ask to be let in to groups of ours (docs/mtp.md, Knocks). */
import { authorityOf, type GroupUri, type ProviderDomain, type UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { GroupId, KnockId, PeerId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import { peerSpeakingFor } from "./peer-of-host.ts";

const ownGroup = statement<{ uri: GroupUri }>("knocks.ownGroup")((db, { p }) =>
  db
    .selectFrom("grp")
    .leftJoin("following", "following.grp", "grp.id")
    .select("grp.id")
    .where("grp.uri", "=", p.uri)
    .where("grp.state", "=", "open")
    .where("following.grp", "is", null),
);
const standing = statement<{ group: GroupId; user: UserUri }>("knocks.standing")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .select("member.state")
    .where("member.grp", "=", p.group)
    .where("user.uri", "=", p.user),
);
const dropDone = statement<{ before: Milliseconds }>("knocks.dropDone")((db, { p }) =>
  db.deleteFrom("knock").where("state", "=", "done").where("at", "<=", p.before),
);
const countOf = statement<{ peer: PeerId }>("knocks.countOf")((db, { p }) =>
  db
    .selectFrom("knock")
    .select((eb) => eb.fn.countAll<number | string>().as("n"))
    .where("peer", "=", p.peer),
);
const put = statement<{
  group: GroupId;
  user: UserUri;
  peer: PeerId;
  reason: string;
  at: Milliseconds;
  before: Milliseconds;
}>("knocks.put")((db, { p }) =>
  db
    .insertInto("knock")
    .values({
      grp: p.group,
      user_uri: p.user,
      peer: p.peer,
      reason: p.reason,
      at: p.at,
      state: "open",
    })
    .onConflict((conflict) =>
      conflict
        .columns(["grp", "user_uri"])
        .doUpdateSet({ peer: p.peer, reason: p.reason, at: p.at, state: "open" })
        .where("knock.at", "<=", p.before),
    )
    .returning("n"),
);

/**
 * Keeps a knock for the operator. False, and nothing is kept: there is no such group of ours, the peer does not speak for the
 * user, he is in it or banned, has knocked there within `every` (M114), or the peer has `most` knocks here.
 */
export function* noteKnock(input: {
  group: GroupUri;
  user: UserUri;
  peer: PeerId;
  reason: string;
  every: Milliseconds;
  most: number;
  now: Milliseconds;
}): Unit<boolean> {
  const { user, peer, reason, now } = input;
  const before = now - input.every;
  yield* first(dropDone, { before });
  const found = yield* first(ownGroup, { uri: input.group });
  const speaker = yield* peerSpeakingFor({ domain: authorityOf(user), now });
  if (!found || speaker?.peer !== peer) return false;
  const group = found.id;
  const { state } = (yield* first(standing, { group, user })) ?? {};
  if (state === "joined" || state === "banned") return false;
  if (Number((yield* only(countOf, { peer })).n) >= input.most) return false;
  return (yield* first(put, { group, user, peer, reason, at: now, before })) !== undefined;
}

export interface KnockRow {
  readonly id: KnockId;
  readonly group: GroupUri;
  readonly user: UserUri;
  readonly base: ProviderDomain;
  /** As it came: what somebody else's user wrote. */
  readonly reason: string;
  readonly at: Milliseconds;
}

const open = statement("knocks.open")((db) =>
  db
    .selectFrom("knock")
    .innerJoin("grp", "grp.id", "knock.grp")
    .innerJoin("peer", "peer.id", "knock.peer")
    .select([
      "knock.n as id",
      "grp.uri as group",
      "knock.user_uri as user",
      "peer.base",
      "knock.reason",
      "knock.at",
    ])
    .where("knock.state", "=", "open")
    .orderBy("knock.n"),
);

/** Those that nobody has answered, the oldest first. */
export function* listKnocks(): Unit<readonly KnockRow[]> {
  return yield* all(open, {});
}

/** Throws knock_unknown, also where it is answered. */
export function* findKnock(id: KnockId): Unit<KnockRow> {
  const row = (yield* all(open, {})).find((one) => one.id === id);
  if (row) return row;
  throw new GatewayError("knock_unknown", `no knock ${id} waits here`);
}

const setDone = statement<{ id: KnockId }>("knocks.setDone")((db, { p }) =>
  db.updateTable("knock").set({ state: "done" }).where("n", "=", p.id),
);

/** Ends a knock, by whatever answer. Throws knock_unknown. */
export function* endKnock(input: {
  id: KnockId;
  act: "knock admit" | "knock drop";
  at: Milliseconds;
  actor: string;
}): Unit<KnockRow> {
  const { id, act, at, actor } = input;
  const row = yield* findKnock(id);
  yield* first(setDone, { id });
  yield* first(addAudit, { at, actor, act, subject: row.group, detail: row.user });
  return row;
}

const dropOfPeer = statement<{ peer: PeerId }>("knocks.dropOfPeer")((db, { p }) =>
  db.deleteFrom("knock").where("peer", "=", p.peer),
);

/** Forgets a peer's knocks (M107). */
export function* dropKnocks(peer: PeerId): Unit<void> {
  yield* first(dropOfPeer, { peer });
}
