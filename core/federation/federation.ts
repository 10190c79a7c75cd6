/** The part of a gateway that speaks with other gateways, put together: what it serves, what it asks for, what it knows of them. */
import { join } from "node:path";
import type { ProviderDomain } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import type { PeerId } from "../ids.ts";
import { HeldLane } from "../lanes/held-lane.ts";
import { type LaneKey, syncLane } from "../lanes/lane-key.ts";
import type { LaneWork } from "../lanes/lane-runner.ts";
import { KeptFiles } from "../media/kept-files.ts";
import type { ConnectionChange } from "../store/units/connections.ts";
import type { HistoryPolicy } from "../store/units/guests.ts";
import { readLane } from "../store/units/lanes.ts";
import { Exchanger } from "./peers/exchange.ts";
import { createFederationAccess, type FederationAccess } from "./peers/federation-access.ts";
import { announcedLimits, featuresOf } from "./wire/features.ts";
import type { FederationParts } from "./federation-parts.ts";
import { HeldRequests } from "./serving/held-requests.ts";
import { Hints } from "./peers/hints.ts";
import { LatestValues } from "./sharing/latest-values.ts";
import { MemberFiles } from "./peers/member-files.ts";
import { groupTopic, News, peerTopic } from "./news.ts";
import { PeerClient } from "./peers/peer-client.ts";
import { StoredPeers } from "./peers/peer-directory.ts";
import { PeerPlaces } from "./peers/peer-places.ts";
import { type PublicServer, startPublicServer } from "./serving/public-server.ts";
import { RecentWellKnowns } from "./peers/recent-well-knowns.ts";
import { allRoutes } from "./routes/all.ts";
import { rotateKey } from "./peers/rotate-key.ts";
import { SigningKeys } from "./peers/signing-keys.ts";
import { readRevision } from "./sharing/revision.ts";
import { runSync } from "./sharing/sync-lane.ts";
import type { SyncOptions } from "./sharing/sync-options.ts";
import { processClock, Typing } from "./sharing/typing.ts";
import { pause } from "./sharing/pause.ts";
import { Upkeep } from "./upkeep.ts";
import { documentOf, type WellKnown } from "./peers/well-known.ts";
import { wellKnownRoute } from "./routes/well-known.ts";

/** New guests see nothing of what was said before them, unless the group says otherwise. */
const HISTORY: HistoryPolicy = { kind: "none" };
export class Federation {
  readonly access: FederationAccess;
  readonly values: LatestValues;
  readonly typing: Typing;
  readonly files: MemberFiles;
  /** How many requests of other gateways are held. */
  readonly held = (): number => this.#held.size;
  readonly #parts: FederationParts;
  readonly #keys: SigningKeys;
  readonly #news: News;
  readonly #held: HeldRequests;
  readonly #exchanger: Exchanger;
  readonly #peers: StoredPeers;
  readonly #sync: SyncOptions;
  readonly #wellKnowns: RecentWellKnowns;
  readonly #kept: KeptFiles;
  readonly #places: PeerPlaces;
  readonly #upkeep: Upkeep;
  #server: PublicServer | null = null;

  /** null where the configuration says nothing of other gateways. Nothing is served or asked yet. */
  static async create(parts: FederationParts): Promise<Federation | null> {
    const { listen, unreachable } = parts.config.federation;
    if (listen === null && !unreachable) return null;
    const keys = await SigningKeys.open(parts.store, parts.now);
    return new Federation(parts, keys, await readRevision(parts.store));
  }

