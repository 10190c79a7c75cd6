/** A code turned into a connection, at the gateway that has issued it. */
import { randomBytes } from "node:crypto";
import { encodeMember } from "../../../mappings/event-content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../bridge.ts";
import { GatewayError } from "../../errors.ts";
import type { CodeId, ConnectionId, GroupId, PeerId, ProviderId, Seq } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import { takeCode } from "./codes.ts";
import { addConnection, listConnections } from "./connections.ts";
import { addGuest, type HistoryPolicy, headFor } from "./guests.ts";
import { addCarriedEvent, liveRooms, lockGroup, moveHead } from "./log.ts";
import { addNotice } from "./notices.ts";
import { hostsOfPeer, type PeerFacts } from "./peer-facts.ts";
import { addPeer, findPeer, peerOfProvider, updatePeer } from "./peers.ts";

const findCode = statement<{ hash: string }>("redeem.findCode")((db, { p }) =>
  db
    .selectFrom("code")
    .select(["id", "grp as group", "uses_left as left", "expires", "revoked"])
    .where("hash", "=", p.hash),
);
const findUse = statement<{ code: CodeId | 0; redeemer: ProviderDomain }>("redeem.findUse")((db, { p }) =>
  db
    .selectFrom("code_use")
    .select("at")
    .where("code", "=", p.code as CodeId)
    .where("redeemer", "=", p.redeemer),
);

/** Whether a code is good for a provider now. `again`: it has used it before. Costs the same whatever the answer. */
export function* lookAtCode(input: {
  hash: string;
  redeemer: ProviderDomain;
  now: Milliseconds;
}): Unit<{ readonly good: boolean; readonly again: boolean; readonly group: GroupId | null }> {
  const code = yield* first(findCode, input);
  const used = yield* first(findUse, { code: code?.id ?? 0, redeemer: input.redeemer });
  const again = used !== undefined;
  const good =
    code !== undefined && code.revoked === 0 && code.expires > input.now && (again || code.left > 0);
  return { good, again, group: code?.group ?? null };
}

export interface RedeemInput {
  readonly hash: string;
  /** The provider that becomes a guest; the caller has seen that it counts as one of the peer's. */
  readonly redeemer: ProviderDomain;
  readonly base: ProviderDomain;
  /** What the peer's well-known says; `hosts`: those that were seen to count now. */
  readonly facts: PeerFacts;
  /** What its well-known names as hosts, so that those that counted before may go on to. */
  readonly named: readonly ProviderDomain[];
  /** For a connection that is new. */
  readonly id: ConnectionId;
  readonly role: number;
  readonly history: HistoryPolicy;
  readonly at: Milliseconds;
}

export interface Redeemed {
  readonly connection: ConnectionId;
  readonly expires: Milliseconds | null;
  /** null: a connection between the gateways. */
  readonly group: {
    readonly uri: GroupUri;
    readonly role: number;
    /** The seq before the first event that the guest may see. */
    readonly seq: number;
    readonly rev: number;
  } | null;
  /** Rooms that have something to be told. */
  readonly rooms: RoomsToWake;
}

const groupUriOf = statement<{ group: GroupId }>("redeem.groupUri")((db, { p }) =>
  db.selectFrom("grp").select(["uri", "state"]).where("id", "=", p.group),
);

/**
 * Counts the use and makes the connection, all in this one transaction (docs/mtp.md, M104); the one that stands where the
 * provider has used the code before. Throws redeem_refused, domain_taken, group_unknown; nothing is changed then.
 */
