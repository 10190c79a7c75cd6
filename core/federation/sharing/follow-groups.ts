/** As guest: `POST sync` for the groups of a peer that are followed, and what its answers do (docs/mtp.md, Reading many groups). */
import { authorityOf, type GroupUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { z } from "zod";
import type { GroupId, Seq } from "../../ids.ts";
import { type FollowedGroup, followedAt } from "../../store/units/following.ts";
import { applyPage } from "./apply-page.ts";
import type { ArmStep } from "./lane-arm.ts";
import { mayHearInvitations, takeInvitations } from "./heard-invitations.ts";
import { learnGroups, recoverGroup } from "./recover-group.ts";
import { groupNamed, type Many, manyForm, syncGroupForm } from "../wire/sync-answer.ts";
import { heldTimeout, type PeerLane, waitSeconds } from "./sync-options.ts";
import { FederationError } from "../wire/federation-error.ts";
import { ProofCheck } from "../peers/proof-check.ts";

/** How long a group that can't be served now is left out (M78). */
const PROBLEM_WAIT: Milliseconds = 60_000;

/** The groups of one request: the `at`th part of all that are followed and due, of those that `size` leaves in one. */
export interface Part {
  readonly at: number;
  readonly size: number;
}

/** Groups of the peer that are followed now. */
export async function followedGroups({ options, peer }: PeerLane): Promise<readonly FollowedGroup[]> {
  return (await options.store.read(followedAt(peer.id))).filter(({ state }) => state === "following");
}

/**
 * Those that may be asked for now, the peer being the one that speaks for their owner (M68). Behind a backup, what was said in the
 * rooms here comes first: else it came back as somebody's who never was there.
 */
async function dueGroups(lane: PeerLane): Promise<readonly FollowedGroup[]> {
  const { now, proofs } = lane.options;
  const check = new ProofCheck(proofs);
  const due: FollowedGroup[] = [];
  for (const row of await followedGroups(lane))
    if (!row.unread && row.wake <= now() && (await check.speaksFor(lane.peer.id, authorityOf(row.uri))))
      due.push(row);
  return due;
}

/** The next request for a part of the groups. null: there are none of it now. */
export async function planFollowing(lane: PeerLane, { at, size }: Part): Promise<ArmStep | null> {
  const rows = (await dueGroups(lane)).slice(at * size, (at + 1) * size);
  // Who can't be reached is told of invitations in the answers, and so asks with no groups, too.
  const asks = rows.length > 0 || (at === 0 && (await mayHearInvitations(lane)));
  if (!asks) return null;
  return {
    about: new Set(rows.map(({ uri }) => uri)),
    run: (signal) => follow(lane, rows, signal),
  };
}

/** While there is more, the next page is asked for before this one is taken: it comes while this one is written. */
async function follow(lane: PeerLane, rows: readonly FollowedGroup[], signal: AbortSignal): Promise<boolean> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  await learnGroups(lane, rows, signal);
  const states = await lane.options.values.states(lane.peer.id);
  let asked = rows.map((row): Subscription => ({ row, state: states.get(row.group) }));
  let coming = ask(lane, asked, either);
  try {
    for (;;) {
      const answer = await coming;
      const next = behind(asked, answer);
      const ahead = next && ask(lane, next, either);
      // Whoever awaits it hears of it; it may be given up before.
      ahead?.catch(() => undefined);
      const well = await takeAnswer(
        lane,
        asked.map(({ row }) => row),
        answer,
        signal,
      );
      if (next === null || ahead === null || !well) return answer.groups.length + answer.problems.length > 0;
      asked = next;
      coming = ahead;
    }
  } finally {
    ending.abort();
  }
}

interface Subscription {
  readonly row: FollowedGroup;
  /** The owner's cursor in the values. */
  readonly state: string | undefined;
}

function ask(
  { options, endpoint }: PeerLane,
  subscriptions: readonly Subscription[],
  signal: AbortSignal,
): Promise<Many> {
  return options.client.request({
    endpoint,
    method: "POST",
    path: "/sync",
    body: {
      subscriptions: subscriptions.map(({ row: { uri, cursor }, state }) => ({
        group: uri,
        ...(cursor === null ? {} : { after: cursor }),
        ...(state === undefined ? {} : { state }),
      })),
      wait: waitSeconds(options),
      limit: options.limits.pageEvents,
      max_bytes: options.limits.pageBytes,
    },
    as: options.base,
    timeoutMs: heldTimeout(options),
    signal,
    answer: manyForm,
  });
}

