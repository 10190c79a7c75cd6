/** What an operator asks for about other gateways, answered from the store and by the part that speaks to them. */
import type { GroupUri, ProviderDomain } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import type {
  BlockReport,
  CodeQuestion,
  CodeReport,
  ConnectionReport,
  EndedConnectionReport,
  FederationOperations,
  GroupDetail,
  GroupEvent,
  GroupMember,
  GroupReport,
  MadeCodeReport,
  PeerReport,
  RedeemQuestion,
  RedeemReport,
  WellKnownReport,
} from "../federation-operations.ts";
import { makeCode } from "../federation/wire/code-text.ts";
import { parseEndpoint } from "../federation/wire/endpoint.ts";
import type { FederationAccess } from "../federation/peers/federation-access.ts";
import { liesUnder } from "../federation/peers/well-known.ts";
import type { BlockList } from "../groups/block-list.ts";
import type { CodeId, ConnectionId } from "../ids.ts";
import { limits } from "../limits.ts";
import type { RoomReference } from "../operations.ts";
import type { Store } from "../store/store.ts";
import { listBlocks } from "../store/units/blocks.ts";
import { listCodes } from "../store/units/codes.ts";
import { listConnections } from "../store/units/connections.ts";
import { groupParts, groupRows, lastEventRows, memberRows } from "../store/units/group-reports.ts";
import { peerStatuses } from "../store/units/peer-reports.ts";
import { connectionId, domainOf, groupUriOf, subjectOf, uriOrNull } from "./federation-names.ts";
import { bindingOf, providerOf, type RoomAccount } from "./room-accounts.ts";
import { codeReport, connectionReport, groupReport, peerReport } from "./federation-reports.ts";
import { groupEvent } from "./group-history.ts";
import type { Linking } from "./room-codes.ts";
import { StoredInvitations } from "./invitation-operations.ts";
import { requireFederation } from "./require-federation.ts";

export interface StoredFederationOptions {
  readonly base: ProviderDomain;
  readonly store: Store;
  readonly hosts: readonly RoomAccount[];
  /** null: nothing is exchanged with other gateways in this process. */
  readonly access: FederationAccess | null;
  /** False: the command line has opened the store itself. */
  readonly running: boolean;
  readonly link: Linking;
  /** What rooms are not given as this process knows it; left out where it delivers nothing. */
  readonly blocks?: Pick<BlockList, "refresh">;
}

const ACTOR = "operator";
const MOST_USES = 1_000_000;

export class StoredFederation implements FederationOperations {
  readonly invitations: StoredInvitations;
  readonly #options: StoredFederationOptions;

  constructor(options: StoredFederationOptions) {
    this.invitations = new StoredInvitations(options);
    this.#options = options;
  }

