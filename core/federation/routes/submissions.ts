/** `POST submissions`: what our users said in groups of the caller's, and its verdicts (docs/mtp.md, Pulled by the owner). */
import { z } from "zod";
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Wake } from "../../lanes/waker.ts";
import type { Store } from "../../store/store.ts";
import { DECLINED, followedAt } from "../../store/units/following.ts";
import { listInvitations } from "../../store/units/invitations.ts";
import { type PendingSubmission, pendingFor } from "../../store/units/submissions.ts";
import { callerOf } from "../serving/caller.ts";
import { makeCursor, readCursor } from "../wire/cursor.ts";
import type { HeldRequests } from "../serving/held-requests.ts";
import { holdFor } from "../serving/hold.ts";
import type { GivenValues, LatestValues } from "../sharing/latest-values.ts";
import { groupTopic, type News, peerTopic, type Topic } from "../news.ts";
import { proofsFor } from "../peers/own-proofs.ts";
import { fitting } from "../sharing/post-submissions.ts";
import { ProblemError, readAs } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { inShard } from "../wire/shard.ts";
import type { RequestSigner } from "../wire/signature.ts";
import type { SlowDown } from "../serving/slow-down.ts";
import {
  groupField,
  type GroupProblem,
  holdFields,
  noneTwice,
  problemOfGroup,
} from "../wire/subscriptions.ts";
import { verdictForm } from "../wire/sync-answer.ts";
import { takeVerdicts } from "../sharing/verdict-notice.ts";
import { submittedEventJson } from "../wire/wire-event.ts";
import type { TransientRow } from "../wire/value-rows.ts";

export interface SubmissionsRouteOptions {
  readonly store: Store;
  readonly news: News;
  readonly held: HeldRequests;
  readonly slowDown: SlowDown;
  readonly values: Pick<LatestValues, "heads" | "since">;
  readonly signer: () => RequestSigner;
  /** Our own base domain. */
  readonly base: ProviderDomain;
  readonly wake: Wake;
  readonly now: () => number;
  readonly log: Logger;
  /** Of what this gateway submits: cursors of another one are of a store that was lost. */
  readonly revision: number;
}

const MOST_VERDICTS = 500;

const form = z.object({
  groups: z
    .array(
      z.object({
        group: groupField,
        after: z.string().optional(),
        state: z.string().optional(),
        verdicts: z.array(verdictForm).max(MOST_VERDICTS).optional(),
      }),
    )
    .max(limits.subscriptions)
    .refine(noneTwice, { error: "has a group twice" }),
  ...holdFields,
});
type Asked = z.output<typeof form>;

/** A group of the caller's that we follow, and where the caller stands in what we submit. */
interface Wanted {
  readonly uri: GroupUri;
  readonly group: GroupId;
  /** Of the values that are told. */
  readonly rev: number;
  readonly after: number;
  readonly state: string | undefined;
}

/** What is shown at once or never, by group and user. */
type Passing = Map<Topic, Map<string, TransientRow>>;

/** What there is for a group. */
interface Found {
  readonly events: readonly PendingSubmission[];
  readonly values: GivenValues | null;
  readonly transients: readonly TransientRow[];
}

interface Answer {
  readonly groups: readonly unknown[];
  readonly problems: readonly GroupProblem[];
}

/** The route. Verdicts are on disk before anything is answered, and so is that what is served has left. */
export function submissionsRoute(options: SubmissionsRouteOptions): Routes {
  return (server) => {
    server.post("/submissions", async (request, reply): Promise<Answer> => {
      const { peer } = callerOf(request);
      const asked = readAs(form as z.ZodType<Asked>, request.body);
      await options.slowDown.pass(peer);
      const { wanted, problems, awaited } = await begin(options, peer, asked);
      const passing: Passing = new Map();
      const first = await look(options, peer, wanted, asked, passing);
      const now = { groups: first?.groups ?? [], problems: [...problems, ...(first?.problems ?? [])] };
      if (now.groups.length > 0 || now.problems.length > 0 || asked.wait === 0) return now;
      const found = await holdFor({
        news: options.news,
        held: options.held,
        peer,
        response: reply.raw,
        topics: [peerTopic(peer), ...wanted.map(({ group }) => groupTopic(group))],
        waitMs: asked.wait * 1_000,
        look: async () => {
          // What we are invited to may be answered while this is held.
          if (awaited.length > 0)
            wanted.push(...(await begin(options, peer, { ...asked, groups: awaited })).wanted);
          return look(options, peer, wanted, asked, passing);
        },
        transient: (topic, { row, from }) => {
          // Nothing goes back to where it came from; of several of one user the last counts.
          const before = passing.get(topic) ?? new Map<string, TransientRow>();
          if (from !== peer) passing.set(topic, before.set(row.user, row));
        },
      });
      return found ?? now;
    });
  };
}

