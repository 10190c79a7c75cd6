/**
 * A running gateway: the store, the lanes, the accounts with their bridges, the sweep and the control socket, put
 * together here and nowhere else.
 */
import { randomBytes } from "node:crypto";
import type { AccountHost } from "./accounts/account-host.ts";
import type { AccountOptions } from "./accounts/account-options.ts";
import { type BridgeFactory, createHosts } from "./accounts/create-hosts.ts";
import { LiveRooms } from "./accounts/live-rooms.ts";
import { Markers } from "./accounts/markers.ts";
import { Profiles } from "./accounts/profiles.ts";
import { RoomLanes } from "./accounts/room-lanes.ts";
import { GatewayOperations } from "./admin/gateway-operations.ts";
import type { Milliseconds } from "./time.ts";
import type { AccountBase } from "./config/schema.ts";
import type { Config } from "./config/config.ts";
import { startControlServer } from "./control/server.ts";
import { controlSocketPath } from "./control/socket-path.ts";
import { runRoomCommand } from "./commands/room-commands.ts";
import { asGatewayError, type GatewayError } from "./errors.ts";
import { Federation } from "./federation/federation.ts";
import { Announcer } from "./groups/announce.ts";
import { EventWriter } from "./groups/event-writer.ts";
import { BlockList } from "./groups/block-list.ts";
import { MessageMemo } from "./groups/message-memo.ts";
import type { AccountId } from "./ids.ts";
import { type LaneKey, parseLane } from "./lanes/lane-key.ts";
import { LaneRunner, type LaneWork } from "./lanes/lane-runner.ts";
import { LoopBreaker } from "./loops/loop-breaker.ts";
import { Sweep } from "./lanes/sweep.ts";
import { Waker } from "./lanes/waker.ts";
import { openWakeQueue } from "./lanes/open-wake-queue.ts";
import type { Logger } from "./log.ts";
import { PolicyBook } from "./policy/policy-book.ts";
import { GatewayMedia } from "./media/gateway-media.ts";
import { openPaces } from "./redis/open-paces.ts";
import { openRedis } from "./redis/redis-access.ts";
import { openKeyRing } from "./secrets/key-ring.ts";
import { Vault } from "./secrets/vault.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";
import { once, undoAll } from "./undo.ts";
import { version } from "./version.ts";
import type { Metrics } from "./watch/metrics.ts";
import { openMetrics } from "./watch/open-metrics.ts";
import { startWatch } from "./watch/start-watch.ts";

export interface RunningGateway {
  readonly operations: GatewayOperations;
  /** Resolves when the gateway has to end by itself, with the reason. */
  readonly failed: Promise<GatewayError>;
  /** Ends in order: nothing new, what is under way is settled, accounts are let go. */
  stop(): Promise<void>;
}

/** Starts everything. Rejects with a GatewayError that says what to do. */
export async function startGateway<Account extends AccountBase>(
  config: Config<Account>,
  createBridge: BridgeFactory<Account>,
  log: Logger,
): Promise<RunningGateway> {
  const metrics = await openMetrics(config.watch);
  const opened = await openStore(config);
  const store = metrics?.counting(opened) ?? opened;
  const undo: (() => Promise<void>)[] = [() => store.close()];
  try {
    const gateway = await assemble(config, createBridge, log, store, metrics, undo);
    const stop = once(() => undoAll(undo, log));
    return { ...gateway, stop };
  } catch (thrown) {
    await undoAll(undo, log);
    throw asGatewayError(thrown);
  }
}

