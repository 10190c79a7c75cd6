/** As owner: `POST submissions` at a guest for all groups of ours that it is in (docs/mtp.md, Pulled by the owner). */
import type { GroupUri } from "../../../mappings/ids.ts";
import { GatewayError } from "../../errors.ts";
import { type GuestHead, headsFor } from "../../store/units/guests.ts";
import { type UntoldVerdict, verdictsFor } from "../../store/units/verdicts.ts";
import { type GuestGroup, readSubmissions, takeSubmissions, verdictJson } from "./judge-submissions.ts";
import type { ArmStep } from "./lane-arm.ts";
import type { Part } from "./follow-groups.ts";
import { ProofCheck } from "../peers/proof-check.ts";
import type { Resting } from "./resting.ts";
import { groupNamed, type Many, manyForm, submissionsGroupForm } from "../wire/sync-answer.ts";
import { heldTimeout, type PeerLane, waitSeconds } from "./sync-options.ts";
import { namesIn } from "../wire/value-rows.ts";
import { submittedEventForm, type SubmittedWireEvent } from "../wire/wire-event.ts";

/** Verdicts in one request, of one group as of all. */
const MOST_VERDICTS = 500;

/** Groups of ours that a guest is in now. */
export async function guestGroups({ options, peer }: PeerLane): Promise<readonly GuestHead[]> {
  return (await options.store.read(headsFor(peer.id))).filter(({ left }) => !left);
}

/** The next request for a part of the groups. null: there are none of it. */
export async function planPulling(lane: PeerLane, part: Part, resting: Resting): Promise<ArmStep | null> {
  const { options, peer } = lane;
  const due = (await guestGroups(lane)).filter(({ uri, unread }) => !unread && !resting.has(uri));
  const groups = due.slice(part.at * part.size, (part.at + 1) * part.size);
  if (groups.length === 0) return null;
  const ours = new Set(groups.map(({ group }) => group));
  const untold = await options.store.read(verdictsFor({ peer: peer.id, limit: MOST_VERDICTS }));
  const verdicts = untold.filter(({ group }) => ours.has(group));
  return {
    about: new Set(groups.map(({ uri }) => uri)),
    run: (signal) => pull(lane, groups, verdicts, resting, signal),
  };
}

async function pull(
  lane: PeerLane,
  groups: readonly GuestHead[],
  verdicts: readonly UntoldVerdict[],
  resting: Resting,
  signal: AbortSignal,
): Promise<boolean> {
  const { options, endpoint, peer } = lane;
  const states = await options.values.states(peer.id);
  const answer = await options.client.request({
    endpoint,
    method: "POST",
    path: "/submissions",
    body: {
      groups: groups.map(({ group, uri, pulled }) => {
        const state = states.get(group);
        const told = verdicts.filter((verdict) => verdict.group === group);
        return {
          group: uri,
          ...(pulled === null ? {} : { after: pulled }),
          ...(state === undefined ? {} : { state }),
          ...(told.length === 0
            ? {}
            : { verdicts: told.map((verdict) => verdictJson(verdict, verdict.seq)) }),
        };
      }),
      // Verdicts are told once this is answered, which so is soon; where more is said all the time, they cost no request of their own.
      wait: verdicts.length === 0 ? waitSeconds(options) : verdicts.length < MOST_VERDICTS ? 1 : 0,
      limit: options.limits.pageEvents,
      max_bytes: options.limits.pageBytes,
    },
    as: options.base,
    timeoutMs: heldTimeout(options),
    signal,
    answer: manyForm,
  });
  if (verdicts.length > 0) await options.store.write("tellVerdicts", { peer: peer.id, verdicts });
  await takeAnswer(lane, groups, answer, resting, signal);
  return answer.groups.length + answer.problems.length + verdicts.length > 0;
}

async function takeAnswer(
  lane: PeerLane,
  groups: readonly GuestHead[],
  answer: Many,
  resting: Resting,
  signal: AbortSignal,
): Promise<void> {
  const { options, peer, held } = lane;
  const asked = new Map<GroupUri, GuestHead>(groups.map((row) => [row.uri, row]));
  const check = new ProofCheck(options.proofs);
  for (const entry of answer.groups) {
    const uri = groupNamed(entry);
    const row = uri === null ? undefined : asked.get(uri);
    if (!row || signal.aborted) continue;
    asked.delete(row.uri);
    if (!(await takeGroup(lane, row, entry, check))) resting.add(row.uri);
  }
  for (const { group: named, code } of answer.problems) {
    const row = asked.get(named as GroupUri);
    if (!row || signal.aborted) continue;
    options.log.warn(
      { peer: peer.base, group: row.uri, code },
      "a guest does not serve its submissions to a group",
    );
    if (code.startsWith("cursor_"))
      await options.store.write("forgetPulled", { fence: held.fence, group: row.group, peer: peer.id });
    else resting.add(row.uri);
  }
}

/** False: the group is to be left out for a while. */
async function takeGroup(
  lane: PeerLane,
  row: GuestHead,
  entry: unknown,
  check: ProofCheck,
): Promise<boolean> {
  const { options, peer, held } = lane;
  const read = submissionsGroupForm.safeParse(entry);
  if (!read.success) {
    options.log.error({ peer: peer.base, group: row.uri }, "a guest's submissions are not of their form");
    return false;
  }
  const { cursor, events: given } = read.data;
  const guest: GuestGroup = { group: row.group, uri: row.uri, peer };
  const { events, unreadable } = readable(given);
  const judged = await readSubmissions(options, guest, events, namesIn(read.data), check);
  if (judged === null) return false;
  if (unreadable > 0)
    options.log.error({ peer: peer.base, group: row.uri, unreadable }, "a guest submits what is no event");
  if (!(await held.hold()))
    throw new GatewayError("lane_lost", `lane ${held.fence.lane} is another process's`);
  const taking = { fence: held.fence, verdicts: "kept", pulled: cursor } as const;
  if (judged.length > 0 || cursor !== row.pulled)
    try {
      await takeSubmissions(options, guest, judged, taking);
    } catch (thrown) {
      // It has left, or the group has gone, while the request was held.
      if (thrown instanceof GatewayError && thrown.code === "group_unknown") return false;
      throw thrown;
    }
  await options.values.take(peer.id, row.group, read.data);
  return true;
}

/** What can't be read has no verdict: nothing would be learnt from one. */
function readable(given: readonly unknown[]): {
  readonly events: readonly SubmittedWireEvent[];
  readonly unreadable: number;
} {
  const events: SubmittedWireEvent[] = [];
  let unreadable = 0;
  for (const value of given) {
    const read = submittedEventForm.safeParse(value);
    if (read.success) events.push(read.data);
    else unreadable++;
  }
  return { events, unreadable };
}
