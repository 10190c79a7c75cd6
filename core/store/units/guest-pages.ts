/** The log of a group of ours in pages, as a guest sees it. */
import type { EventKind } from "../../../mappings/events.ts";
import type { EventId, UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, type Unit } from "../unit.ts";
import type { GuestHead } from "./guests.ts";

/** An event with all that travels of it. */
export interface WireEvent {
  readonly seq: Seq;
  readonly id: EventId;
  readonly kind: EventKind;
  readonly sender: UserUri | null;
  readonly acceptedAt: Milliseconds;
  readonly originAt: Milliseconds;
  /** null: erased. */
  readonly content: Uint8Array | null;
  /** Since when the content is erased. */
  readonly erasedAt: Milliseconds | null;
  readonly root: EventId | null;
  /** The gateways that it passed before this one. */
  readonly via: readonly string[];
  /** null: the sender is of this gateway, which makes the proof where one is needed, or of nobody. */
  readonly proof: Uint8Array | null;
}

/** How large the next events are, so that as many as fit can be read. */
export const eventSizes = statement<{ group: GroupId; after: number; to: number; limit: number }>(
  "guest-pages.sizes",
)((db, { p, sql, dialect }) =>
  db
    .selectFrom("event")
    .select((eb) => [
      "seq",
      // Neither reads the content for its length.
      dialect === "sqlite"
        ? sql<number | null>`length(${eb.ref("content")})`.as("size")
        : sql<number | null>`octet_length(${eb.ref("content")})`.as("size"),
    ])
    .where("grp", "=", p.group)
    .where("seq", ">", p.after as Seq)
    .where("seq", "<=", p.to as Seq)
    .orderBy("seq")
    .limit(p.limit),
);
const events = statement<{ group: GroupId; after: number; to: number }>("guest-pages.events")((db, { p }) =>
  db
    .selectFrom("event")
    .leftJoin("user", "user.id", "event.sender")
    .select([
      "event.seq",
      "event.id",
      "event.kind",
      "user.uri as sender",
      "event.accepted_at as acceptedAt",
      "event.origin_at as originAt",
      "event.content",
      "event.erased_at as erasedAt",
      "event.root_id as root",
      "event.via",
      "event.proof",
    ])
    .where("event.grp", "=", p.group)
    .where("event.seq", ">", p.after as Seq)
    .where("event.seq", "<=", p.to as Seq)
    .orderBy("event.seq"),
);

export interface GuestPage {
  readonly events: readonly WireEvent[];
  readonly more: boolean;
  /** What comes next after `after` is not kept any more. */
  readonly gone: boolean;
}

/**
 * A page of a group's log as a guest sees it, from `visible_from_seq` on and, where it has left, up to its leaving. At most
 * `limit` events, and `bytes` octets of content, but at least one event where there is one.
 */
export function* eventsForGuest(
  guest: Pick<GuestHead, "group" | "head" | "visibleFrom">,
  page: { readonly after: number; readonly limit: number; readonly bytes: number },
): Unit<GuestPage> {
  const { group, head } = guest;
  const after = Math.max(page.after, guest.visibleFrom - 1);
  const rows = yield* all(eventSizes, { group, after, to: head, limit: page.limit });
  let octets = 0;
  const fits = rows.findIndex(({ size }, i) => (octets += size ?? 0) > page.bytes && i > 0);
  const last = rows.at(fits < 0 ? -1 : fits - 1)?.seq;
  if (last === undefined) return { events: [], more: false, gone: head > after };
  return {
    events: yield* eventsBetween({ group, after, to: last }),
    more: last < head,
    gone: rows[0]?.seq !== after + 1,
  };
}

/** The events of a group's log behind one place, up to and with another. */
export function* eventsBetween(range: {
  readonly group: GroupId;
  readonly after: number;
  readonly to: number;
}): Unit<readonly WireEvent[]> {
  const found = yield* all(events, range);
  return found.map((row) => ({ ...row, via: row.via === null ? [] : row.via.split(" ") }));
}