async function assemble<Account extends AccountBase>(
  config: Config<Account>,
  createBridge: BridgeFactory<Account>,
  log: Logger,
  store: Store,
  metrics: Metrics | null,
  undo: (() => Promise<void>)[],
): Promise<Omit<RunningGateway, "stop">> {
  const freed = await store.write("freeLeasesOf", store.slot);
  if (freed > 0) log.info({ freed }, "leases of this slot's last process are freed");
  const key = await store.write("settle", { name: "id-key", value: randomBytes(32) });
  const memo = new MessageMemo();
  const { listen, endpoint } = config.federation;
  const writer = new EventWriter(key, memo, listen === null ? null : endpoint, `https://${config.base}`);

  const hosts: AccountHost[] = [];
  const hostOf = (account: AccountId) => hosts.find((host) => host.options.row.id === account);
  const runner: LaneRunner = new LaneRunner({
    store,
    log,
    slots: config.limits.laneSlots,
    // One process alone works on an SQLite file; a job would hold up the queue meanwhile.
    ...(store.dialect === "sqlite" && config.wake === "direct" && { lingerMs: config.limits.laneLingerMs }),
    find: (lane) => findWork(lane),
  });
  undo.push(() => runner.close());

  const redis = await openRedis(config, log);
  undo.push(() => redis.close());
  const connected = new Set<AccountId>();
  const queue = await openWakeQueue(redis, { runner, log, connected });
  if (queue) undo.push(() => queue.close());
  const mode = queue === null ? "direct" : config.wake;
  const mayRun = (account: AccountId) => hostOf(account)?.serving ?? false;
  const waker = new Waker({ mode, runner, queue, mayRun });
  const announcer = new Announcer(waker.wake);

  const holding = async (account: AccountId, held: boolean): Promise<void> => {
    if (held) queue?.workAccount(account);
    else await queue?.leaveAccount(account);
  };
  const policies = new PolicyBook(store, now);
  const loops = new LoopBreaker({ store, memo, limits: config.limits, log, now, wake: waker.wake });
  const media = new GatewayMedia({ config, store, key, log, now, hosts: () => hosts });
  const avatars = media.addresses;
  const rooms = new LiveRooms({ store, memo, log, policies, avatars, hosts: () => hosts });
  const { wake } = waker;
  const around = { config, store, log, now, wake };
  const federation = await Federation.create({ ...around, redis, runner, announcer, rooms, media });
  if (federation) undo.push(() => Promise.resolve(federation.close()));
  const markers = new Markers({
    store,
    log,
    now,
    show: (group, moved) => rooms.showRead(group, moved),
    moved: (group, { ownerPeer }) => federation?.values.changed(group, ownerPeer),
  });
  undo.push(() => markers.close());
  const transients: AccountOptions["transients"] = (from, speaker, what) => {
    rooms.show(from.group, speaker, what, from.id);
    federation?.typing.said(from.group, speaker.uri, what.typing);
  };
  const profiles = new Profiles({
    store,
    told: (group, ownerPeer, profile) => {
      federation?.values.changed(group, ownerPeer);
      void rooms.showProfile(group, profile);
    },
  });
  const { paces, close: closePaces } = await openPaces(redis, log);
  undo.push(() => Promise.resolve(closePaces()));
  const vault = new Vault(store, openKeyRing(config));
  hosts.push(
    ...(await createHosts({ ...config, media: media.limits(federation?.files.sign) }, createBridge, {
      store,
      vault,
      paces,
      policies,
      loops,
      log,
      runner,
      writer,
      now,
      wake: waker.wake,
      announcer,
      holding,
      transients,
      markers,
      profiles,
      avatar: (token) => media.cache.open(token),
      command: (command) => runRoomCommand(command, operations, config.commands),
      portal: (asked) => operations.portals.open(asked),
    })),
  );
  for (const { options } of hosts) if (options.bridge.connected) connected.add(options.row.id);

  const blocks = new BlockList(store, now);
  const lanes = new RoomLanes({
    store,
    log,
    limits: config.limits,
    writer,
    memo,
    policies,
    loops,
    now,
    wake,
    announcer,
    hides: (binding, sender) => blocks.hides(binding, sender),
    avatars,
    hosts,
  });
  async function findWork(lane: LaneKey): Promise<LaneWork | null> {
    const parsed = parseLane(lane);
    if ("peer" in parsed) return federation?.work(lane, parsed.peer) ?? null;
    return "binding" in parsed ? lanes.work(lane, parsed) : null;
  }

  const sweep = new Sweep({
    store,
    log,
    everyMs: config.limits.sweepMs,
    hosts,
    waker,
    also: async () => {
      await federation?.sweep();
      await media.cache.sweep();
    },
  });
  const operations = new GatewayOperations({
    config,
    store,
    vault,
    hosts,
    redis: redis.kind,
    wake: mode,
    running: true,
    waker,
    announcer,
    blocks,
    policies,
    ...(federation && { federation: federation.access }),
  });
  const control = await startControlServer({ socket: controlSocketPath(config.data), version, operations });
  // In reverse: the control socket closes first, then no new lanes, then the accounts in order.
  undo.push(async () => void (await Promise.all(hosts.map((host) => host.letGo()))));
  undo.push(() => sweep.stop());
  if (federation) undo.push(() => federation.drain());
  undo.push(() => control.close());
  if (queue && hosts.some((host) => !host.options.bridge.connected)) queue.workShared();
  await federation?.start();
  sweep.start();
  undo.push(
    await startWatch({
      ...around,
      hosts,
      link: (room) => operations.link([room], null, { actor: "gateway", code: null }),
      metrics,
      heldPolls: () => federation?.held() ?? 0,
    }),
  );
  return { operations, failed: sweep.failed };
}

const now = (): Milliseconds => Date.now();
