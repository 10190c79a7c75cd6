/** A page of an owner's log: looked at, proven, taken into the store (docs/mtp.md, M37, M46, M52, M61). */
import type { z } from "zod";
import { type ErrorCode, GatewayError } from "../errors.ts";
import { step } from "../steps.ts";
import type { FollowedGroup } from "../store/units/following.ts";
import type { RoomsToWake } from "../store/units/carried-events.ts";
import type { RemoteEvent } from "../store/units/remote-events.ts";
import type { ProofCheck } from "./proof-check.ts";
import { faultOf, type LogFault, remoteEvent } from "./read-carried.ts";
import type { syncGroupForm } from "./sync-answer.ts";
import type { PeerLane } from "./sync-options.ts";
import { namesIn } from "./value-rows.ts";
import { type LogEvent, logEventForm, providerOf } from "./wire-event.ts";

export type Page = Pick<z.output<typeof syncGroupForm>, "events" | "cursor" | "profiles">;

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
  const { events, stop } = await readPage(lane, row, page, check);
  // Behind a fault the cursor stays: the group goes on from the event that was at fault.
  const cursor = stop !== null || page.cursor === row.cursor ? null : { from: row.cursor, to: page.cursor };
  if (events.length === 0 && cursor === null) return { stop, rooms: [] };
  const written = await write(lane, row, events, cursor);
  return { stop: written.stop ?? stop, rooms: written.rooms };
}

async function write(
  { options, held, peer }: PeerLane,
  { group }: FollowedGroup,
  events: readonly RemoteEvent[],
  cursor: { readonly from: string | null; readonly to: string } | null,
): Promise<Applied> {
  const { store, now } = options;
  if (!(await held.hold()))
    throw new GatewayError("lane_lost", `lane ${held.fence.lane} is another process's`);
  step("follow.begin");
  try {
    const input = { fence: held.fence, group, peer: peer.id, events, cursor, now: now() };
    const { rooms } = await store.write("applyRemoteEvents", input);
    step("follow.done");
    return { stop: null, rooms };
  } catch (thrown) {
    const fault = thrown instanceof GatewayError ? FAULTS[thrown.code] : undefined;
    if (fault === undefined || !(thrown instanceof GatewayError)) throw thrown;
    return { stop: { fault, detail: thrown.detail }, rooms: [] };
  }
}

/** The events up to the first that is at fault, or whose proof has to wait. */
async function readPage(
  { options: { now }, peer }: PeerLane,
  { uri, head }: FollowedGroup,
  page: Page,
  check: ProofCheck,
): Promise<{ readonly events: readonly RemoteEvent[]; readonly stop: Stop }> {
  const events: RemoteEvent[] = [];
  const names = namesIn(page);
  let before: LogEvent | undefined;
  for (const given of page.events) {
    const read = logEventForm.safeParse(given);
    if (!read.success) {
      const [issue] = read.error.issues;
      const detail = `an event behind ${before?.seq ?? head}: ${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? ""}`;
      return { events, stop: { fault: "log_form", detail } };
    }
    const event = read.data;
    const fault = faultOf(event, before, uri, now());
    if (fault !== null) return { events, stop: { fault, detail: `event ${event.id} at ${event.seq}` } };
    // What is held was believed once, and stays believed.
    const proven = event.seq <= head ? "good" : await check.ofLog(claimOf(event), peer.id);
    if (proven === "unknown") return { events, stop: "later" };
    if (proven === "wrong")
      return { events, stop: { fault: "log_proof", detail: `event ${event.id} at ${event.seq}` } };
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
