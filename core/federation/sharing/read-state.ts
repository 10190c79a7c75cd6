/** As guest: the snapshot of a group and the list of its members, as they come from its owner (docs/mtp.md, The snapshot). */
import { z } from "zod";
import { groupPropertyNames } from "../../../mappings/events.ts";
import { ContentError } from "../../../mappings/content/content-error.ts";
import { parseProviderUri, parseUserUri, type UserUri } from "../../../mappings/ids.ts";
import { checkProperty } from "../../../mappings/property-value.ts";
import { readRoleJson } from "../../../mappings/room-policy/role-json.ts";
import type { Seq } from "../../ids.ts";
import type { FollowedGroup } from "../../store/units/following.ts";
import { parseHistory } from "../../store/units/group-policy.ts";
import type { GroupState, StatedMember } from "../../store/units/take-state.ts";
import { FederationError } from "../wire/federation-error.ts";
import { pathOf } from "../wire/group-path.ts";
import { ANSWER_WITHIN } from "../peers/peer-client.ts";
import type { PeerLane } from "./sync-options.ts";

const LONGEST_NAME = 256;
const CURSOR = /^[A-Za-z0-9._~-]{1,128}$/;
const cursor = z.string().regex(CURSOR, { error: "is no cursor" });
const version = z.int().nonnegative();

const snapshotForm = z.object({
  group: z.string(),
  cursor,
  seq: z.int().nonnegative(),
  rev: z.int().nonnegative(),
  properties: z.array(z.unknown()),
  roles: z.array(z.unknown()),
  policy: z.object({
    history: z.string().refine((text) => parseHistory(text) !== null, { error: "is no policy" }),
    join: z.enum(["asserted", "invite", "knock"]),
  }),
});
/** Those whose names are not known are left out. */
const propertyForm = z.object({
  name: z.enum(groupPropertyNames),
  item: z.string(),
  value: z.string(),
  version,
});
const membersForm = z.object({ members: z.array(z.unknown()), next: cursor.optional() });
/** Those that can't be read are left out. */
const memberForm = z.object({
  user: z.string().transform((text, issues): UserUri => {
    const uri = parseUserUri(text) ?? (parseProviderUri(text) === null ? null : (text as UserUri));
    if (uri !== null) return uri;
    issues.addIssue("is nobody's URI");
    return z.NEVER;
  }),
  state: z.enum(["joined", "invited", "banned"]),
  role: z.int().nonnegative(),
  version: z.int().positive(),
  name: z.string().min(1).max(LONGEST_NAME).optional(),
});

/** A place in a group's log, and what holds there. */
export interface ReadState {
  readonly cursor: string;
  readonly seq: Seq | 0;
  readonly rev: number;
  readonly state: GroupState;
}

/** Reads the snapshot, and then all members, page by page (M84). Rejects with FederationError. */
export async function readState(
  lane: PeerLane,
  { uri }: FollowedGroup,
  signal: AbortSignal,
): Promise<ReadState> {
  const { options, peer, endpoint } = lane;
  const get = <Answer>(path: string, answer: z.ZodType<Answer>): Promise<Answer> =>
    options.client.request({
      endpoint,
      method: "GET",
      path,
      as: options.base,
      timeoutMs: ANSWER_WITHIN,
      signal,
      answer,
    });
  const path = pathOf(uri);
  const { group, cursor: place, seq, rev, properties, roles, policy } = await get(path, snapshotForm);
  if (group !== uri) throw odd(`${peer.base} gives the snapshot of another group`);
  const members: StatedMember[] = [];
  const pages = new Set<string>();
  for (let next: string | undefined = ""; next !== undefined;) {
    const page: z.output<typeof membersForm> = await get(
      `${path}/members${next === "" ? "" : `?after=${next}`}`,
      membersForm,
    );
    members.push(...page.members.flatMap(memberOf));
    next = page.next;
    if (next === undefined) continue;
    if (pages.has(next)) throw odd(`${peer.base} gives the same page of members again and again`);
    pages.add(next);
  }
  const state = {
    properties: properties.flatMap(propertyOf),
    roles: roles.flatMap((role) => readRoleJson(role) ?? []),
    join: policy.join,
    history: policy.history,
    members,
  };
  return { cursor: place, seq: seq as Seq | 0, rev, state };
}

const odd = (what: string): FederationError =>
  new FederationError("peer_answer_invalid", what, { status: 200, certainty: "certain" });

function memberOf(given: unknown): readonly StatedMember[] {
  const read = memberForm.safeParse(given);
  if (!read.success) return [];
  const { user: uri, state, role, version: since, name = null } = read.data;
  return [{ uri, name, state, role, version: since as Seq }];
}

/** None that no event has set. */
function propertyOf(given: unknown): GroupState["properties"] {
  const read = propertyForm.safeParse(given);
  if (!read.success || read.data.version === 0) return [];
  const { name, item, value, version: since } = read.data;
  try {
    return [{ ...checkProperty(name, item, value), version: since as Seq }];
  } catch (thrown) {
    if (thrown instanceof ContentError) return [];
    throw thrown;
  }
}
