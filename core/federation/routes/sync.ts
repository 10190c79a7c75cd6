/** `POST sync`: logs and latest values of many groups in one held request (docs/mtp.md, Reading many groups). */
import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { GroupId, PeerId } from "../../ids.ts";
import { limits } from "../../limits.ts";
import { type GroupPage, readGroups, type WantedGroup } from "../../store/units/guest-reads.ts";
import type { SentInvitation } from "../../store/units/invited.ts";
import { callerOf } from "../serving/caller.ts";
import { makeCursor, readCursor } from "../wire/cursor.ts";
import { holdFor } from "../serving/hold.ts";
import { invitationJson } from "../wire/invitation-form.ts";
import { groupTopic, peerTopic, type Topic, type Transient } from "../news.ts";
import { readAs } from "../wire/problem.ts";
import type { Routes } from "../serving/public-server.ts";
import { inShard } from "../wire/shard.ts";
import type { SlowDown } from "../serving/slow-down.ts";
import {
  groupField,
  type GroupProblem,
  holdFields,
  noneTwice,
  orProblem,
  problemOfGroup,
} from "../wire/subscriptions.ts";
import type { UnreachableInvitations } from "../sharing/unreachable-invitations.ts";
import { logEventJson } from "../wire/wire-event.ts";
import type { GroupReadOptions } from "./group-events.ts";
import type { TransientRow } from "../wire/value-rows.ts";

/** What of a group's latest values is new to a guest, in the form of the wire. */
export interface NewValues {
  readonly state: string;
  readonly markers: readonly unknown[];
  readonly profiles: readonly unknown[];
  readonly more: boolean;
}

export interface SyncRouteOptions extends GroupReadOptions {
  readonly slowDown: SlowDown;
  /** What nobody can tell a gateway that can't be reached, see UnreachableInvitations; left out: nothing. */
  readonly invitations?: Pick<UnreachableInvitations, "of" | "given">;
  /**
   * Values that changed since the state that the guest named (undefined: all there are); null: none did. Throws ProblemError
   * cursor_malformed, cursor_foreign, cursor_gone.
   */
  readonly values: {
    /** The number of the last change of each group's values; a group without any is left out. */
    heads(groups: readonly GroupId[]): Promise<ReadonlyMap<GroupId, number>>;
    since(
      group: {
        readonly group: GroupId;
        readonly uri: GroupUri;
        readonly rev: number;
        readonly values: number;
      },
      guest: PeerId,
      state: string | undefined,
    ): Promise<NewValues | null>;
  };
}

const form = z.object({
  subscriptions: z
    .array(z.object({ group: groupField, after: z.string().optional(), state: z.string().optional() }))
    .max(limits.subscriptions)
    .refine(noneTwice, { error: "has a group twice" }),
  ...holdFields,
});
type Asked = z.output<typeof form>;

interface SyncAnswer {
  readonly groups: readonly unknown[];
  readonly problems: readonly GroupProblem[];
  readonly invitations?: readonly unknown[];
}

/** Who reads, and what for. */
interface Reading {
  readonly peer: PeerId;
  readonly asked: Asked;
  readonly wanted: readonly WantedGroup[];
  readonly states: ReadonlyMap<GroupUri, string>;
  /** The last transient of each user, by group, until it is given. */
  readonly transients: Map<Topic, Map<string, TransientRow>>;
}

/** The route. A group that can't be served stands under `problems`, and keeps no other from being served. */
export function syncRoute(options: SyncRouteOptions): Routes {
  return (server) => {
    server.post("/sync", { config: { caller: "guest" } }, async (request, reply): Promise<SyncAnswer> => {
      const { peer } = callerOf(request);
      const asked = readAs(form, request.body);
      const { invitations, slowDown } = options;
      await slowDown.pass(peer);
      const invited = (await invitations?.of(peer)) ?? null;
      const answer = await answered(options, { peer, asked, invited }, reply.raw);
      if (!invitations || invited === null) return answer;
      const now = (await invitations.of(peer)) ?? [];
      await invitations.given(now);
      return now.length === 0 ? answer : { ...answer, invitations: now.map(invitationJson) };
    });
  };
}

/** Something that the caller has not been given before. */
const isNew = ({ told }: SentInvitation): boolean => told === 0;

