/** What a gateway at one end of a wire is made of, but for what it does. */
import { type ProviderDomain } from "../../../mappings/ids.ts";
import { Exchanger } from "../../../core/federation/peers/exchange.ts";
import { HeldRequests } from "../../../core/federation/serving/held-requests.ts";
import { News } from "../../../core/federation/news.ts";
import { PeerClient } from "../../../core/federation/peers/peer-client.ts";
import { StoredPeers } from "../../../core/federation/peers/peer-directory.ts";
import {
  type PublicServer,
  type Routes,
  startPublicServer,
} from "../../../core/federation/serving/public-server.ts";
import { RecentWellKnowns } from "../../../core/federation/peers/recent-well-knowns.ts";
import { groupMembersRoute } from "../../../core/federation/routes/group-members.ts";
import { groupSnapshotRoute } from "../../../core/federation/routes/group-snapshot.ts";
import { hintRoute } from "../../../core/federation/routes/hint.ts";
import { invitationsRoute } from "../../../core/federation/routes/invitations.ts";
import { knocksRoute } from "../../../core/federation/routes/knocks.ts";
import { postEventsRoute } from "../../../core/federation/routes/post-events.ts";
import { submissionsRoute } from "../../../core/federation/routes/submissions.ts";
import { syncRoute } from "../../../core/federation/routes/sync.ts";
import { UnreachableInvitations } from "../../../core/federation/sharing/unreachable-invitations.ts";
import type { SigningKeys } from "../../../core/federation/peers/signing-keys.ts";
import { SlowDown } from "../../../core/federation/serving/slow-down.ts";
import type { SyncOptions } from "../../../core/federation/sharing/sync-options.ts";
import type { GroupId, PeerId } from "../../../core/ids.ts";
import { type LaneKey } from "../../../core/lanes/lane-key.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import type { Store } from "../../../core/store/store.ts";
import { domain } from "./two-gateways.ts";
import { freePort, pause } from "./waiting.ts";

const PER_MINUTE = 10_000;

/** What is asked of a gateway, in the order in which it came. */
export interface Asked {
  readonly path: string;
  readonly body: unknown;
}

export interface EndOptions {
  readonly unreachable?: boolean;
  /** Routes in front of the real ones, to answer as none should. */
  readonly instead?: readonly Routes[];
  readonly holdMs?: number;
  /** Of a store that was restored from a backup. */
  readonly revision?: number;
}

export class GatewayWire {
  readonly base: ProviderDomain;
  readonly host: ProviderDomain;
  readonly store: Store;
  readonly asked: Asked[] = [];
  readonly lines: Record<string, unknown>[] = [];
  readonly woken: LaneKey[] = [];
  readonly hinted: PeerId[] = [];
  readonly news: News;
  readonly options: EndOptions;
  readonly keys: SigningKeys;
  readonly #held = new HeldRequests(limits.peerHeld);
  readonly #exchanger = new Exchanger([]);
  readonly #directory: StoredPeers;
  #server: PublicServer | null = null;

  constructor(name: string, store: Store, keys: SigningKeys, options: EndOptions) {
    this.base = domain(`${name}.example`);
    this.host = domain(`chat.${name}.example`);
    this.store = store;
    this.keys = keys;
    this.options = options;
    const log = this.#log();
    this.news = new News({ store, redis: { kind: "none", connect: null }, base: this.base, log });
    this.#directory = new StoredPeers({
      store,
      base: this.base,
      static: [],
      wellKnowns: this.#wellKnowns(),
      exchanger: this.#exchanger,
      now: Date.now,
      log,
    });
  }

  /** Where it takes requests. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}`;
  }

  /** What its lane for the gateway at that endpoint works with. */
  syncOptionsFor(endpoint: string): SyncOptions {
    const wake = (lane: LaneKey): void => void this.woken.push(lane);
    return {
      store: this.store,
      log: this.#log(),
      limits: { ...limits, holdMs: this.options.holdMs ?? limits.holdMs },
      now: Date.now,
      client: this.#client(),
      signer: () => this.keys.signer(),
      base: this.base,
      proofs: this.#proofs(),
      news: this.news,
      announcer: { rooms: (rooms) => void rooms },
      wake,
      values: this.#values(),
      unreachable: this.options.unreachable ?? false,
      perMinute: PER_MINUTE,
      placeOf: () => ({ url: endpoint, trusted: true }),
      pace: { random: () => 0, pause },
      startedAt: 0,
      revision: this.options.revision ?? 0,
    };
  }

  async close(): Promise<void> {
    this.#exchanger.close();
    await this.#server?.drain();
    this.news.close();
    await this.store.close();
  }

  #log() {
    const write = (line: string): void => void this.lines.push(JSON.parse(line) as Record<string, unknown>);
    return createLogger({ level: "info", bodies: false, stream: { write } });
  }

  #client(): PeerClient {
    return new PeerClient({ exchanger: this.#exchanger, signer: () => this.keys.signer(), now: Date.now });
  }

  #wellKnowns(): RecentWellKnowns {
    return new RecentWellKnowns({ exchanger: this.#exchanger, placeOf: () => undefined, now: Date.now });
  }

  #proofs() {
    return {
      store: this.store,
      wellKnowns: this.#wellKnowns(),
      exchanger: this.#exchanger,
      base: this.base,
      hosts: () => [],
      keys: () => this.keys.published(),
      now: Date.now,
    };
  }

  #values() {
    return {
      heads: () => Promise.resolve(new Map()),
      since: () => Promise.resolve(null),
      states: () => Promise.resolve(new Map<GroupId, string>()),
      take: () => Promise.resolve(),
    };
  }

  async serve(): Promise<void> {
    const shared = {
      invitations: new UnreachableInvitations(this.store, Date.now),
      store: this.store,
      news: this.news,
      held: this.#held,
      slowDown: new SlowDown(limits, Date.now),
      limits,
      now: Date.now,
      base: this.base,
      values: this.#values(),
      retentionDays: 30,
      signer: () => this.keys.signer(),
      wake: (lane: LaneKey): void => void this.woken.push(lane),
      log: this.#log(),
      proofs: this.#proofs(),
      announcer: { rooms: () => undefined },
      perMinute: PER_MINUTE,
      revision: this.options.revision ?? 0,
      hinted: (peer: PeerId): void => void this.hinted.push(peer),
    };
    const noted: Routes = (server) => {
      server.addHook("preHandler", (request, _reply, done) => {
        this.asked.push({ path: request.url, body: request.body });
        done();
      });
    };
    const asked = [invitationsRoute, knocksRoute];
    const real = [
      syncRoute,
      groupSnapshotRoute,
      groupMembersRoute,
      submissionsRoute,
      postEventsRoute,
      hintRoute,
      ...asked,
    ];
    // What is signed names the public address, which here is the port that the system chose.
    const port = await freePort();
    this.#server = await startPublicServer({
      listen: { host: "127.0.0.1", port },
      endpoint: `http://127.0.0.1:${port}`,
      peers: this.#directory,
      held: this.#held,
      limits,
      now: Date.now,
      log: this.#log(),
      wellKnown: () => undefined,
      routes: [noted, ...(this.options.instead ?? real.map((route) => route(shared)))],
      graceMs: 100,
    });
  }
}
