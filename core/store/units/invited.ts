/** People and providers of peers who are wanted in groups of ours, until they have answered (docs/mtp.md, Invitations). */
import {
  authorityOf,
  type GroupUri,
  parseUserUri,
  type ProviderDomain,
  type UserUri,
} from "../../../mappings/ids.ts";
import type { Standing } from "../../../mappings/room-policy/deed.ts";
import { BANNED } from "../../../mappings/room-policy/roles.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId, GroupId, PeerId, UserId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, type Unit } from "../unit.ts";
import { addAudit } from "./audit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import { policyOf } from "./group-policy.ts";
import { addGuest, headFor } from "./guests.ts";
import { liveRooms, lockGroup } from "./log.ts";
import { mayInvite } from "./may-invite.ts";
import { standingIn } from "./members.ts";
import { speakFor } from "./peer-facts.ts";
import { peerSpeakingFor } from "./peer-of-host.ts";
import { propertyNow } from "./properties.ts";
import { appendOwn } from "./provider-members.ts";
import { type MetUsers, userByUri } from "./remote-users.ts";
import { rulesOf } from "./roles.ts";

export interface InviteInput {
  readonly group: GroupUri;
  /** The URI of a user or of a provider of a peer's. */
  readonly wanted: string;
  /** The URI of a user of ours, or of our provider where its operator invites. */
  readonly inviter: string;
  /** null: what everybody has at first, and all that a provider can have. */
  readonly role: number | null;
  readonly expires: Milliseconds;
  readonly at: Milliseconds;
  readonly actor: string;
}

/** An invitation as its peer is told of it. */
export interface SentInvitation {
  readonly group: GroupId;
  readonly uri: GroupUri;
  readonly wanted: string;
  readonly provider: ProviderDomain;
  readonly peer: PeerId;
  readonly inviter: string;
  readonly role: number | null;
  /** Empty: the group has none. */
  readonly name: string;
  readonly expires: Milliseconds;
  readonly told: number;
}