  private constructor(parts: FederationParts, keys: SigningKeys, revision: number) {
    const { config, store, redis, log, now, announcer, rooms, media, wake } = parts;
    const { base, federation, limits } = config;
    this.#parts = parts;
    this.#keys = keys;
    this.#news = new News({ store, redis, base, log });
    this.#held = new HeldRequests(limits.peerHeld);
    this.#exchanger = new Exchanger(federation.allow);
    this.#kept = new KeptFiles(join(config.data, "media"));
    const exchanger = this.#exchanger;
    const news = this.#news;
    const signer = () => keys.signer();
    this.#places = new PeerPlaces(federation.peers, store);
    const placeOf = (of: ProviderDomain) => this.#places.of(of);
    this.#wellKnowns = new RecentWellKnowns({ exchanger, placeOf, now });
    const wellKnowns = this.#wellKnowns;
    const connected = federation.peers.flatMap(({ key, ...peer }) =>
      key === null ? [] : [{ ...peer, key }],
    );
    this.#peers = new StoredPeers({ store, base, static: connected, wellKnowns, exchanger, now, log });
    const client = new PeerClient({ exchanger, signer, now });
    this.typing = new Typing({
      clock: processClock,
      give: (group, row, from) => news.transient(group, row, from),
      show: (group, speaker, what) => rooms.show(group, speaker, what, null),
    });
    this.values = new LatestValues({
      store,
      typing: this.typing,
      tell: (topics) => news.tell(topics),
      showRead: (group, moved) => rooms.showRead(group, moved),
      showProfile: (group, profile) => rooms.showProfile(group, profile),
      publicAvatar: (avatar) => media.publicAvatar(avatar),
    });
    this.files = new MemberFiles({
      store,
      base,
      wellKnowns,
      signer,
      placeOf,
      allow: federation.allow,
      now,
    });
    this.access = createFederationAccess({
      store,
      base,
      endpoint: federation.endpoint,
      client,
      signer,
      exchanger,
      wellKnowns,
      placeOf,
      now,
      history: HISTORY,
      served: federation.listen !== null,
      changed: (change) => this.#changed(change),
      identity: () => documentOf(this.#self()),
      rotateKey: (stolen, actor) => rotateKey({ keys, store, now }, stolen, actor),
    });
    this.#sync = {
      store,
      log,
      limits,
      now,
      client,
      signer,
      base,
      proofs: { store, wellKnowns, exchanger, base, hosts: () => [], keys: () => keys.published(), now },
      news,
      announcer,
      wake,
      values: this.values,
      unreachable: federation.unreachable,
      perMinute: limits.guestEventsPerMinute,
      placeOf,
      hints: new Hints({ client, base, now, log }),
      pace: { random: Math.random, pause },
      startedAt: now(),
      revision,
    };
    this.#upkeep = new Upkeep({
      ...parts,
      inviter: this.access.inviter,
      changed: (change) => this.#changed(change),
      keys,
      peers: this.#peers,
      places: this.#places,
      files: this.#kept,
    });
    announcer.outside = {
      grew: (group) => news.tell([groupTopic(group)]),
      waits: (peer) => news.tell([peerTopic(peer)]),
    };
  }

  /** Begins to serve, where the configuration says so. Rejects with GatewayError where the address can't be listened on. */
  async start(): Promise<void> {
    const { config, log, now } = this.#parts;
    const { listen, endpoint } = config.federation;
    await this.#peers.putStatic();
    await this.#places.learn();
    if (listen === null) return;
    try {
      this.#server = await startPublicServer({
        listen,
        proxies: config.federation.proxies,
        endpoint,
        peers: this.#peers,
        held: this.#held,
        limits: config.limits,
        now,
        log,
        wellKnown: wellKnownRoute(() => this.#self()),
        routes: allRoutes({
          ...this.#parts,
          sync: this.#sync,
          news: this.#news,
          held: this.#held,
          values: this.values,
          exchanger: this.#exchanger,
          wellKnowns: this.#wellKnowns,
          files: this.#kept,
          history: HISTORY,
          changed: (change) => this.#changed(change),
        }),
      });
    } catch (thrown) {
      const { host, port } = listen;
      throw new GatewayError("config_invalid", `federation.listen: ${host}:${port} can't be listened on`, {
        cause: thrown,
      });
    }
    log.info({ endpoint, port: this.#server.port }, "other gateways are served");
  }

  /** The work of a peer's lane, claimed for this process; null where it is another's, or put off. */
  async work(lane: LaneKey, peer: PeerId): Promise<LaneWork | null> {
    const { store, config } = this.#parts;
    const { wait, failures, pulls } = await store.read(readLane(lane));
    if (wait > 0) return null;
    const held = await HeldLane.claim(store, lane, config.limits.leaseMs);
    return held && { held, own: true, failures, pulls, run: (run) => runSync(this.#sync, run, peer) };
  }

  /** Runs lanes of peers that nobody holds, and learns anew what is stale. Called again and again. */
  sweep(): Promise<void> {
    return this.#upkeep.sweep();
  }

  /** Answers what is held, takes no more requests, and ends those that are under way. */
  async drain(): Promise<void> {
    await this.#server?.drain();
    await this.#parts.runner.stop((lane) => lane.startsWith("sync:"));
  }

  close(): void {
    this.typing.close();
    this.#news.close();
    this.#exchanger.close();
  }

  #changed({ peer, groups, rooms }: ConnectionChange): void {
    this.#peers.forget();
    this.#parts.announcer.rooms(rooms);
    this.#news.tell([peerTopic(peer), ...groups.map(groupTopic)]);
    void this.#parts.runner.run(syncLane(peer));
  }

  #self(): WellKnown {
    const { base, federation, limits } = this.#parts.config;
    return {
      base,
      endpoint: federation.endpoint,
      // Accounts are named under the base domain, so that all of them count without being listed.
      hosts: [],
      keys: this.#keys.published(),
      features: featuresOf(federation.unreachable),
      limits: announcedLimits(limits),
    };
  }
}