interface Begun {
  readonly wanted: Wanted[];
  readonly problems: readonly GroupProblem[];
  /** Groups that we are invited to, and have no part in before that is answered. */
  readonly awaited: Asked["groups"];
}

/** Takes the verdicts, and finds the groups. */
async function begin(options: SubmissionsRouteOptions, peer: PeerId, asked: Asked): Promise<Begun> {
  const rows = await options.store.read(followedAt(peer));
  const followed = new Map(rows.map((row) => [row.uri, row]));
  const problems: GroupProblem[] = [];
  const wanted: Wanted[] = [];
  const awaited: Asked["groups"] = [];
  const isInvited = await invitedBy(options, peer);
  for (const { group: uri, after, state, verdicts } of asked.groups) {
    const row = followed.get(uri);
    // One that was left or stopped is still told what became of what it said.
    if (row && verdicts) await takeVerdicts(options, row, verdicts);
    if (asked.shard && !inShard(uri, asked.shard)) continue;
    if (row === undefined || (row.state !== "following" && row.code !== DECLINED)) {
      if (isInvited(uri)) awaited.push({ group: uri, after, state });
      else problems.push({ group: uri, code: "not_found" });
      continue;
    }
    const { revision } = options;
    const rev = Math.max(row.rev, revision);
    wanted.push({ uri, group: row.group, rev, after: placeOf(after, uri, revision), state });
  }
  return { wanted, problems, awaited };
}

/** Which groups a peer wants one of ours in. */
async function invitedBy(
  { store, now }: SubmissionsRouteOptions,
  peer: PeerId,
): Promise<(uri: GroupUri) => boolean> {
  const rows = await store.read(listInvitations(now()));
  const groups = new Set(rows.filter((row) => row.peer === peer).map(({ group }) => group));
  return (uri) => groups.has(uri);
}

/** Behind what the caller has judged all. A cursor that is none of ours is as good as none: all is served again (M92). */
function placeOf(after: string | undefined, uri: GroupUri, revision: number): number {
  if (after === undefined) return 0;
  try {
    const { rev, seq } = readCursor(after, uri);
    return rev === revision ? seq : 0;
  } catch (thrown) {
    if (thrown instanceof ProblemError) return 0;
    throw thrown;
  }
}

/** What there is for these groups, or null. */
async function look(
  options: SubmissionsRouteOptions,
  peer: PeerId,
  wanted: readonly Wanted[],
  { limit, max_bytes: bytes }: Asked,
  passing: Passing,
): Promise<Answer | null> {
  const pending = await options.store.read(pendingFor({ peer, groups: wanted, limit }));
  const share = Math.floor(bytes / Math.max(1, pending.size));
  const heads = await options.values.heads(wanted.map(({ group }) => group));
  const groups: unknown[] = [];
  const problems: GroupProblem[] = [];
  for (const one of wanted) {
    try {
      const valued = { ...one, values: heads.get(one.group) ?? 0 };
      const values = await options.values.since(valued, peer, one.state);
      const events = fitting(pending.get(one.group) ?? [], share);
      const transients = [...(passing.get(groupTopic(one.group))?.values() ?? [])];
      if (events.length + transients.length === 0 && values === null) continue;
      groups.push(await entryOf(options, one, { events, values, transients }));
    } catch (thrown) {
      problems.push(problemOfGroup(one.uri, thrown));
    }
  }
  return groups.length === 0 && problems.length === 0 ? null : { groups, problems };
}

async function entryOf(
  options: SubmissionsRouteOptions,
  { uri, group, after }: Wanted,
  { events, values, transients }: Found,
): Promise<unknown> {
  const proven = await proofsFor(options, group, events);
  // Groups with more than fits are asked for again at once, and find out.
  const last = events.at(-1)?.n ?? after;
  return {
    group: uri,
    events: proven.map(({ event, proof }) => submittedEventJson(event, options.base, proof)),
    cursor: makeCursor({ uri, rev: options.revision, seq: last }),
    more: values?.more ?? false,
    ...(values && { state: values.state }),
    ...(values && values.markers.length > 0 ? { markers: values.markers } : {}),
    ...(values && values.profiles.length > 0 ? { profiles: values.profiles } : {}),
    ...(transients.length > 0 ? { transients } : {}),
  };
}
