/** What guests read of many groups in one go, divided fairly among them (docs/mtp.md, M76). */
import type { GroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { GroupId, PeerId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { eventsBetween, eventsForGuest, eventSizes, type WireEvent } from "./guest-pages.ts";
import { type GuestHead, headFor, headsFor } from "./guests.ts";

/** How long a guest that left may read its log up to its leaving (docs/mtp.md, M124). */
export const LEFT_READS_MS: Milliseconds = 24 * 3_600_000;
/** From here on the heads of all of a guest's groups are read at once. */
const FEW = 16;

export interface WantedGroup {
  readonly uri: GroupUri;
  /** Where to go on. null: at the first event that the guest may see. */
  readonly place: { readonly rev: number; readonly seq: number } | null;
}

export interface GroupPage {
  readonly uri: GroupUri;
  readonly group: GroupId;
  readonly rev: number;
  readonly events: readonly WireEvent[];
  /** Behind where this page begins. */
  readonly after: number;
  /** Up to where it goes. */
  readonly seq: number;
  /** The last seq that the guest may see, 0 for none. */
  readonly head: number;
  readonly more: boolean;
}
export interface RefusedGroup {
  readonly uri: GroupUri;
  readonly refused: "not_found" | "cursor_gone" | "group_closed";
}

const timeOf = statement<{ group: GroupId; seq: Seq | 0 }>("guest-reads.timeOf")((db, { p }) =>
  db
    .selectFrom("event")
    .select("accepted_at as at")
    .where("grp", "=", p.group)
    .where("seq", "=", p.seq as Seq),
);

/**
 * A group that a guest is in, or has left within the last 24 hours. Undefined alike for all others, whether there is
 * such a group or not.
 */
export function* readableBy(input: {
  readonly uri: GroupUri;
  readonly peer: PeerId;
  readonly now: Milliseconds;
}): Unit<GuestHead | undefined> {
  return yield* ifReadable(yield* headFor(input), input.now);
}

function* ifReadable(guest: GuestHead | undefined, now: Milliseconds): Unit<GuestHead | undefined> {
  if (!guest?.left) return guest;
  const last = yield* first(timeOf, { group: guest.group, seq: guest.head });
  return last && last.at > now - LEFT_READS_MS ? guest : undefined;
}

const leftSince = statement<{ peer: PeerId; since: Milliseconds }>("guest-reads.leftSince")((db, { p }) =>
  db
    .selectFrom("guest")
    .innerJoin("event", (join) =>
      join.onRef("event.grp", "=", "guest.grp").onRef("event.seq", "=", "guest.left_seq"),
    )
    .select("guest.grp")
    .where("guest.peer", "=", p.peer)
    .where("event.accepted_at", ">", p.since)
    .limit(1),
);

/** Whether a peer has left any group of ours within the last 24 hours. */
export function* hasLeftLately({ peer, now }: { peer: PeerId; now: Milliseconds }): Unit<boolean> {
  return (yield* first(leftSince, { peer, since: now - LEFT_READS_MS })) !== undefined;
}

interface Share {
  readonly guest: GuestHead;
  readonly after: number;
  /** The guest has not said what it holds, so that nothing can be missing behind it. */
  readonly anew: boolean;
  /** Sizes of what comes next and has not been taken. */
  readonly next: { readonly seq: Seq; readonly size: number | null }[];
  last: number;
  taken: number;
  gone: boolean;
}

/**
 * A page of each of these groups, `limit` events and `bytes` octets of content in all; or why there is none. Every group that
 * has events gets one before any gets a second, and what is left is divided evenly; where that does not go, chance decides.
 * There is at least one event where there is any.
 */
export function* readGroups(input: {
  readonly peer: PeerId;
  readonly groups: readonly WantedGroup[];
  readonly limit: number;
  readonly bytes: number;
  readonly now: Milliseconds;
}): Unit<readonly (GroupPage | RefusedGroup)[]> {
  const { peer, groups, now } = input;
  const heads = groups.length > FEW ? new Map((yield* headsFor(peer)).map((head) => [head.uri, head])) : null;
  const results: (RefusedGroup | Share)[] = [];
  for (const { uri, place } of groups) {
    const found = heads === null ? yield* headFor({ uri, peer }) : heads.get(uri);
    const guest = found?.left === true ? yield* ifReadable(found, now) : found;
    results.push(guest === undefined ? { uri, refused: "not_found" } : begin(guest, place));
  }
  const shares = results.flatMap((result) =>
    "refused" in result || result.after >= result.guest.head ? [] : [result],
  );
  const [only] = shares;
  if (shares.length > 1) yield* divide(shares, input);
  const pages: (GroupPage | RefusedGroup)[] = [];
  for (const result of results) {
    if ("refused" in result) pages.push(result);
    else if (shares.length === 1 && result === only) pages.push(yield* pageAlone(result, input));
    else pages.push(yield* pageOf(result));
  }
  return pages;
}

/** docs/mtp.md, M64. */
function begin(guest: GuestHead, place: WantedGroup["place"]): RefusedGroup | Share {
  const { uri, head, visibleFrom, rev, closed } = guest;
  const after = place?.seq ?? visibleFrom - 1;
  if (place !== null && (place.rev !== rev || after > head || after < visibleFrom - 1))
    return { uri, refused: "cursor_gone" };
  if (closed && after >= head) return { uri, refused: "group_closed" };
  return { guest, after, anew: place === null, next: [], last: after, taken: 0, gone: false };
}

function* pageAlone(
  { guest, after, anew }: Share,
  { limit, bytes }: { readonly limit: number; readonly bytes: number },
): Unit<GroupPage | RefusedGroup> {
  const { events, more, gone } = yield* eventsForGuest(guest, { after, limit, bytes });
  if (gone && !anew) return { uri: guest.uri, refused: "cursor_gone" };
  return { ...factsOf(guest), after, events, seq: events.at(-1)?.seq ?? guest.head, more };
}

function* pageOf({ guest, after, last, taken, gone, anew }: Share): Unit<GroupPage | RefusedGroup> {
  if (gone && !anew) return { uri: guest.uri, refused: "cursor_gone" };
  // Nothing of what the guest might see is kept any more.
  const seq = gone && taken === 0 ? guest.head : last;
  const events = taken === 0 ? [] : yield* eventsBetween({ group: guest.group, after, to: last });
  return { ...factsOf(guest), after, events, seq, more: seq < guest.head };
}

const factsOf = ({ uri, group, rev, head, visibleFrom }: GuestHead) => ({
  uri,
  group,
  rev,
  head: head < visibleFrom ? 0 : head,
});

/** Rounds in which each group takes the same: one event at first, then as much as an even division gives. */
function* divide(
  shares: readonly Share[],
  whole: { readonly limit: number; readonly bytes: number },
): Unit<void> {
  let { limit, bytes } = whole;
  let hungry = shuffled(shares);
  for (let round = 0; hungry.length > 0 && limit > 0; round++) {
    const each = Math.floor(limit / hungry.length);
    const events = round === 0 ? 1 : Math.max(1, each);
    const octets = Math.floor(bytes / hungry.length);
    const still: Share[] = [];
    for (const share of hungry) {
      if (limit === 0) break;
      yield* lookAhead(share, Math.max(events, each));
      // The very first event of an answer goes whatever its size.
      const first = limit === whole.limit;
      const took = take(share, Math.min(events, limit), round === 0 ? bytes : octets, first);
      limit -= took.events;
      bytes = Math.max(0, bytes - took.octets);
      if (took.events > 0 && share.last < share.guest.head) still.push(share);
    }
    hungry = still;
  }
}

function* lookAhead(share: Share, count: number): Unit<void> {
  if (share.next.length >= count) return;
  const { group, head } = share.guest;
  const known = share.next.at(-1)?.seq ?? share.last;
  const limit = count - share.next.length;
  share.next.push(...(yield* all(eventSizes, { group, after: known, to: head, limit })));
  if (share.taken === 0 && share.next[0]?.seq !== share.after + 1) share.gone = true;
}

function take(
  share: Share,
  most: number,
  bytes: number,
  whatever: boolean,
): { readonly events: number; readonly octets: number } {
  if (share.gone && !share.anew) return { events: 0, octets: 0 };
  let events = 0;
  let octets = 0;
  for (const { size } of share.next.slice(0, most)) {
    const fits = octets + (size ?? 0) <= bytes || (whatever && events === 0);
    if (!fits) break;
    events++;
    octets += size ?? 0;
  }
  share.last = share.next[events - 1]?.seq ?? share.last;
  share.taken += events;
  share.next.splice(0, events);
  return { events, octets };
}

function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    const [a, b] = [mixed[at], mixed[other]];
    if (a === undefined || b === undefined) continue;
    mixed[at] = b;
    mixed[other] = a;
  }
  return mixed;
}
