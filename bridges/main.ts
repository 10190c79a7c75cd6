#!/usr/bin/env node
/** The composition root and the command: the only file that names all bridges. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { BridgeFactory } from "../core/accounts/create-hosts.ts";
import { processIo } from "../core/cli/io.ts";
import { createProgram } from "../core/cli/program.ts";
import type { Config } from "../core/config/config.ts";
import type { AccountOf } from "../core/config/schema.ts";
import type { Logger } from "../core/log.ts";
import { addSlackCommands } from "./slack/commands.ts";

// Compiled code is kept on disk, for the writer's thread too: the second start is faster and smaller.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(
  new URL("../node_modules/.cache/compiled", import.meta.url),
);
enableCompileCache();

// Whatever is slow to load is loaded by the command that needs it, so that `--help` answers at once.
const bridges = async () => ({
  xmpp: (await import("./xmpp/config.ts")).xmppConfigSchema,
  slack: (await import("./slack/config-check.ts")).slackAccountSchema,
});
type Account = AccountOf<Awaited<ReturnType<typeof bridges>>>;

async function bridgeFactory(): Promise<BridgeFactory<Account>> {
  const [
    { xmppConfig },
    { XmppAccount },
    { slackConfig },
    { SlackAccount },
    { CallBudget },
    { surroundings },
  ] = await Promise.all([
    import("./xmpp/config.ts"),
    import("./xmpp/account.ts"),
    import("./slack/config.ts"),
    import("./slack/account.ts"),
    import("./slack/limits.ts"),
    import("./slack/entry.ts"),
  ]);
  const around = surroundings();
  return (account, { log, media, pace }) => {
    switch (account.bridge) {
      case "xmpp":
        return new XmppAccount(xmppConfig(account), log, media);
      case "slack":
        return new SlackAccount(slackConfig(account), log, media, new CallBudget(pace), around);
    }
  };
}

async function logger(config: Config, output: "stdout" | "stderr"): Promise<Logger> {
  const [{ createLogger }, { destination }] = await Promise.all([import("../core/log.ts"), import("pino")]);
  const stream = destination({ dest: output === "stdout" ? 1 : 2, sync: true });
  return createLogger({ ...config.log, secrets: config.secrets, stream });
}

const program = createProgram({
  bridges,
  addCommands: addSlackCommands,
  async startGateway(config) {
    const { startGateway } = await import("../core/gateway.ts");
    return startGateway(config, await bridgeFactory(), await logger(config, "stdout"));
  },
  async openOperations(config) {
    const { openOfflineOperations } = await import("../core/admin/offline-operations.ts");
    return openOfflineOperations(config, await bridgeFactory(), await logger(config, "stderr"));
  },
});

process.exitCode = await program.run(process.argv.slice(2), processIo());
