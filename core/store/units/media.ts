/** Files that this gateway gives to others: which there are, who may have them, where a platform has them. */
import type { EventId, ProviderDomain, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { AccountId, BindingId, GroupId, MediaId, PeerId, Seq } from "../../ids.ts";
import type { SaidFile } from "../../media/platform-file.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";

/** A file of a platform that an event of ours names by an id instead of the platform's own address. */
export interface NewMedia {
  readonly id: MediaId;
  readonly account: AccountId;
  /** Where the platform has it. */
  readonly source: string;
  readonly type: string;
  /** Octets; null: not known. */
  readonly size: number | null;
}

const insertMedia = statement<
  NewMedia & { readonly group: GroupId; readonly event: EventId; readonly at: Milliseconds }
>("media.insert")((db, { p }) =>
  db
    .insertInto("media")
    .values({
      id: p.id,
      grp: p.group,
      event_id: p.event,
      account: p.account,
      source: p.source,
      peer: null,
      digest: null,
      type: p.type,
      size: p.size,
      state: "live",
      created_at: p.at,
    })
    // The same thing accepted again has the same ids; what was erased stays so.
    .onConflict((conflict) => conflict.doNothing()),
);

/** Writes down the files that an event names, in the transaction in which the event is written. */
export function* addMedia(
  place: { readonly group: GroupId; readonly now: Milliseconds },
  event: { readonly id: EventId; readonly media?: readonly NewMedia[] },
): Unit<void> {
  for (const file of event.media ?? [])
    yield* first(insertMedia, { ...file, group: place.group, event: event.id, at: place.now });
}

const sources = statement<{ group: GroupId; event: EventId }>("media.sources")((db, { p }) =>
  db
    .selectFrom("media")
    .select(["id", "source"])
    .where("grp", "=", p.group)
    .where("event_id", "=", p.event)
    .where("state", "=", "live"),
);

/** Where the platforms have the files that an event of ours names by their ids. */
export function* sourcesOf(input: {
  group: GroupId;
  event: EventId;
}): Unit<readonly { readonly id: MediaId; readonly source: string | null }[]> {
  return yield* all(sources, input);
}

const accountOf = statement<SaidFile>("media.accountOf")((db, { p }) =>
  db
    .selectFrom("event")
    .innerJoin("grp", "grp.id", "event.grp")
    .innerJoin("binding", "binding.id", "event.origin_binding")
    .select("binding.account")
    .where("grp.uri", "=", p.group)
    .where("event.id", "=", p.event),
);

/** The account in whose room an event was said; null: in none of ours. */
export function* accountOfEvent({ group, event }: SaidFile): Unit<AccountId | null> {
  return (yield* first(accountOf, { group, event }))?.account ?? null;
}

const findMedia = statement<{ id: MediaId }>("media.find")((db, { p }) =>
  db
    .selectFrom("media")
    .leftJoin("event", (join) =>
      join.onRef("event.grp", "=", "media.grp").onRef("event.id", "=", "media.event_id"),
    )
    .leftJoin("following", "following.grp", "media.grp")
    .select([
      "media.id",
      "media.grp as group",
      "media.event_id as event",
      "media.account",
      "media.source",
      "media.type",
      "media.size",
      "event.seq",
      "following.peer as owner",
    ])
    .where("media.id", "=", p.id)
    .where("media.state", "=", "live"),
);
const guestOf = statement<{ group: GroupId; peer: PeerId }>("media.guestOf")((db, { p }) =>
  db
    .selectFrom("guest")
    .select(["visible_from_seq as from", "left_seq as left"])
    .where("grp", "=", p.group)
    .where("peer", "=", p.peer),
);
// Providers are members under the URI of which their domain is all there is.
const providersIn = statement<{ group: GroupId; peer: PeerId | null; as: ProviderDomain }>(
  "media.providersIn",
)((db, { p, sql }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .innerJoin("provider", "provider.id", "user.provider")
    .select(["member.state", "member.since_seq as since"])
    .where("member.grp", "=", p.group)
    .where("user.uri", "=", sql<UserUri>`'mimi://' || ${sql.ref("provider.domain")}`)
    .where((eb) =>
      eb.or([
        eb("provider.peer", "=", p.peer),
        eb("provider.domain", "=", p.as),
        eb("provider.domain", "like", sql<ProviderDomain>`'%.' || cast(${p.as} as text)`),
      ]),
    ),
);
const memberSomewhere = statement<{ as: ProviderDomain }>("media.memberSomewhere")((db, { p, sql }) =>
  db
    .selectFrom("provider")
    .innerJoin("user", "user.provider", "provider.id")
    .innerJoin("member", "member.user_id", "user.id")
    .select("member.grp")
    .where("user.uri", "=", sql<UserUri>`'mimi://' || ${sql.ref("provider.domain")}`)
    .where("member.state", "=", "joined")
    .where("provider.peer", "is", null)
    .where((eb) => eb.not(eb.exists(eb.selectFrom("peer").select("peer.id").where("peer.base", "=", p.as))))
    .where((eb) =>
      eb.or([
        eb("provider.domain", "=", p.as),
        eb("provider.domain", "like", sql<ProviderDomain>`'%.' || cast(${p.as} as text)`),
      ]),
    )
    .limit(1),
);

/** Who asks for a file: a gateway by its number here, where it has one, and the domain in whose name it asks. */
export interface MediaCaller {
  readonly peer: PeerId | null;
  readonly as: ProviderDomain;
}

/** A file that may be given. */
export interface ServedMedia {
  readonly id: MediaId;
  /** null: this gateway keeps the file itself. */
  readonly source: string | null;
  readonly account: AccountId | null;
  readonly type: string;
  readonly size: number | null;
}

/**
 * A file, where the caller may have it (docs/mtp.md, M115, M119 and M123). Undefined alike for one that there is not, one that
 * was erased, and one that is not for the caller.
 */
export function* mediaFor({
  id,
  peer,
  as,
}: MediaCaller & { readonly id: MediaId }): Unit<ServedMedia | undefined> {
  const row = yield* first(findMedia, { id });
  if (!row || row.event === null) return undefined;
  const { group, owner, seq } = row;
  const may =
    owner === null
      ? peer !== null && seq !== null && sees(yield* first(guestOf, { group, peer }), seq)
      : peer === owner || isOrWasIn(yield* all(providersIn, { group, peer, as }), seq);
  return may ? row : undefined;
}

const sees = (guest: { from: Seq; left: Seq | 0 | null } | undefined, seq: Seq): boolean =>
  guest !== undefined && guest.from <= seq && (guest.left === null || seq <= guest.left);

/** An event that has not come back from its owner is younger than all that is known of the group. */
const isOrWasIn = (
  providers: readonly { readonly state: string; readonly since: Seq }[],
  seq: Seq | null,
): boolean =>
  providers.some(
    ({ state, since }) =>
      state === "joined" || ((state === "left" || state === "banned") && seq !== null && seq < since),
  );

/**
 * Whether a provider at or under the domain is in a group here, and of no peer: only then are its keys worth a look (M116). Those
 * of peers are known, and a peer that is blocked must not come in as somebody else.
 */
export function* isMemberSomewhere(as: ProviderDomain): Unit<boolean> {
  return (yield* first(memberSomewhere, { as })) !== undefined;
}

const eraseOfEvent = statement<{ group: GroupId; event: EventId }>("media.eraseOfEvent")((db, { p }) =>
  db
    .updateTable("media")
    .set({ state: "erased", source: null, type: "", digest: null })
    .where("grp", "=", p.group)
    .where("event_id", "=", p.event),
);

/** From the commit on nobody gets a file that only these events name (M119). What is kept here is swept away. */
export function* eraseMedia(group: GroupId, events: readonly EventId[]): Unit<void> {
  for (const event of events) yield* first(eraseOfEvent, { group, event });
}

const eraseOfRoom = statement<{ binding: BindingId }>("media.eraseOfRoom")((db, { p }) =>
  db
    .updateTable("media")
    .set({ state: "erased", source: null, type: "", digest: null })
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom("event")
            .select("event.id")
            .whereRef("event.grp", "=", "media.grp")
            .whereRef("event.id", "=", "media.event_id")
            .where("event.origin_binding", "=", p.binding),
        ),
        eb.exists(
          eb
            .selectFrom("submission")
            .select("submission.id")
            .whereRef("submission.grp", "=", "media.grp")
            .whereRef("submission.id", "=", "media.event_id")
            .where("submission.origin_binding", "=", p.binding),
        ),
      ]),
    ),
);

/** The same for all that was posted in a room. */
export function* eraseMediaOfRoom(binding: BindingId): Unit<void> {
  yield* first(eraseOfRoom, { binding });
}