  identity(): Promise<WellKnownReport> {
    return Promise.resolve(requireFederation(this.#options).identity());
  }

  async rotateKey(stolen: boolean): Promise<WellKnownReport> {
    const access = requireFederation(this.#options);
    await access.rotateKey(stolen, ACTOR);
    return access.identity();
  }

  async peers(): Promise<readonly PeerReport[]> {
    return (await this.#options.store.read(peerStatuses())).map(peerReport);
  }

  async addPeer(base: string, endpoint: string | null): Promise<PeerReport> {
    const { store, base: own } = this.#options;
    const access = requireFederation(this.#options);
    const domain = domainOf(base);
    if (liesUnder(domain, own))
      throw new GatewayError("domain_taken", `${domain} is this gateway's own, or under it`);
    const url = endpoint === null ? null : parseEndpoint(endpoint, true);
    if (endpoint !== null && url === null)
      throw new GatewayError("usage", `${endpoint} is no endpoint; write https://HOST[:PORT][/PATH]`);
    const facts = await access.readPeer(domain, url === null ? null : { url, trusted: true });
    const added = { base: domain, static: false, trusted: url !== null, facts, at: Date.now(), actor: ACTOR };
    const { id: peer } = await store.write("addPeer", added);
    access.changed({ peer, groups: [], rooms: [], followed: [] });
    return this.#peer(domain);
  }

  async blockPeer(base: string, blocked: boolean): Promise<PeerReport> {
    const { store, access } = this.#options;
    const domain = domainOf(base);
    const peer = await store.write("blockPeer", { base: domain, blocked, at: Date.now(), actor: ACTOR });
    access?.changed({ peer, groups: [], rooms: [], followed: [] });
    return this.#peer(domain);
  }

  async blocks(): Promise<readonly BlockReport[]> {
    return this.#options.store.read(listBlocks());
  }

  async block(text: string, blocked: boolean): Promise<readonly BlockReport[]> {
    const block = { scope: "gateway", subject: subjectOf(text), at: Date.now(), actor: ACTOR };
    await this.#options.store.write(blocked ? "addBlock" : "dropBlockOf", block);
    await this.#options.blocks?.refresh();
    return this.blocks();
  }

  async codes(): Promise<readonly CodeReport[]> {
    const now = Date.now();
    return (await this.#options.store.read(listCodes())).map((row) => codeReport(row, now));
  }

  async createCode({ group, room, uses, lifeMs, confirm }: CodeQuestion): Promise<MadeCodeReport> {
    const { store, base } = this.#options;
    if (group !== null && room !== null)
      throw new GatewayError("usage", "name a group or a room of it, not both");
    if (uses < 1 || uses > MOST_USES)
      throw new GatewayError("usage", `a code is good 1 to ${MOST_USES} times`);
    if (lifeMs <= 0 || lifeMs > limits.codeMs)
      throw new GatewayError("usage", `a code lives ${limits.codeMs / 86_400_000} days at most`);
    const key = requireFederation(this.#options).keyId();
    const uri = room === null ? uriOrNull(group) : await this.#groupOfRoom(room);
    const { text, hash } = makeCode(base, key);
    const at = Date.now();
    const expires = at + lifeMs;
    const kept = { hash, group: uri, issuer: ACTOR, uses, confirm, expires, at };
    const id = await store.write("createCode", kept);
    return { id, code: text, scope: uri === null ? "gateway" : "group", group: uri, uses, confirm, expires };
  }

  async revokeCode(id: number): Promise<CodeReport> {
    const code = id as CodeId;
    await this.#options.store.write("revokeCode", { code, at: Date.now(), actor: ACTOR });
    return found(await this.codes(), (row) => row.id === id);
  }

  async redeem({ code, as, room }: RedeemQuestion, actor: string = ACTOR): Promise<RedeemReport> {
    const { link, hosts } = this.#options;
    const access = requireFederation(this.#options);
    const provider = providerOf(hosts, as ?? room?.account ?? null);
    if (room !== null) await this.#checkFree(room);
    const { peer, base, connection, scope, group, groupId } = await access.redeem(code, provider, actor);
    access.changed({ peer, groups: [], rooms: [], followed: groupId === null ? [] : [groupId] });
    const made = { connection, scope, base, provider, group };
    if (room === null) return { ...made, linked: null };
    const label = `${room.account}:${room.room}`;
    if (group === null)
      throw new GatewayError(
        "usage",
        `the code is redeemed, and connects the gateways; it opens no group that ${label} could be linked to`,
      );
    try {
      return { ...made, linked: await link([room], group, { actor, code: null }) };
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      const remedy = `the code is redeemed; when that is cured: mimi-gateway link ${label} --group ${group}`;
      throw new GatewayError(thrown.code, `${thrown.detail}; ${remedy}`, { cause: thrown });
    }
  }

  async connections(): Promise<readonly ConnectionReport[]> {
    return (await this.#options.store.read(listConnections(null))).map(connectionReport);
  }

  async confirmConnection(text: string, actor: string = ACTOR): Promise<ConnectionReport> {
    const access = requireFederation(this.#options);
    const { history } = access;
    const id = connectionId(text);
    const at = Date.now();
    access.changed(await this.#options.store.write("confirmConnection", { id, history, at, actor }));
    return this.#connection(id);
  }

  async endConnection(text: string, actor: string = ACTOR): Promise<EndedConnectionReport> {
    const { store, access } = this.#options;
    const id = connectionId(text);
    const change = await store.write("endConnection", { id, peer: null, at: Date.now(), actor });
    access?.changed(change);
    const peer = (await store.read(peerStatuses())).find((one) => one.id === change.peer);
    const told = access !== null && peer !== undefined && (await access.endThere(peer, id));
    return { ...(await this.#connection(id)), told };
  }

  async groups(): Promise<readonly GroupReport[]> {
    return (await this.#options.store.read(groupRows())).map(groupReport);
  }

  async group(uri: string): Promise<GroupDetail> {
    const { row, rooms, guests } = await this.#options.store.read(groupParts(groupUriOf(uri)));
    const readers = guests.map(({ base, visibleFrom, left, connection }) => ({
      base,
      from: visibleFrom,
      until: left,
      connection,
    }));
    return { ...groupReport(row), topic: row.topic, linked: rooms, readers };
  }

  async members(uri: string): Promise<readonly GroupMember[]> {
    return this.#options.store.read(memberRows(groupUriOf(uri)));
  }

  async history(uri: string, limit: number): Promise<readonly GroupEvent[]> {
    return (await this.#options.store.read(lastEventRows({ uri: groupUriOf(uri), limit }))).map(groupEvent);
  }

  /** Before a code is used up for it: a room in a group of ours can't be in another one. */
  async #checkFree(room: RoomReference): Promise<void> {
    const { store, hosts } = this.#options;
    const binding = await bindingOf(store, hosts, room);
    const group = (await this.groups()).find(({ uri }) => uri === binding?.groupUri);
    if (!group || group.owner !== null) return;
    throw new GatewayError(
      "room_linked",
      `${room.account}:${room.room} is linked in group ${group.uri}: unlink it there first`,
    );
  }

  async #groupOfRoom(room: RoomReference): Promise<GroupUri> {
    const { store, hosts } = this.#options;
    const binding = await bindingOf(store, hosts, room);
    return binding?.groupUri ?? groupUriOf((await this.#options.link([room], null)).group);
  }

  async #peer(base: ProviderDomain): Promise<PeerReport> {
    return found(await this.peers(), (peer) => peer.base === base);
  }

  async #connection(id: ConnectionId): Promise<ConnectionReport> {
    return found(await this.connections(), (one) => one.id === id);
  }
}

function found<Row>(rows: readonly Row[], wanted: (row: Row) => boolean): Row {
  const row = rows.find(wanted);
  if (row === undefined) throw new GatewayError("internal", "what was just written is not there");
  return row;
}