export function* redeem(input: RedeemInput): Unit<Redeemed> {
  const { redeemer, at } = input;
  const { again, group } = yield* lookAtCode({ ...input, now: at });
  const peer = yield* knowPeer(input);
  const taken = yield* takeCode({ hash: input.hash, redeemer, now: at });
  if (!taken) throw refused("the code is not good");
  if (again && !(yield* stands(input, peer.id, group)))
    throw refused("the connection that the code has made is ended");
  const connection = yield* addConnection({
    id: input.id,
    peer: peer.id,
    provider: peer.provider,
    group,
    role: String(input.role),
    expires: null,
    at,
    actor: redeemer,
  });
  const row = (yield* listConnections(peer.id)).find(({ id }) => id === connection);
  if (!row) throw refused("the connection has the id of another one");
  const made = { connection, expires: row.expires };
  if (group === null) return { ...made, group: null, rooms: [] };
  return { ...made, ...(yield* letIn(input, group, peer.id, connection, Number(row.role))) };
}

const refused = (why: string): GatewayError => new GatewayError("redeem_refused", why);

/** Whether the redeemer has an active connection of this scope. */
function* stands({ redeemer, at }: RedeemInput, peer: PeerId, group: GroupId | null): Unit<boolean> {
  const uri = group === null ? null : (yield* only(groupUriOf, { group })).uri;
  return (yield* listConnections(peer)).some(
    (row) =>
      row.state === "active" &&
      row.provider === redeemer &&
      row.group === uri &&
      (row.expires === null || row.expires > at),
  );
}

/** The peer's row, new or brought up to date, and its provider's. */
function* knowPeer({ base, redeemer, facts, named, at }: RedeemInput): Unit<{
  readonly id: PeerId;
  readonly provider: ProviderId;
}> {
  const known = yield* findPeer(base);
  if (known?.state === "blocked") throw refused(`the gateway ${base} is blocked here`);
  const before = known ? yield* hostsOfPeer(known.id) : [];
  const kept = before.filter((host) => named.includes(host) || host.endsWith(`.${base}`));
  const all = { ...facts, hosts: [...new Set([...facts.hosts, ...kept])] };
  const done = known
    ? yield* updatePeer({ peer: known.id, facts: all, at })
    : yield* addPeer({ base, static: false, facts: all, at, actor: redeemer });
  const owner = yield* peerOfProvider(redeemer);
  if (owner?.id !== done.id)
    throw new GatewayError("domain_taken", `${redeemer} is spoken for by another gateway`);
  return { id: done.id, provider: owner.provider };
}

/** Makes the peer a guest. The log says whose gateway reads from now on (M54), and so do the rooms (M126). */
function* letIn(
  { redeemer, history, at }: RedeemInput,
  group: GroupId,
  peer: PeerId,
  connection: ConnectionId,
  role: number,
): Unit<Pick<Redeemed, "group" | "rooms">> {
  const { uri, state } = yield* only(groupUriOf, { group });
  if (state === "closed") throw refused(`the group ${uri} has ended`);
  const before = yield* headFor({ uri, peer });
  const { visibleFrom, rev } = yield* addGuest({ group, peer, history, connection, now: at });
  const facts = { uri, role, seq: visibleFrom - 1, rev };
  if (before && !before.left) return { group: facts, rooms: [] };
  const log = yield* only(lockGroup, { group });
  const salt = randomBytes(SALT_OCTETS);
  const content = encodeMember({ user: `mimi://${redeemer}`, change: "join" }, salt);
  const seq = (log.head + 1) as Seq;
  const acceptedAt = Math.max(at, log.accepted_at);
  yield* first(addCarriedEvent, {
    group,
    seq,
    id: eventId("member", "", uri, content, salt),
    kind: "member",
    sender: null,
    acceptedAt,
    originAt: at,
    receivedAt: at,
    content,
    binding: null,
    root: null,
    proof: null,
    via: null,
    originPeer: null,
    erasedAt: null,
  });
  yield* first(moveHead, { group, head: seq, at: acceptedAt });
  const rooms = yield* all(liveRooms, { group, but: 0 });
  const text = `From now on users of ${redeemer} can read what is said here.`;
  for (const { id: binding } of rooms) yield* addNotice({ binding, to: null, text, at });
  return { group: facts, rooms };
}