const groupRow = statement<{ uri: GroupUri }>("invited.groupRow")((db, { p }) =>
  db.selectFrom("grp").select("id").where("uri", "=", p.uri),
);
const put = statement<{
  group: GroupId;
  wanted: string;
  provider: ProviderDomain;
  peer: PeerId;
  inviter: string;
  role: number | null;
  name: string;
  expires: Milliseconds;
  at: Milliseconds;
  brought: number;
}>("invited.put")((db, { p }) =>
  db
    .insertInto("invited")
    .values({
      grp: p.group,
      wanted: p.wanted,
      provider: p.provider,
      peer: p.peer,
      inviter: p.inviter,
      role: p.role,
      name: p.name,
      expires: p.expires,
      at: p.at,
      brought: p.brought,
      told: 0,
      tried_at: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(["grp", "wanted"]).doUpdateSet({
        inviter: p.inviter,
        role: p.role,
        name: p.name,
        expires: p.expires,
        at: p.at,
        told: 0,
        tried_at: 0,
      }),
    ),
);

/**
 * Invites somebody of a peer's: the peer becomes a guest that reads the group from now on, and the log says so, before it is told
 * (M54, M110). Throws group_unknown where the group is none of ours, peer_unknown, invite_refused, usage.
 */
export function* invite(
  input: InviteInput,
): Unit<{ readonly invitation: SentInvitation; readonly rooms: RoomsToWake }> {
  const { wanted, role, at } = input;
  const provider = authorityOf(wanted);
  const { group, standing, providerIn, hasRole } = yield* lookAt(input);
  const { peer, connection } = yield* guestFor(provider, at);
  if (standing.state === "joined") throw refused(`${wanted} is in the group already`);
  if (standing.state === "banned") throw refused(`${wanted} is banned in the group`);
  if (role !== null && (parseUserUri(wanted) === null || !hasRole))
    throw new GatewayError("usage", `${role} is no role that ${wanted} could have in the group`);
  const brought = yield* letRead({ group, uri: input.group, peer, connection, at });
  const own = parseUserUri(wanted) === null;
  if (!own && !providerIn)
    yield* appendOwn(group, [`mimi://${provider}`], { change: "join", role: null }, at);
  // The standing may be that of an earlier invitation to the same.
  const holds = standing.state === "invited" && (role === null || standing.role === role);
  if (!holds) yield* appendOwn(group, [wanted], { change: "invite", role }, at);
  const { value: name } = yield* propertyNow(group, { name: "name", item: "" });
  const asked = { group, wanted, provider, peer, inviter: input.inviter, role, name, expires: input.expires };
  yield* first(put, { ...asked, at, brought: brought || !providerIn ? 1 : 0 });
  const { actor, group: subject } = input;
  yield* first(addAudit, { at, actor, act: "group invite", subject, detail: wanted });
  return {
    invitation: { ...asked, uri: input.group, told: 0 },
    rooms: yield* all(liveRooms, { group, but: 0 }),
  };
}

const refused = (why: string): GatewayError => new GatewayError("invite_refused", why);

/** The group, and where those stand whom it is about. */
function* lookAt({ group: uri, wanted, role }: InviteInput) {
  const row = yield* first(groupRow, { uri });
  const log = row && (yield* first(lockGroup, { group: row.id }));
  if (!row || !log || log.ownerPeer !== null)
    throw new GatewayError("group_unknown", `no group ${uri} of this gateway's own is known`);
  if (log.state === "closed") throw refused(`the group ${uri} has ended`);
  const standings = new Map<UserId, Standing>();
  const met: MetUsers = new Map();
  const { id } = yield* userByUri(met, wanted as UserUri, null);
  const provider = yield* userByUri(met, `mimi://${authorityOf(wanted)}` as UserUri, null);
  const present = (yield* standingIn({ standings }, row.id, provider.id)).state;
  const hasRole = role !== null && role > BANNED && (yield* rulesOf(row.id, log)).roles.has(role);
  const standing = yield* standingIn({ standings }, row.id, id);
  return { group: row.id, standing, providerIn: present === "joined" || present === "invited", hasRole };
}

/** The peer that speaks for a provider, where it may be invited. */
function* guestFor(
  domain: ProviderDomain,
  now: Milliseconds,
): Unit<{ readonly peer: PeerId; readonly connection: ConnectionId | null }> {
  const speaking = yield* peerSpeakingFor({ domain, now });
  if (!speaking) throw new GatewayError("peer_unknown", `no gateway is known here that speaks for ${domain}`);
  const { peer, base } = speaking;
  const grounds = yield* mayInvite({ peer, now });
  if (grounds === null)
    throw refused(`the gateway ${base} is not connected with this one: mimi-gateway code create`);
  if (!(yield* speakFor(peer, domain)))
    throw new GatewayError("domain_taken", `${domain} is spoken for by another gateway`);
  return { peer, connection: grounds.connection };
}

/** True: the peer has become a guest by this. One that is one already keeps what it sees, and by what. */
function* letRead(input: {
  group: GroupId;
  uri: GroupUri;
  peer: PeerId;
  connection: ConnectionId | null;
  at: Milliseconds;
}): Unit<boolean> {
  const { group, at: now } = input;
  const present = yield* headFor(input);
  if (present?.left === false) return false;
  const history = (yield* policyOf(group))?.history ?? { kind: "none" };
  yield* addGuest({ ...input, history, now });
  return true;
}

const pending = statement<{ now: Milliseconds; from: PeerId | 0; to: PeerId }>("invited.pending")(
  (db, { p }) =>
    db
      .selectFrom("invited")
      .innerJoin("grp", "grp.id", "invited.grp")
      .innerJoin("user", "user.uri", "invited.wanted" as never)
      .innerJoin("member", (join) =>
        join.onRef("member.grp", "=", "invited.grp").onRef("member.user_id", "=", "user.id"),
      )
      .select([
        "invited.grp as group",
        "grp.uri",
        "invited.wanted",
        "invited.provider",
        "invited.peer",
        "invited.inviter",
        "invited.role",
        "invited.name",
        "invited.expires",
        "invited.told",
        "invited.tried_at as triedAt",
      ])
      .where("member.state", "=", "invited")
      .where("invited.expires", ">", p.now)
      .where("invited.peer", ">=", p.from as PeerId)
      .where("invited.peer", "<=", p.to)
      .orderBy("invited.at"),
);

/** Those that nobody has answered and that are not over, the oldest first; of one peer, or of all where `peer` is null. */
export function* pendingInvitations(input: {
  peer: PeerId | null;
  now: Milliseconds;
}): Unit<readonly (SentInvitation & { readonly triedAt: Milliseconds })[]> {
  const { peer, now } = input;
  const to = peer ?? (Number.MAX_SAFE_INTEGER as PeerId);
  return yield* all(pending, { now, from: peer ?? 0, to });
}

const setTried = statement<{ group: GroupId; wanted: string; told: number; at: Milliseconds }>(
  "invited.setTried",
)((db, { p }) =>
  db
    .updateTable("invited")
    .set({ told: p.told, tried_at: p.at })
    .where("grp", "=", p.group)
    .where("wanted", "=", p.wanted),
);

/** Notes that a peer was told of an invitation, or that it could not be. */
export function* noteTold(input: {
  group: GroupId;
  wanted: string;
  told: boolean;
  at: Milliseconds;
}): Unit<void> {
  yield* first(setTried, { ...input, told: input.told ? 1 : 0 });
}
