import { type BridgeFactory, createHosts } from "../accounts/create-hosts.ts";
import type { Config } from "../config/config.ts";
import type { AccountBase } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import { Announcer } from "../groups/announce.ts";
import { EventWriter } from "../groups/event-writer.ts";
import { MessageMemo } from "../groups/message-memo.ts";
import { LaneRunner } from "../lanes/lane-runner.ts";
import type { Logger } from "../log.ts";
import { localPaces } from "../pace.ts";
import { PolicyBook } from "../policy/policy-book.ts";
import { openKeyRing } from "../secrets/key-ring.ts";
import { Vault } from "../secrets/vault.ts";
import { openStore } from "../store/open.ts";
import { GatewayOperations } from "./gateway-operations.ts";

/**
 * The operations of a gateway that does not run: the store is opened for them alone. What they change is carried out
 * when the gateway starts. Throws store_locked where a gateway runs after all.
 */
export async function openOfflineOperations<Account extends AccountBase>(
  config: Config<Account>,
  createBridge: BridgeFactory<Account>,
  log: Logger,
): Promise<{ readonly operations: GatewayOperations; close(): Promise<void> }> {
  const store = await openStore(config);
  const runner = new LaneRunner({
    store,
    log,
    slots: 0,
    find: () => Promise.resolve(null),
  });
  const vault = new Vault(store, openKeyRing(config));
  const policies = new PolicyBook(store, () => Date.now());
  const parts = {
    store,
    vault,
    paces: localPaces,
    policies,
    loops: { hears: () => Promise.resolve(null), pause: () => Promise.resolve() },
    writer: new EventWriter(new Uint8Array(32), new MessageMemo()),
    log,
    runner,
    now: () => Date.now(),
    wake: () => undefined,
    transients: () => undefined,
    announcer: new Announcer(() => undefined),
    markers: { read: () => undefined },
    profiles: { changed: () => Promise.resolve() },
    avatar: () => Promise.resolve(null),
    command: () => Promise.reject(new GatewayError("gateway_unreachable", "no gateway runs here")),
    portal: () => Promise.reject(new GatewayError("gateway_unreachable", "no gateway runs here")),
    holding: () => Promise.resolve(),
  };
  const hosts = await createHosts(config, createBridge, parts);
  const operations = new GatewayOperations({
    config,
    store,
    vault,
    policies,
    hosts,
    redis: "none",
    wake: config.wake,
    running: false,
    waker: null,
  });
  return { operations, close: () => store.close() };
}
