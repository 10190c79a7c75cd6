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
import { cpuMicroseconds, memoryMegabytes } from "./process-usage.ts";
import type { StoreCounts } from "./store-counts.ts";

export interface BenchGateway {
  readonly operations: Operations;
  /** Microseconds of CPU so far. */
  cpu(): number;
  memory(): ReturnType<typeof memoryMegabytes>;
  /** What it has written so far. */
  storeCounts(): Promise<StoreCounts>;
  /** Resolves with how many messages are in the log, when nothing waits to get there. */
  logged(): Promise<number>;
  stop(): Promise<void>;
}

/** Resolves when its accounts are connected. `accounts`: as they stand in gateway.yaml, two blanks before each line. */
export async function startBenchGateway(
  context: BenchContext,
  name: string,
  accounts: string,
): Promise<BenchGateway> {
  const folder = join(context.folder, name);
  const data = join(folder, "data");
  mkdirSync(folder);
  const file = join(folder, "gateway.yaml");
  writeFileSync(
    file,
    `base: ${name}.bench.localhost
data: ${data}
redis: off
log: { level: warn }
accounts:
${accounts}`,
  );
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
  const store = new DatabaseSync(join(data, "gateway.sqlite"), { readOnly: true });
  const count = (from: string): number =>
    Number(store.prepare(`select count(*) as rows from ${from}`).get()?.["rows"]);
  return {
    operations,
    cpu: () => cpuMicroseconds(child.pid),
    memory: () => memoryMegabytes(child.pid),
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
