/** A code turned into a connection, at the gateway that has issued it. */
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { CodeId, ConnectionId, GroupId, PeerId, ProviderId } from "../../ids.ts";
import { statement } from "../statement.ts";
import { all, first, only, type Unit } from "../unit.ts";
import type { RoomsToWake } from "./carried-events.ts";
import { takeCode } from "./codes.ts";
import { addConnection, type ConnectionChange, type ConnectionRow, listConnections } from "./connections.ts";
import type { HistoryPolicy } from "./guests.ts";
import { letIn } from "./let-in.ts";
import { liveRooms } from "./log.ts";
import { addNotice } from "./notices.ts";
import { hostsOfPeer, type PeerFacts } from "./peer-facts.ts";
import { addPeer, findPeer, peerOfProvider, updatePeer } from "./peers.ts";

const findCode = statement<{ hash: string }>("redeem.findCode")((db, { p }) =>
  db
    .selectFrom("code")
    .select(["id", "grp as group", "uses_left as left", "confirm", "expires", "revoked"])
    .where("hash", "=", p.hash),
);
const findUse = statement<{ code: CodeId | 0; redeemer: ProviderDomain }>("redeem.findUse")((db, { p }) =>
  db
    .selectFrom("code_use")
    .select("at")
    .where("code", "=", p.code as CodeId)
    .where("redeemer", "=", p.redeemer),
);

/** What a code is for a provider now. */
export interface CodeLook {
  readonly good: boolean;
  /** The provider has used it before. */
  readonly again: boolean;
  readonly group: GroupId | null;
  /** Whoever made it wants to confirm who redeems it. */
  readonly confirm: boolean;
}

/** Costs the same whatever the answer. */
export function* lookAtCode(input: {
  hash: string;
  redeemer: ProviderDomain;
  now: Milliseconds;
}): Unit<CodeLook> {
  const code = yield* first(findCode, input);
  const used = yield* first(findUse, { code: code?.id ?? 0, redeemer: input.redeemer });
  const again = used !== undefined;
  const fresh = code !== undefined && code.expires > input.now && code.left > 0;
  const good = code?.revoked === 0 && (again || fresh);
  return { good, again, group: code?.group ?? null, confirm: code?.confirm === 1 };
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
  /** The policy here: every new connection has to be confirmed, whatever the code says. */
  readonly confirm: boolean;
  readonly at: Milliseconds;
}

export interface Redeemed {
  readonly connection: ConnectionId;
  readonly state: "active" | "waiting";
  readonly expires: Milliseconds | null;
  /** null: a connection between the gateways. */
  readonly group: {
    readonly uri: GroupUri;
    readonly role: number;
    /** Where reading begins: behind the event of this seq. null: not before the connection is confirmed. */
    readonly place: { readonly seq: number; readonly rev: number } | null;
  } | null;
  readonly change: ConnectionChange;
}

const groupUriOf = statement<{ group: GroupId }>("redeem.groupUri")((db, { p }) =>
  db.selectFrom("grp").select("uri").where("id", "=", p.group),
);

/**
 * Counts the use and makes the connection, all in this one transaction (docs/mtp.md, M104); the one that stands where the
 * provider has used the code before. Throws redeem_refused, domain_taken, group_unknown; nothing is changed then.
 */
export function* redeem(input: RedeemInput): Unit<Redeemed> {
  const { redeemer, at, history } = input;
  const { again, group, confirm } = yield* lookAtCode({ ...input, now: at });
  const { id: peer, provider } = yield* knowPeer(input);
  const taken = yield* takeCode({ hash: input.hash, redeemer, now: at });
  if (!taken) throw refused("the code is not good");
  const uri = group === null ? null : (yield* only(groupUriOf, { group })).uri;
  if (again && !(yield* standing(input, peer, uri)))
    throw refused("the connection that the code has made is ended");
  const connection = yield* addConnection({
    id: input.id,
    peer,
    provider,
    group,
    role: String(input.role),
    expires: null,
    // Who was taken for good before is not looked at again.
    waiting: confirm || input.confirm,
    at,
    actor: redeemer,
  });
  const row = yield* standing(input, peer, uri);
  if (row?.id !== connection) throw refused("the connection has the id of another one");
  const state = row.state === "active" ? "active" : "waiting";
  const made = { connection, state, expires: row.expires } as const;
  const change = { peer, groups: [], rooms: [], followed: [] };
  if (group === null || uri === null) return { ...made, group: null, change };
  const role = Number(row.role);
  if (state === "waiting") {
    const told = again ? [] : yield* tellOfWaiting(input, group, connection);
    return { ...made, group: { uri, role, place: null }, change: { ...change, rooms: told } };
  }
  const { seq, rev, rooms } = yield* letIn({ group, peer, provider: redeemer, connection, history, at });
  return {
    ...made,
    group: { uri, role, place: { seq, rev } },
    change: { ...change, groups: [group], rooms },
  };
}

/** In each live room: who asks, and how he is let in. */
function* tellOfWaiting(
  { base, redeemer, at }: RedeemInput,
  group: GroupId,
  connection: ConnectionId,
): Unit<RoomsToWake> {
  const rooms = yield* all(liveRooms, { group, but: 0 });
  const text =
    `${redeemer} (${base}) has a code for this room and asks to read and write here. Whoever manages the room decides, by writing ` +
    `to me in private: "confirm ${connection} ROOM" or "refuse ${connection} ROOM".`;
  for (const { id } of rooms) yield* addNotice({ binding: id, to: null, text, at });
  return rooms;
}

const refused = (why: string): GatewayError => new GatewayError("redeem_refused", why);

/** The redeemer's connection of this scope that has not ended. */
function* standing(
  { redeemer, at }: RedeemInput,
  peer: PeerId,
  uri: GroupUri | null,
): Unit<ConnectionRow | undefined> {
  return (yield* listConnections(peer)).find(
    (row) =>
      row.state !== "ended" &&
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
