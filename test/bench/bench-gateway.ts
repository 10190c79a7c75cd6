/** A gateway as `mimi-gateway start` runs it, in a process of its own, with the accounts that a part of the bench needs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { controlSocketPath } from "../../core/control/socket-path.ts";
import type { Operations } from "../../core/operations.ts";
import { eventually } from "../support/harness-eventually.ts";
import { up } from "./bridged-system.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import { heapForm, heapQuestion } from "./live-heap.ts";
import { cpuMicroseconds, memoryMegabytes } from "./process-usage.ts";
import type { StoreCounts } from "./store-counts.ts";

export interface BenchGateway {
  readonly operations: Operations;
  /** Milliseconds from the start of its process until its accounts were connected. */
  readonly startMs: number;
  /** Microseconds of CPU so far. */
  cpu(): number;
  memory(): ReturnType<typeof memoryMegabytes>;
  /** Resolves with the megabytes of its heap that are in use. It must have been started with live-heap.ts. */
  liveHeap(): Promise<number>;
  /** What it has written so far. */
  storeCounts(): Promise<StoreCounts>;
  /** Resolves with how many messages are in the log, when nothing waits to get there. */
  logged(): Promise<number>;
  stop(): Promise<void>;
}

/** Where a gateway that is to be started has its configuration and its data. */
export interface BenchPlace {
  readonly folder: string;
  readonly file: string;
  readonly data: string;
  readonly base: string;
}

/** Writes the configuration. `accounts`: as they stand in gateway.yaml, two blanks before each line. */
export function prepareBenchGateway(
  { folder: all }: BenchContext,
  name: string,
  accounts: string,
): BenchPlace {
  const folder = join(all, name);
  const data = join(folder, "data");
  const file = join(folder, "gateway.yaml");
  const base = `${name}.bench.localhost`;
  mkdirSync(folder);
  writeFileSync(
    file,
    `base: ${base}
data: ${data}
redis: off
log: { level: warn }
accounts:
${accounts}`,
  );
  return { folder, file, data, base };
}

/** `preload`: a script of this folder that its process loads before anything else. Resolves when its accounts are connected. */
export async function startBenchGateway(
  context: BenchContext,
  name: string,
  accounts: string,
  preload: string | null = null,
): Promise<BenchGateway> {
  return runBenchGateway(context, prepareBenchGateway(context, name, accounts), preload);
}

/** Starts it, for the first time or again. Resolves when its accounts are connected. */
export async function runBenchGateway(
  context: BenchContext,
  { folder, file, data }: BenchPlace,
  preload: string | null = null,
): Promise<BenchGateway> {
  const begun = performance.now();
  const child = new Child({
    script: "../../bridges/main.ts",
    args: ["start", "--config", file],
    // As `npm start` runs it.
    node: [
      "--max-semi-space-size=4",
      ...(preload === null ? [] : ["--import", join(import.meta.dirname, preload)]),
    ],
    folder,
    name: "gateway",
    counting: true,
    profile: context.profile,
  });
  const operations = await up(child, controlSocketPath(data));
  const startMs = performance.now() - begun;
  const store = new DatabaseSync(join(data, "gateway.sqlite"), { readOnly: true });
  const count = (from: string): number =>
    Number(store.prepare(`select count(*) as rows from ${from}`).get()?.["rows"]);
  return {
    operations,
    startMs,
    cpu: () => cpuMicroseconds(child.pid),
    memory: () => memoryMegabytes(child.pid),
    liveHeap: async () => (await child.ask(heapQuestion, heapForm)).liveHeap / 1e6,
    storeCounts: () => child.storeCounts(),
    logged: async () => {
      await eventually("the inbox to be empty", () => count("inbox") === 0, 60_000);
      return count("event where kind = 'message'");
    },
    stop: async () => {
      store.close();
      await child.stop();
    },
  };
}