/** What is asked for behind an answer that is not taken yet. null: there is no more for now, or something is to be seen to first. */
function behind(asked: readonly Subscription[], { groups, problems }: Many): Subscription[] | null {
  if (problems.length > 0) return null;
  const places = new Map<GroupUri | null, z.output<typeof syncGroupForm>>();
  let more = false;
  for (const entry of groups) {
    const read = syncGroupForm.safeParse(entry);
    if (!read.success) return null;
    places.set(groupNamed(entry), read.data);
    more ||= read.data.more;
  }
  if (!more) return null;
  return asked.map(({ row, state }) => {
    const place = places.get(row.uri);
    const head = place && !place.more ? (Math.max(row.head, place.head) as Seq | 0) : row.head;
    return { row: { ...row, cursor: place?.cursor ?? row.cursor, head }, state: place?.state ?? state };
  });
}

/** False: not all of it was taken as it came. */
async function takeAnswer(
  lane: PeerLane,
  rows: readonly FollowedGroup[],
  answer: Many,
  signal: AbortSignal,
): Promise<boolean> {
  let well = answer.problems.length === 0;
  if (lane.options.unreachable) await takeInvitations(lane, answer.invitations ?? []);
  const asked = new Map<GroupUri, FollowedGroup>(rows.map((row) => [row.uri, row]));
  const { proofs, values, announcer } = lane.options;
  const check = new ProofCheck(proofs);
  for (const entry of answer.groups) {
    const uri = groupNamed(entry);
    const row = uri === null ? undefined : asked.get(uri);
    // What was not asked for, or comes twice, is nothing.
    if (!row || signal.aborted) continue;
    asked.delete(row.uri);
    const read = syncGroupForm.safeParse(entry);
    if (!read.success) {
      await stopGroup(lane, row, "log_form", "the answer for the group is not of its form");
      well = false;
      continue;
    }
    const { stop, rooms } = await applyPage(lane, row, read.data, check);
    if (stop === null) await values.take(lane.peer.id, row.group, read.data);
    // Only now, so that rooms are told of people by their names (M81).
    announcer.rooms(rooms);
    well &&= stop === null;
    if (stop === "later") await putOff(lane, row.group);
    else if (stop !== null) await stopGroup(lane, row, stop.fault, stop.detail);
  }
  for (const { group: named, code } of answer.problems) {
    const row = asked.get(named as GroupUri);
    if (row && !signal.aborted) await takeProblem(lane, row, code, signal);
  }
  return well && !signal.aborted;
}

async function takeProblem(
  lane: PeerLane,
  row: FollowedGroup,
  code: string,
  signal: AbortSignal,
): Promise<void> {
  const { options, peer, held } = lane;
  const { store, log } = options;
  switch (code) {
    case "cursor_gone":
    case "cursor_malformed":
    case "cursor_foreign":
      if (code !== "cursor_gone")
        log.error({ peer: peer.base, group: row.uri, code }, "an owner does not take its own cursor back");
      return recover(lane, row, signal);
    case "not_found":
    case "blocked":
    case "unknown_peer":
      return stopGroup(lane, row, code, "the owner gives the group to this gateway no more");
    case "group_closed":
      await store.write("stopFollowing", { fence: held.fence, group: row.group, state: "left", code });
      log.info({ peer: peer.base, group: row.uri }, "a group that was followed has ended");
      return;
    default:
      return putOff(lane, row.group);
  }
}

/** One that was recovered a moment ago and has the same problem again waits: the owner is at fault. */
async function recover(lane: PeerLane, row: FollowedGroup, signal: AbortSignal): Promise<void> {
  const { options, peer, recovered } = lane;
  const last = recovered.get(row.group);
  if (last !== undefined && options.now() - last < PROBLEM_WAIT) return putOff(lane, row.group);
  recovered.set(row.group, options.now());
  try {
    await recoverGroup(lane, row, signal);
    await options.values.take(peer.id, row.group, { state: null });
  } catch (thrown) {
    if (!(thrown instanceof FederationError) || signal.aborted) throw thrown;
    if (thrown.problem === "not_found") return stopGroup(lane, row, "not_found", "there is no snapshot");
    options.log.warn({ peer: peer.base, group: row.uri, err: thrown }, "a snapshot cannot be read");
    await putOff(lane, row.group);
  }
}

/** Ends the following of one group, and alarms the operator; every other group goes on (M52). */
async function stopGroup(lane: PeerLane, row: FollowedGroup, code: string, detail: string): Promise<void> {
  const { options, peer, held } = lane;
  await options.store.write("stopFollowing", { fence: held.fence, group: row.group, state: "stopped", code });
  options.log.error(
    { alarm: code, peer: peer.base, group: row.uri, detail },
    "a group of another gateway is followed no more",
  );
}

/** Leaves the group out for a minute. */
export async function putOff({ options: { store, now }, held }: PeerLane, group: GroupId): Promise<void> {
  await store.write("putOffFollowing", { fence: held.fence, group, wake: now() + PROBLEM_WAIT });
}
