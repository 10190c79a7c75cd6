/** `mimi-gateway matrix ...`. */
import { chmodSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Session } from "../../core/cli/session.ts";
import type { BridgeConfigSchemas } from "../../core/config/schema.ts";
import { GatewayError } from "../../core/errors.ts";

/** Where the registration lies unless another file is named. */
const REGISTRATION = "mimi-gateway-registration.yaml";
/** The registration holds both tokens. */
const OWNER_ONLY = 0o600;

interface AccountWords {
  readonly name: string;
  readonly homeserver: string;
  readonly serverName: string;
  readonly listen: string;
}

export function addMatrixCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  const matrix = program.command("matrix").description("make the gateway known to a Matrix homeserver");
  matrix
    .command("account")
    .requiredOption("--server-name <name>", "what stands behind the colon in the ids of its users")
    .option("--homeserver <url>", "where its client-server API is", "http://127.0.0.1:8008")
    .option("--listen <address>", "where the gateway takes what happens: HOST:PORT", "127.0.0.1:9100")
    .option("--name <name>", "what the gateway calls the account", "matrix")
    .description("print an account for gateway.yaml, with new tokens")
    .action(async (words: AccountWords) => {
      const [{ accountYaml }, { matrixConfigSchema }, { parse }] = await Promise.all([
        import("./registration.ts"),
        import("./config.ts"),
        import("yaml"),
      ]);
      const account = accountYaml(words);
      const read = matrixConfigSchema.safeParse((parse(account) as readonly unknown[])[0]);
      const [mistake] = read.error?.issues ?? [];
      if (mistake) throw new GatewayError("usage", `${mistake.path.join(".")} ${mistake.message}`);
      session.io.out(account);
    });
  matrix
    .command("register")
    .argument("<account>", "an account with `bridge: matrix`")
    .option("--file <file>", `where it is written (default: it is printed, to be kept as ${REGISTRATION})`)
    .description("make the registration that tells the homeserver of the gateway, and say where it belongs")
    .action(async (name: string, { file }: { readonly file?: string }) => {
      const [{ matrixConfigSchema, matrixConfig }, { registrationSteps, registrationYaml }, { accounts }] =
        await Promise.all([import("./config.ts"), import("./registration.ts"), session.load()]);
      const account = accounts.find((one) => one.name === name && one.bridge === "matrix");
      if (!account) throw new GatewayError("account_unknown", `no account ${name} with bridge: matrix`);
      // The words of a configuration that was read are the values that its schema gives.
      const config = matrixConfig({ name, ...matrixConfigSchema.parse(account) });
      if (file === undefined) {
        session.io.out(registrationYaml(config, REGISTRATION));
        return;
      }
      const path = resolve(session.io.folder, file);
      keep(path, registrationYaml(config, path));
      const steps = registrationSteps(path);
      session.print({ file: path, steps }, () =>
        [
          `${path} is written. Now, at the homeserver:`,
          ...steps.map(({ homeserver, does }) => `${homeserver}: ${does}.`),
          "",
        ].join("\n"),
      );
    });
}

/** Also where there was another file that others could read. */
function keep(path: string, text: string): void {
  try {
    writeFileSync(path, "", { mode: OWNER_ONLY });
    chmodSync(path, OWNER_ONLY);
    writeFileSync(path, text);
  } catch (cause) {
    throw new GatewayError("usage", `${path} can't be written: name another file`, { cause });
  }
}
