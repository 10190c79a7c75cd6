/** As a guest that nobody can reach: `POST G/events` at the owner (docs/mtp.md, Posted by the guest). */
import { z } from "zod";
import { groupsWaiting, type PendingSubmission, pendingFor } from "../../store/units/submissions.ts";
import type { ArmStep } from "./lane-arm.ts";
import { FederationError } from "../wire/federation-error.ts";
import { proofsFor } from "../peers/own-proofs.ts";
import { pathOf } from "../wire/group-path.ts";
import { verdictForm } from "../wire/sync-answer.ts";
import { ANSWER_WITHIN } from "../peers/peer-client.ts";
import type { PeerLane } from "./sync-options.ts";
import { takeVerdicts } from "./verdict-notice.ts";
import { POST_FEATURE } from "../wire/features.ts";
import { submittedEventJson } from "../wire/wire-event.ts";

/** Events, and octets of their content, in one request: a third more with base64url, and names, is within its body. */
const MOST_EVENTS = 100;
const MOST_OCTETS = 600_000;

type WaitingGroup = Awaited<ReturnType<typeof waitingGroups>>[number];

const answerForm = z.object({ verdicts: z.array(verdictForm) });

/** What waits is posted, group by group, each in its order. null: nothing does, or the owner takes nothing that way. */
export async function planPosting(lane: PeerLane): Promise<ArmStep | null> {
  if (!lane.peer.features.includes(POST_FEATURE)) return null;
  const groups = await waitingGroups(lane);
  if (groups.length === 0) return null;
  return {
    about: new Set(),
    async run(signal) {
      // One request for a group at a time (M96).
      for (const group of groups) if (!signal.aborted) await post(lane, group, signal);
      return true;
    },
  };
}

const waitingGroups = ({ options, peer }: PeerLane) => options.store.read(groupsWaiting(peer.id));

async function post(lane: PeerLane, { group, uri }: WaitingGroup, signal: AbortSignal): Promise<void> {
  const { options, peer, endpoint } = lane;
  const { store, base } = options;
  const groups = [{ group, after: 0 }];
  const found = await store.read(pendingFor({ peer: peer.id, groups, limit: MOST_EVENTS }));
  const events = fitting(found.get(group) ?? []);
  const sendable = await proofsFor(options, group, events);
  if (sendable.length === 0) return;
  const { verdicts } = await options.client.request({
    endpoint,
    method: "POST",
    path: `${pathOf(uri)}/events`,
    body: { events: sendable.map(({ event, proof }) => submittedEventJson(event, base, proof)) },
    as: base,
    timeoutMs: ANSWER_WITHIN,
    signal,
    answer: answerForm,
  });
  const named = verdicts.filter(({ id }, at) => id === sendable[at]?.event.id);
  await takeVerdicts(options, { group, uri }, named);
  if (named.length === sendable.length) return;
  throw new FederationError(
    "peer_answer_invalid",
    `${peer.base} gives no verdict on some of what was posted`,
    {
      status: 200,
      certainty: "certain",
    },
  );
}

/** As many as fit, one at least. */
export function fitting(
  events: readonly PendingSubmission[],
  octets: number = MOST_OCTETS,
): readonly PendingSubmission[] {
  let sum = 0;
  const over = events.findIndex(({ content }, at) => (sum += content.length) > octets && at > 0);
  return over < 0 ? events : events.slice(0, over);
}
