/** A page of an owner's log: looked at, proven, taken into the store (docs/mtp.md, M37, M46, M52, M61). */
import type { z } from "zod";
import { type ErrorCode, GatewayError } from "../../errors.ts";
import { step } from "../../steps.ts";
import type { FollowedGroup } from "../../store/units/following.ts";
import type { RoomsToWake } from "../../store/units/carried-events.ts";
import type { LogBounds, RemoteEvent, RemoteEventsInput } from "../../store/units/remote-events.ts";
import { peerTopic } from "../news.ts";
import type { ProofCheck } from "../peers/proof-check.ts";
import { faultOf, type LogFault, remoteEvent } from "../wire/read-carried.ts";
import type { syncGroupForm } from "../wire/sync-answer.ts";
import type { PeerLane } from "./sync-options.ts";
import { namesIn } from "../wire/value-rows.ts";
import { type LogEvent, providerOf, readLogEvent } from "../wire/wire-event.ts";

export type Page = Pick<z.output<typeof syncGroupForm>, "events" | "cursor" | "head" | "more" | "profiles">;

/** null: nothing. `later`: a proof can't be checked now. `fault`: the owner is at fault, and what came before it is taken. */
export type Stop = null | "later" | { readonly fault: LogFault; readonly detail: string };

export interface Applied {
  readonly stop: Stop;
  /** Rooms that have something new to be given. */
  readonly rooms: RoomsToWake;
}

/** What the store finds when it compares a page with what it holds. */
const FAULTS: Partial<Record<ErrorCode, LogFault>> = {
  event_gap: "log_gap",
  event_conflict: "log_conflict",
  event_time: "log_time",
  sender_forged: "log_proof",
};

/**
 * Takes a page with its cursor in one transaction. Rejects with GatewayError lane_lost where another process has the lane or the
 * cursor.
 */
export async function applyPage(
  lane: PeerLane,
  row: FollowedGroup,
  page: Page,
  check: ProofCheck,
): Promise<Applied> {
  const read = await readPage(lane, row, page, check);
  const { events } = read;
  const stop = read.stop ?? leftOut(row, page, events);
  // Behind a fault the cursor stays: the group goes on from the event that was at fault.
  const cursor = stop !== null || page.cursor === row.cursor ? null : { from: row.cursor, to: page.cursor };
  if (events.length === 0 && cursor === null) return { stop, rooms: [] };
  const written = await write(lane, row, { events, cursor, bounds: boundsOf(row, page, events, stop) });
  return { stop: written.stop ?? stop, rooms: written.rooms };
}

async function write(
  { options, held, peer }: PeerLane,
  { group, uri }: FollowedGroup,
  taken: Pick<RemoteEventsInput, "events" | "cursor"> & { readonly bounds: LogBounds },
): Promise<Applied> {
  const { store, now } = options;
  if (!(await held.hold()))
    throw new GatewayError("lane_lost", `lane ${held.fence.lane} is another process's`);
  step("follow.begin");
  try {
    const input = { ...taken, fence: held.fence, group, peer: peer.id, now: now() };
    const { rooms, forkedAt } = await store.write("applyRemoteEvents", input);
    if (forkedAt !== null) {
      options.log.warn(
        { peer: peer.base, group: uri, forkedAt },
        "the owner's log of a group is another from here",
      );
      // What is said again waits for the peer.
      options.news.tell([peerTopic(peer.id)]);
    }
    step("follow.done");
    return { stop: null, rooms };
  } catch (thrown) {
    const fault = thrown instanceof GatewayError ? FAULTS[thrown.code] : undefined;
    if (fault === undefined || !(thrown instanceof GatewayError)) throw thrown;
    return { stop: { fault, detail: thrown.detail }, rooms: [] };
  }
}

/** Whether the end of the log lies behind the last event that was given or is held (M73). */
function leftOut({ cursor, head: held }: FollowedGroup, page: Page, events: readonly RemoteEvent[]): Stop {
  const last = events.at(-1)?.seq ?? (cursor === null ? page.head : held);
  if (page.more || page.head <= last) return null;
  return {
    fault: "log_gap",
    detail: `the log is said to end at ${page.head}, and to have nothing behind ${last}`,
  };
}

function boundsOf(
  { cursor }: FollowedGroup,
  { head, more }: Page,
  events: readonly RemoteEvent[],
  stop: Stop,
): LogBounds {
  const [begins] = events;
  const whole = stop === null;
  const after = begins ? begins.seq - 1 : whole ? head : null;
  return { after: cursor === null ? after : null, head: whole && !more ? head : null };
}

/** The events up to the first that is at fault, or whose proof has to wait. */
async function readPage(
  { options: { now }, peer }: PeerLane,
  { uri, head, rev, heldRev }: FollowedGroup,
  page: Page,
  check: ProofCheck,
): Promise<{ readonly events: readonly RemoteEvent[]; readonly stop: Stop }> {
  const events: RemoteEvent[] = [];
  const names = namesIn(page);
  let before: LogEvent | undefined;
  for (const given of page.events) {
    const read = readLogEvent(given);
    if (!read.success) {
      const [issue] = read.error.issues;
      const detail = `an event behind ${before?.seq ?? head}: ${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? ""}`;
      return { events, stop: { fault: "log_form", detail } };
    }
    const event = read.data;
    const fault = faultOf(event, before, uri, now());
    if (fault !== null) return { events, stop: { fault, detail: `event ${event.id} at ${event.seq}` } };
    // What is held was believed once, and stays believed; of another log it is something else.
    const proven = event.seq <= head && rev === heldRev ? "good" : await check.ofLog(claimOf(event), peer.id);
    if (proven === "unknown") return { events, stop: "later" };
    if (proven === "wrong" || proven === "wayless") {
      const wrong = proven === "wrong" ? "log_proof" : "log_form";
      return { events, stop: { fault: wrong, detail: `event ${event.id} at ${event.seq}` } };
    }
    events.push(remoteEvent(event, uri, { dead: proven === "dead", names }));
    before = event;
  }
  return { events, stop: null };
}

const claimOf = (event: LogEvent) => ({
  id: event.id,
  provider: providerOf(event),
  via: event.via ?? [],
  proof: event.proof ?? null,
});