async function answered(
  options: SyncRouteOptions,
  {
    peer,
    asked,
    invited,
  }: { readonly peer: PeerId; readonly asked: Asked; readonly invited: readonly SentInvitation[] | null },
  response: ServerResponse,
): Promise<SyncAnswer> {
  const { reading, problems } = begin(peer, asked);
  const known = new Map<Topic, WantedGroup>();
  const first = await look(options, reading, reading.wanted, known);
  const now = { groups: first?.groups ?? [], problems: [...problems, ...(first?.problems ?? [])] };
  if (now.groups.length > 0 || now.problems.length > 0 || asked.wait === 0) return now;
  if (invited?.some(isNew) === true) return now;
  const found = await holdFor({
    news: options.news,
    held: options.held,
    peer,
    response,
    topics: [...known.keys(), ...(invited === null ? [] : [peerTopic(peer)])],
    waitMs: asked.wait * 1_000,
    look: async (told) => {
      const groups = [...told].flatMap((topic) => known.get(topic) ?? []);
      const found = await look(options, reading, groups);
      if (found !== null || !told.has(peerTopic(peer))) return found;
      return (await options.invitations?.of(peer))?.some(isNew) === true ? now : null;
    },
    transient: (topic, passed) => keep(reading, topic, passed),
  });
  return found ?? now;
}

function begin(peer: PeerId, asked: Asked): { reading: Reading; problems: readonly GroupProblem[] } {
  const problems: GroupProblem[] = [];
  const wanted: WantedGroup[] = [];
  const states = new Map<GroupUri, string>();
  for (const { group: uri, after, state } of asked.subscriptions) {
    if (asked.shard && !inShard(uri, asked.shard)) continue;
    const place = orProblem(uri, () => (after === undefined ? null : readCursor(after, uri)));
    if (place !== null && "code" in place) {
      problems.push(place);
      continue;
    }
    wanted.push({ uri, place });
    if (state !== undefined) states.set(uri, state);
  }
  return { reading: { peer, asked, wanted, states, transients: new Map() }, problems };
}

/** What there is for these groups, or null. `known` is given those that can be listened to. */
async function look(
  { store, now, values, base }: SyncRouteOptions,
  reading: Reading,
  wanted: readonly WantedGroup[],
  known?: Map<Topic, WantedGroup>,
): Promise<SyncAnswer | null> {
  const { peer, asked, states, transients } = reading;
  const { limit, max_bytes: bytes } = asked;
  const pages = await store.read(readGroups({ peer, groups: wanted, limit, bytes, now: now() }));
  const groups = pages.flatMap((page) => ("refused" in page ? [] : [page.group]));
  // After the events, so that no profile is missed whose user is in them (M81).
  const heads = await values.heads(groups);
  const results = await Promise.all(
    pages.map(async (page, at): Promise<GroupProblem | { readonly entry: unknown } | null> => {
      if ("refused" in page) return { group: page.uri, code: page.refused };
      const topic = groupTopic(page.group);
      const subscription = wanted[at];
      if (subscription) known?.set(topic, subscription);
      try {
        const { group, uri, rev } = page;
        const valued = { group, uri, rev, values: heads.get(group) ?? 0 };
        const changed = await values.since(valued, peer, states.get(uri));
        const passed = transients.get(topic);
        transients.delete(topic);
        if (page.events.length === 0 && changed === null && passed === undefined) return null;
        return { entry: entryOf(page, base, changed, passed) };
      } catch (thrown) {
        return problemOfGroup(page.uri, thrown);
      }
    }),
  );
  const entries = results.flatMap((result) => (result && "entry" in result ? [result.entry] : []));
  const problems = results.flatMap((result) => (result && "code" in result ? [result] : []));
  return entries.length === 0 && problems.length === 0 ? null : { groups: entries, problems };
}

/** No event comes before the profile of its sender (M81), so none does while there are more values. */
function entryOf(
  { uri, rev, after, seq, events, head, more }: GroupPage,
  base: ProviderDomain,
  changed: NewValues | null,
  passed: ReadonlyMap<string, TransientRow> | undefined,
): unknown {
  const valuesFirst = changed?.more ?? false;
  return {
    group: uri,
    events: valuesFirst ? [] : events.map((event) => logEventJson(event, base)),
    cursor: makeCursor({ uri, rev, seq: valuesFirst ? after : seq }),
    head,
    more: more || valuesFirst,
    ...(changed && { state: changed.state }),
    ...(changed && changed.markers.length > 0 ? { markers: changed.markers } : {}),
    ...(changed && changed.profiles.length > 0 ? { profiles: changed.profiles } : {}),
    ...(passed && { transients: [...passed.values()] }),
  };
}

/** Nothing goes back to where it came from; of several of one user the last counts. */
function keep({ peer, transients }: Reading, topic: Topic, { row, from }: Transient): void {
  if (from === peer) return;
  const ofGroup = transients.get(topic) ?? new Map<string, TransientRow>();
  ofGroup.set(row.user, row);
  transients.set(topic, ofGroup);
}
