import type { Milliseconds } from "../../time.ts";
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId, GroupUri, SaidKey, UserUri } from "../../../mappings/ids.ts";
import type {
  AccountId,
  ArchiveMark,
  BindingId,
  DeliveryKey,
  GroupId,
  NativeRoom,
  ProviderId,
  Seq,
} from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { givenInShort } from "./digested.ts";

/** A binding as its outbox lane needs it. */
export interface OutboxBinding {
  readonly id: BindingId;
  readonly group: GroupId;
  readonly groupUri: GroupUri;
  readonly account: AccountId;
  readonly provider: ProviderId;
  readonly native: NativeRoom;
  readonly state: "live" | "leaving" | "ended";
  /** null: it is not paused. */
  readonly pausedAt: Milliseconds | null;
  readonly intendedSeq: Seq | 0;
  /** When the room was told that it is behind; null: it has caught up since. */
  readonly lagToldAt: Milliseconds | null;
  /** Of the group's log: 1 where it was never another. */
  readonly rev: number;
  /** Where the store was restored from a backup: a time before that, and when it was restored; null: it never was. */
  readonly restoredSince: Milliseconds | null;
  readonly restoredAt: Milliseconds | null;
}

const findBinding = statement<{ binding: BindingId }>("outbox.findBinding")((db, { p }) =>
  db
    .selectFrom("binding")
    .innerJoin("grp", "grp.id", "binding.grp")
    .innerJoin("account", "account.id", "binding.account")
    .leftJoin("restored_room", "restored_room.binding", "binding.id")
    .select([
      "binding.id",
      "binding.grp as group",
      "grp.uri as groupUri",
      "binding.account",
      "account.provider",
      "binding.native",
      "binding.state",
      "binding.paused_at as pausedAt",
      "binding.intended_seq as intendedSeq",
      "binding.lag_told_at as lagToldAt",
      "grp.rev",
      "restored_room.since as restoredSince",
      "restored_room.at as restoredAt",
    ])
    .where("binding.id", "=", p.binding),
);

export function* outboxBinding(binding: BindingId): Unit<OutboxBinding | undefined> {
  return yield* first(findBinding, { binding });
}

/** An entry of the log with the names that stand for its sender now. */
export interface LogEntry {
  readonly seq: Seq;
  readonly id: EventId;
  readonly kind: EventKind;
  readonly content: Uint8Array | null;
  /** When it was said, and when this gateway had it. */
  readonly originAt: Milliseconds;
  readonly receivedAt: Milliseconds;
  readonly originBinding: BindingId | null;
  readonly senderUri: UserUri | null;
  readonly senderName: string | null;
  readonly senderNative: string | null;
  /** Where his picture is, and the revision of the profile that says so. */
  readonly senderAvatar: string | null;
  readonly senderRev: number | null;
  /** The groups through which it came into the room where it was said, with spaces between; null: none. */
  readonly passed: string | null;
  /** What its deliveries are asked for by; null: by its id. */
  readonly saidKey: SaidKey | null;
}

const entry = statement<{ group: GroupId; after: number; limit: number }>("outbox.entry")((db, { p }) =>
  db
    .selectFrom("event")
    .leftJoin("user", "user.id", "event.sender")
    .select([
      "event.seq",
      "event.id",
      "event.kind",
      "event.content",
      "event.origin_at as originAt",
      "event.received_at as receivedAt",
      "event.origin_binding as originBinding",
      "user.uri as senderUri",
      "user.name as senderName",
      "user.native as senderNative",
      "user.avatar_url as senderAvatar",
      "user.profile_rev as senderRev",
      "event.passed",
      "event.said_key as saidKey",
    ])
    .where("event.grp", "=", p.group)
    .where("event.seq", ">", p.after as Seq)
    .orderBy("event.seq")
    .limit(p.limit),
);

/** The log after a seq, oldest first. */
export function* logAfter(input: {
  group: GroupId;
  after: number;
  limit: number;
}): Unit<readonly LogEntry[]> {
  return yield* all(entry, input);
}

const linkOf = statement<{ binding: BindingId; id: EventId }>("outbox.linkOf")((db, { p }) =>
  db
    .selectFrom("link")
    .select("native")
    .where("binding", "=", p.binding)
    .where("event_id", "=", p.id)
    .limit(1),
);

/** Whether the room was given the event at its place in a log that was replaced since. */
export function* wasGiven(input: { binding: BindingId; id: EventId }): Unit<boolean> {
  return ((yield* first(linkOf, input)) ?? (yield* first(givenInShort, input))) !== undefined;
}

/** A delivery that is written down and not settled. */
export interface OpenDelivery {
  readonly seq: number;
  readonly step: number;
  readonly op: string;
  readonly key: DeliveryKey;
  readonly state: "queued" | "intended";
  readonly attempt: number;
  readonly mark: ArchiveMark | null;
  readonly at: Milliseconds;
  readonly noticeText: string | null;
  readonly noticeToNative: string | null;
  readonly noticeToName: string | null;
  readonly noticeThread: Uint8Array | null;
}

const openRows = statement<{ binding: BindingId; limit: number }>("outbox.openRows")((db, { p }) =>
  db
    .selectFrom("delivery")
    .leftJoin("notice", (join) =>
      join
        .onRef("notice.binding", "=", "delivery.binding")
        .on((eb) => eb(eb("notice.n", "+", eb.ref("delivery.seq")), "=", eb.lit(0))),
    )
    .select([
      "delivery.seq",
      "delivery.step",
      "delivery.op",
      "delivery.key",
      "delivery.state",
      "delivery.attempt",
      "delivery.mark",
      "delivery.at",
      "notice.text as noticeText",
      "notice.to_native as noticeToNative",
      "notice.to_name as noticeToName",
      "notice.thread as noticeThread",
    ])
    .where("delivery.binding", "=", p.binding)
    // What may have been made is decided before anything new is said, notices included.
    .orderBy("delivery.state")
    .orderBy("delivery.seq")
    .orderBy("delivery.step")
    .limit(p.limit),
);

export function* openDeliveries(input: { binding: BindingId; limit: number }): Unit<readonly OpenDelivery[]> {
  return yield* all(openRows, input);
}

const speakers = statement<{ group: GroupId }>("outbox.speakers")((db, { p }) =>
  db
    .selectFrom("member")
    .innerJoin("user", "user.id", "member.user_id")
    .select(["user.uri", "user.name"])
    .where("member.grp", "=", p.group)
    // Providers are members, too, and nobody who speaks.
    .where("user.uri", "like", "mimi://%/u/%" as UserUri),
);

/** Everybody of the group: those who may have a ghost in the room. */
export function* speakersFor(
  binding: OutboxBinding,
): Unit<readonly { readonly uri: UserUri; readonly name: string }[]> {
  return yield* all(speakers, { group: binding.group });
}
