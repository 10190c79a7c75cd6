/** Whole gateways in this process, with the fake platform or any other bridge under them. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { BridgeFactory } from "../../core/accounts/create-hosts.ts";
import type { AccountBase } from "../../core/config/schema.ts";
import { type RunningGateway, startGateway } from "../../core/gateway.ts";
import { createLogger, type Logger } from "../../core/log.ts";
import { FakeBridge, type FakeWire } from "./fake-bridge.ts";
import type { FakePlatform } from "./fake-platform.ts";
import { eventually } from "./harness-eventually.ts";
import { harnessConfig, type HarnessOptions } from "./harness-config.ts";

/** A log that is kept in the folder, for whoever looks into a failure. */
export function fileLog(folder: string): Logger {
  const file = join(folder, "gateway.log");
  return createLogger({
    level: "debug",
    bodies: false,
    stream: { write: (line: string) => appendFileSync(file, line) },
  });
}

/** The way to a platform in this very process. */
export const directWire = (platform: FakePlatform): FakeWire => ({
  attach: (client) => Promise.resolve(platform.attach(client)),
});

/** Starts a gateway with these accounts and resolves when all of them are served. */
export async function startHarness<Account extends AccountBase>(
  options: HarnessOptions,
  accounts: readonly Account[],
  createBridge: BridgeFactory<Account>,
): Promise<RunningGateway> {
  const config = harnessConfig(options, accounts);
  const gateway = await startGateway(config, createBridge, fileLog(options.folder));
  await eventually("the accounts to be served", async () =>
    (await gateway.operations.status()).accounts.every(({ health }) => health?.state === "up"),
  );
  return gateway;
}

/** A gateway whose accounts are fake platforms, by name. */
export function startFakeGateway(
  options: HarnessOptions,
  platforms: Readonly<Record<string, FakePlatform>>,
): Promise<RunningGateway> {
  const accounts = Object.keys(platforms).map((name) => ({ name, bridge: "fake" }));
  return startHarness(options, accounts, ({ name }) => {
    const platform = platforms[name];
    if (!platform) throw new Error(`there is no platform ${name}`);
    return new FakeBridge(platform.modes, directWire(platform));
  });
}
