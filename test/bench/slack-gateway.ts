/** The gateway as `mimi-gateway start` runs it, with the simulated workspace as an account. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { controlSocketPath } from "../../core/control/socket-path.ts";
import type { Operations } from "../../core/operations.ts";
import type { SlackSimulator } from "../slack/simulator.ts";
import { eventually } from "../support/harness-eventually.ts";
import { up } from "./bridged-system.ts";
import { Child } from "./child.ts";
import type { BenchContext } from "./context.ts";
import { cpuMicroseconds } from "./process-usage.ts";

/** A channel of the simulator that the app is in. */
export const CHANNEL = "C0GENERAL";

export interface SlackGateway {
  readonly operations: Operations;
  /** Microseconds of CPU so far. */
  cpu(): number;
  /** Resolves with how many messages are in the log, when nothing waits to get there. */
  logged(): Promise<number>;
  stop(): Promise<void>;
}

/** Resolves when its accounts are connected. `listen`: null for Socket Mode; `more`: further accounts, as YAML. */
export async function startSlackGateway(
  context: BenchContext,
  simulator: SlackSimulator,
  {
    name,
    listen,
    more = "",
  }: { readonly name: string; readonly listen: number | null; readonly more?: string },
): Promise<SlackGateway> {
  const folder = join(context.folder, name);
  const data = join(folder, "data");
  mkdirSync(folder);
  const file = join(folder, "gateway.yaml");
  const { app, apiUrl } = simulator;
  const events =
    listen === null
      ? `app_token: ${app.appToken}`
      : `signing_secret: ${app.signingSecret}\n    listen: 127.0.0.1:${listen}`;
  writeFileSync(
    file,
    `base: ${name}.bench.localhost
data: ${data}
redis: off
log: { level: warn }
accounts:
  - name: slack
    bridge: slack
    token: ${simulator.workspace().botToken}
    ${events}
    api: ${apiUrl}
${more}`,
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
