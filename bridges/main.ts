#!/usr/bin/env node
/** The composition root and the command: the only file that names all bridges. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { BridgeFactory } from "../core/accounts/create-hosts.ts";
import { processIo } from "../core/cli/io.ts";
import { createProgram } from "../core/cli/program.ts";
import type { Config } from "../core/config/config.ts";
import type { AccountOf } from "../core/config/schema.ts";
import { GatewayError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { addMatrixCommands } from "./matrix/commands.ts";
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
  matrix: (await import("./matrix/config.ts")).matrixConfigSchema,
});
type Account = AccountOf<Awaited<ReturnType<typeof bridges>>>;

type Kind = Account["bridge"];
type FactoryOf<One extends Kind> = BridgeFactory<Extract<Account, { readonly bridge: One }>>;

const load: { readonly [One in Kind]: (trial: boolean) => Promise<FactoryOf<One>> } = {
  async xmpp(trial) {
    const [{ xmppConfig }, Account] = await Promise.all([
      import("./xmpp/config.ts"),
      trial
        ? import("./xmpp/tried-account.ts").then(({ TriedAccount }) => TriedAccount)
        : import("./xmpp/account.ts").then(({ XmppAccount }) => XmppAccount),
    ]);
    return (account, { log, media }) => new Account(xmppConfig(account), log, media);
  },
  async slack(trial) {
    const [{ slackConfig }, { SlackAccount }, { CallBudget }, { surroundings }] = await Promise.all([
      import("./slack/config.ts"),
      import("./slack/account.ts"),
      import("./slack/limits.ts"),
      import("./slack/entry.ts"),
    ]);
    const around = surroundings(trial);
    return (account, { log, media, pace }) =>
      new SlackAccount(slackConfig(account), log, media, new CallBudget(pace), around);
  },
  async matrix(trial) {
    const [{ matrixConfig }, { MatrixAccount }, { AppServiceListeners }] = await Promise.all([
      import("./matrix/config.ts"),
      import("./matrix/account.ts"),
      import("./matrix/app-service.ts"),
    ]);
    const listeners = new AppServiceListeners(trial);
    return (account, { log, media }) => new MatrixAccount(matrixConfig(account), log, media, listeners);
  },
};

/**
 * The platforms' libraries are large: those of platforms without an account are not loaded. `trial`: another process may serve
 * the accounts, and nothing that is for it may be taken.
 */
async function bridgeFactory(
  { accounts }: Config<Account>,
  { trial }: { readonly trial: boolean } = { trial: false },
): Promise<BridgeFactory<Account>> {
  const used = new Set(accounts.map(({ bridge }) => bridge));
  const [xmpp, slack, matrix] = await Promise.all([
    used.has("xmpp") ? load.xmpp(trial) : null,
    used.has("slack") ? load.slack(trial) : null,
    used.has("matrix") ? load.matrix(trial) : null,
  ]);
  return (account, context) => {
    switch (account.bridge) {
      case "xmpp":
        return loaded(xmpp)(account, context);
      case "slack":
        return loaded(slack)(account, context);
      case "matrix":
        return loaded(matrix)(account, context);
    }
  };
}

function loaded<Factory>(factory: Factory | null): Factory {
  if (factory !== null) return factory;
  throw new GatewayError("internal", "an account is not of those that the configuration has");
}

async function logger(config: Config, output: "stdout" | "stderr"): Promise<Logger> {
  const [{ createLogger }, { destination }] = await Promise.all([import("../core/log.ts"), import("pino")]);
  const stream = destination({ dest: output === "stdout" ? 1 : 2, sync: true });
  return createLogger({ ...config.log, secrets: config.secrets, stream });
}

const program = createProgram({
  bridges,
  addCommands(program, session) {
    addSlackCommands(program, session);
    addMatrixCommands(program, session);
  },
  async startGateway(config) {
    const { startGateway } = await import("../core/gateway.ts");
    return startGateway(config, await bridgeFactory(config), await logger(config, "stdout"));
  },
  async setups() {
    const [{ xmppSetup }, { slackSetup }, { matrixSetup }] = await Promise.all([
      import("./xmpp/setup.ts"),
      import("./slack/setup.ts"),
      import("./matrix/setup.ts"),
    ]);
    return [xmppSetup, matrixSetup, slackSetup];
  },
  async tryOut(config, signal) {
    const [{ tryOut }, { startGateway }, { createLogger }, create] = await Promise.all([
      import("../core/setup/try-out.ts"),
      import("../core/gateway.ts"),
      import("../core/log.ts"),
      bridgeFactory(config, { trial: true }),
    ]);
    // What goes wrong is in the report.
    const log = createLogger({ ...config.log, stream: { write: () => {} } });
    return tryOut(config, (trial) => startGateway(trial, create, log), signal);
  },
  async openOperations(config) {
    const { openOfflineOperations } = await import("../core/admin/offline-operations.ts");
    return openOfflineOperations(config, await bridgeFactory(config), await logger(config, "stderr"));
  },
});

process.exitCode = await program.run(process.argv.slice(2), processIo());
