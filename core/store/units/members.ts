import { randomBytes } from "node:crypto";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { MemberChange, Moderation } from "../../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../../mappings/ids.ts";
import { type Standing, stranger } from "../../../mappings/room-policy/deed.ts";
import { standingAfter } from "../../../mappings/room-policy/judge-member.ts";
import { NO_MEMBER, ORDINARY } from "../../../mappings/room-policy/roles.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, ProviderId, Seq, UserId } from "../../ids.ts";
import type { MemberTable } from "../schema.ts";
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";
import { addEvent, type EventPlace } from "./log.ts";

/** What a user looks like to others. */
interface Shown {
  readonly name: string;
  readonly avatar: string | null;
}

export const findUser = statement<{ provider: ProviderId; native: string }>("members.findUser")((db, { p }) =>
  db
    .selectFrom("user")
    .select(["id", "name", "avatar_url as avatar"])
    .where("provider", "=", p.provider)
    .where("native", "=", p.native),
);
interface NewUser extends Shown {
  readonly uri: UserUri;
  readonly provider: ProviderId;
  readonly native: string;
}
const addUser = statement<NewUser>("members.addUser")((db, { p }) =>
  db
    .insertInto("user")
    .values({
      uri: p.uri,
      provider: p.provider,
      native: p.native,
      name: p.name,
      avatar_url: p.avatar,
      profile_rev: 1,
    })
    // Another group may have met the same user in this moment.
    .onConflict((conflict) => conflict.columns(["provider", "native"]).doUpdateSet({ name: p.name }))
    .returning("id"),
);
/** How somebody is shown from now on, which is a revision of his profile. */
export const showUser = statement<Shown & { readonly user: UserId }>("members.showUser")((db, { p }) =>
  db
    .updateTable("user")
    .set((eb) => ({ name: p.name, avatar_url: p.avatar, profile_rev: eb("profile_rev", "+", 1) }))
    .where("id", "=", p.user),
);
const findStanding = statement<{ group: GroupId; user: UserId }>("members.findStanding")((db, { p }) =>
  db
    .selectFrom("member")
    .select(["state", "role", "muted_until as mutedUntil"])
    .where("grp", "=", p.group)
    .where("user_id", "=", p.user),
);
/** Where somebody stands by an event. A list of members may have told of a later one already: the higher version stays. */
export const putMember = statement<{
  group: GroupId;
  user: UserId;
  state: MemberTable["state"];
  role: number;
  seq: Seq;
}>("members.put")((db, { p, sql }) =>
  db
    .insertInto("member")
    .values({
      grp: p.group,
      user_id: p.user,
      state: p.state,
      role: p.role,
      since_seq: p.seq,
      version: p.seq,
      muted_until: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["grp", "user_id"])
        .doUpdateSet((eb) => ({
          state: p.state,
          role: p.role,
          version: p.seq,
          // Since when the state holds; a change of the role alone leaves it.
          since_seq: sql<Seq>`case when ${eb.ref("member.state")} = excluded.state
          then ${eb.ref("member.since_seq")} else excluded.since_seq end`,
        }))
        .where((eb) => eb(eb.fn.coalesce("member.version", "member.since_seq"), "<=", p.seq)),
    ),
);
const setMuted = statement<{ group: GroupId; user: UserId; until: Milliseconds | null }>("members.setMuted")(
  (db, { p }) =>
    db
      .updateTable("member")
      .set({ muted_until: p.until })
      .where("grp", "=", p.group)
      .where("user_id", "=", p.user),
);
// Known by his URI alone until now: his own events came back before he was met.
const adoptUser = statement<NewUser>("members.adoptUser")((db, { p }) =>
  db
    .updateTable("user")
    .set((eb) => ({
      native: p.native,
      name: p.name,
      avatar_url: p.avatar,
      profile_rev: eb("profile_rev", "+", 1),
    }))
    .where("uri", "=", p.uri)
    .where("provider", "=", p.provider)
    .returning("id"),
);
/** Whoever said or did something, as he is to be known from now on. */
export interface Sender {
  readonly uri: UserUri;
  readonly native: string;
  readonly name: string;
  /** Where his picture is; null: he has none; left out: not known. */
  readonly avatar?: string | null;
}

/** A group's log while one unit appends to it. */
export interface GrowingLog {
  head: number;
  readonly acceptedAt: number;
  /** Those whom this unit has met already, by native id. */
  readonly met: Map<string, Shown & { readonly user: UserId }>;
  /** Where those stand who were asked for. */
  readonly standings: Map<UserId, Standing>;
}

