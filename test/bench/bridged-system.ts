/** What is measured on a Prosody: a gateway, or the bare relay, each with rooms of its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { controlSocketPath } from "../../core/control/socket-path.ts";
import { openControlClient } from "../../core/control/client.ts";
import type { Operations } from "../../core/operations.ts";
import type { ProsodyComponent } from "../../deploy/servers/prosody-config.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import { cpuMicroseconds, memoryMegabytes } from "./process-usage.ts";
import { readyForm, type RelayJob } from "./relay-job.ts";
import type { StoreCounts } from "./store-counts.ts";
import { xmppYaml } from "./xmpp-yaml.ts";

/** The two rooms of each pair, as bare JIDs. */
export type RoomPair = readonly [said: string, heard: string];

export interface BridgedSystem {
  /** Microseconds of CPU so far, of a gateway's private Redis too. */
  cpu(): number;
  /** The most that the process has held. */
  mostMegabytes(): number;
  /** null: it has no store. */
  storeCounts(): Promise<StoreCounts | null>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 10;

/** The relay, in all rooms. */
export async function startRelay(
  context: BenchContext,
  prosody: Prosody,
  component: ProsodyComponent,
  pairs: readonly RoomPair[],
): Promise<BridgedSystem> {
  const { domain, secret: password } = component;
  const service = `xmpp://127.0.0.1:${prosody.ports.component}`;
  const job: RelayJob = { service, domain, password, pairs: pairs.map(([a, b]) => [a, b]) };
  const child = new Child({
    script: "bare-relay.ts",
    args: [JSON.stringify(job)],
    folder: context.folder,
    name: domain,
    counting: false,
    profile: null,
  });
  await child.message(readyForm);
  return {
    cpu: () => cpuMicroseconds(child.pid),
    mostMegabytes: () => memoryMegabytes(child.pid).most,
    storeCounts: () => Promise.resolve(null),
    stop: () => child.stop(),
  };
}

/** The gateway as `mimi-gateway start` runs it, with all pairs linked. */
export async function startLinkedGateway(
  context: BenchContext,
  prosody: Prosody,
  component: ProsodyComponent,
  wake: "direct" | "queue",
  pairs: readonly RoomPair[],
): Promise<BridgedSystem> {
  const folder = join(context.folder, component.domain);
  const data = join(folder, "data");
  mkdirSync(folder);
  const file = join(folder, "gateway.yaml");
  writeFileSync(file, gatewayYaml(prosody, component, data, wake));
  const child = new Child({
    script: "../../bridges/main.ts",
    args: ["start", "--config", file],
    // As `npm start` runs it.
    node: ["--max-semi-space-size=4"],
    folder,
    name: "gateway",
    counting: true,
    profile: context.profile,
  });
  const operations = await up(child, controlSocketPath(data));
  for (const pair of pairs)
    await operations.link(
      pair.map((room) => ({ account: "xmpp", room })),
      null,
    );
  return {
    cpu: () => [child.pid, ...childrenOf(child.pid)].reduce((sum, pid) => sum + cpuMicroseconds(pid), 0),
    mostMegabytes: () => memoryMegabytes(child.pid).most,
    storeCounts: () => child.storeCounts(),
    stop: () => child.stop(),
  };
}

function gatewayYaml(prosody: Prosody, component: ProsodyComponent, data: string, wake: string): string {
  return `base: ${component.domain}
data: ${data}
wake: ${wake}
log: { level: warn }
accounts:
${xmppYaml(prosody, component)}`;
}

/** The gateway's operations as soon as its accounts are connected. */
export async function up(child: Child, socket: string): Promise<Operations> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    child.mustLive();
    const operations = await openControlClient(socket);
    const status = await operations?.status();
    if (operations && status?.accounts.every(({ health }) => health?.state === "up")) return operations;
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`a gateway was not connected within ${READY_WITHIN_MS / 1_000} s`);
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return list === "" ? [] : list.split(" ").map(Number);
}
