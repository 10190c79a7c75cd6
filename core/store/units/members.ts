import { randomBytes } from "node:crypto";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { GroupUri, UserUri } from "../../../mappings/ids.ts";
import type { GroupId, ProviderId, Seq, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { addEvent, type EventPlace } from "./log.ts";

const findUser = statement<{ provider: ProviderId; native: string }>("members.findUser")((db, { p }) =>
  db
    .selectFrom("user")
    .select(["id", "name"])
    .where("provider", "=", p.provider)
    .where("native", "=", p.native),
);
const addUser = statement<{ uri: UserUri; provider: ProviderId; native: string; name: string }>(
  "members.addUser",
)((db, { p }) =>
  db
    .insertInto("user")
    .values({ uri: p.uri, provider: p.provider, native: p.native, name: p.name, profile_rev: 1 })
    // Another group may have met the same user in this moment.
    .onConflict((conflict) => conflict.columns(["provider", "native"]).doUpdateSet({ name: p.name }))
    .returning("id"),
);
export const renameUser = statement<{ user: UserId; name: string }>("members.renameUser")((db, { p }) =>
  db
    .updateTable("user")
    .set((eb) => ({ name: p.name, profile_rev: eb("profile_rev", "+", 1) }))
    .where("id", "=", p.user),
);
export const findMember = statement<{ group: GroupId; user: UserId }>("members.findMember")((db, { p }) =>
  db.selectFrom("member").select("state").where("grp", "=", p.group).where("user_id", "=", p.user),
);
export const addMember = statement<{ group: GroupId; user: UserId; seq: Seq }>("members.addMember")(
  (db, { p }) =>
    db
      .insertInto("member")
      .values({ grp: p.group, user_id: p.user, state: "joined", since_seq: p.seq })
      .onConflict((conflict) => conflict.columns(["grp", "user_id"]).doUpdateSet({ state: "joined" })),
);
// Known by his URI alone until now: his own events came back before he was met.
const adoptUser = statement<{ uri: UserUri; provider: ProviderId; native: string; name: string }>(
  "members.adoptUser",
)((db, { p }) =>
  db
    .updateTable("user")
    .set({ native: p.native, name: p.name })
    .where("uri", "=", p.uri)
    .where("provider", "=", p.provider)
    .returning("id"),
);
/** Whoever said or did something, as he is to be known from now on. */
export interface Sender {
  readonly uri: UserUri;
  readonly native: string;
  readonly name: string;
}

/** A group's log while one unit appends to it. */
export interface GrowingLog {
  head: number;
  readonly acceptedAt: number;
  /** Members that this unit has met already, by native id. */
  readonly met: Map<string, { readonly user: UserId; readonly name: string }>;
}

/** The row of somebody of a provider of ours, under the name that he has now. */
export function* metUser(
  provider: ProviderId,
  log: Pick<GrowingLog, "met">,
  sender: Sender,
): Unit<{ readonly user: UserId; readonly before: "met" | "known" | "unknown" }> {
  const met = log.met.get(sender.native);
  if (met?.name === sender.name) return { user: met.user, before: "met" };
  const found = yield* first(findUser, { provider, native: sender.native });
  if (found && found.name !== sender.name) yield* first(renameUser, { user: found.id, name: sender.name });
  const known = found ?? (yield* first(adoptUser, { provider, ...sender }));
  const user = known?.id ?? (yield* only(addUser, { provider, ...sender })).id;
  log.met.set(sender.native, { user, name: sender.name });
  return { user, before: known ? "known" : "unknown" };
}

/**
 * The sender's row. Whoever the group does not know joins it here, by an event before the one that he sends; `log.head`
 * moves past it.
 */
export function* memberOf(
  provider: ProviderId,
  groupUri: GroupUri,
  log: GrowingLog,
  sender: Sender,
  place: EventPlace,
): Unit<UserId> {
  const { group } = place;
  const { user, before } = yield* metUser(provider, log, sender);
  if (before === "met") return user;
  if (before === "known" && (yield* first(findMember, { group, user }))?.state === "joined") return user;
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember({ user: sender.uri, change: "join" }, salt);
  const id = eventId("member", sender.uri, groupUri, content, salt);
  const seq = (log.head + 1) as Seq;
  yield* only(addEvent, { ...place, seq, id, kind: "member", sender: user, content, root: null });
  yield* first(addMember, { group, user, seq });
  log.head = seq;
  return user;
}