/** The row of somebody of a provider of ours, under the name that he has now. `met`: this unit has seen him under it. */
export function* metUser(
  provider: ProviderId,
  log: Pick<GrowingLog, "met">,
  sender: Sender,
): Unit<{ readonly user: UserId; readonly before: "met" | "known" | "unknown" }> {
  const met = log.met.get(sender.native);
  if (met && isShownAs(met, sender)) return { user: met.user, before: "met" };
  const found = yield* first(findUser, { provider, native: sender.native });
  const { uri, native, name } = sender;
  const avatar = sender.avatar === undefined ? (found?.avatar ?? null) : sender.avatar;
  if (found && !isShownAs(found, sender)) yield* first(showUser, { user: found.id, name, avatar });
  const known = found ?? (yield* first(adoptUser, { provider, uri, native, name, avatar }));
  const user = known?.id ?? (yield* only(addUser, { provider, uri, native, name, avatar })).id;
  log.met.set(native, { user, name, avatar });
  return { user, before: known ? "known" : "unknown" };
}

/** The row of whoever does something; null: nobody, or somebody who goes and whom nobody has met. Who goes is as he was met. */
export function* metSender(
  provider: ProviderId,
  log: Pick<GrowingLog, "met">,
  { sender, member }: { readonly sender: Sender | null; readonly member?: MemberChange },
): Unit<{ readonly user: UserId; readonly before: "met" | "known" | "unknown" } | null> {
  if (sender === null) return null;
  if (!member) return yield* metUser(provider, log, sender);
  const found = yield* first(findUser, { provider, native: sender.native });
  return found ? { user: found.id, before: "met" } : null;
}

/** Whether somebody is shown as he is now, as far as that is known. */
export const isShownAs = (shown: Shown, { name, avatar }: Pick<Sender, "name" | "avatar">): boolean =>
  shown.name === name && (avatar === undefined || shown.avatar === avatar);

/** Where somebody stands in a group; nobody knows him: a stranger. */
export function* standingIn(
  log: Pick<GrowingLog, "standings">,
  group: GroupId,
  user: UserId,
): Unit<Standing> {
  const before = log.standings.get(user);
  if (before) return before;
  const row = yield* first(findStanding, { group, user });
  const standing = row ? { ...row, role: row.role ?? indexOf(row.state) } : stranger;
  log.standings.set(user, standing);
  return standing;
}

const indexOf = (state: Standing["state"]): number => (state === "joined" ? ORDINARY : NO_MEMBER);

/** A change of a member that has its place in the log. */
export function* changeMember(
  log: Pick<GrowingLog, "standings">,
  place: { readonly group: GroupId; readonly user: UserId; readonly seq: Seq },
  member: Pick<MemberChange, "change" | "role">,
): Unit<void> {
  const before = yield* standingIn(log, place.group, place.user);
  const after = standingAfter(member, before);
  yield* first(putMember, { ...place, ...after });
  log.standings.set(place.user, { ...after, mutedUntil: before.mutedUntil });
}

/** A mute that stands until it is taken away ends at no time that there is. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

export function* muteMember(
  log: Pick<GrowingLog, "standings">,
  { group, user }: { readonly group: GroupId; readonly user: UserId },
  { act, until }: Pick<Moderation, "act" | "until">,
): Unit<void> {
  const before = yield* standingIn(log, group, user);
  const mutedUntil = act === "mute" ? (until ?? FOR_EVER) : null;
  yield* first(setMuted, { group, user, until: mutedUntil });
  log.standings.set(user, { ...before, mutedUntil });
}

/** Takes somebody of ours in who speaks: by an event of the owner's own before the one that he sends (M53, M55). */
export function* joinBySpeaking(
  groupUri: GroupUri,
  log: GrowingLog,
  { uri, user }: { readonly uri: UserUri; readonly user: UserId },
  place: EventPlace,
): Unit<void> {
  const { group } = place;
  const member = { user: uri, change: "join" } as const;
  const { content, id } = memberEvent(groupUri, member);
  const seq = (log.head + 1) as Seq;
  yield* only(addEvent, {
    ...place,
    seq,
    id,
    kind: "member",
    sender: null,
    content,
    root: null,
    passed: null,
    saidKey: null,
  });
  yield* changeMember(log, { group, user, seq }, { ...member, role: null });
  log.head = seq;
}

/** The content and id of a change that the owner itself writes down. */
export function memberEvent(
  group: GroupUri,
  member: Pick<MemberChange, "user" | "change">,
): { readonly content: Uint8Array; readonly id: EventId } {
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember(member, salt);
  return { content, id: eventId("member", "", group, content, salt) };
}
