/** Everything that a set-up is going to write, made of the answers without touching the disk. */
import { join } from "node:path";
import { stringify } from "yaml";
import type { Environment } from "../config/environment.ts";
import { DEFAULT_FILE, parseConfig } from "../config/load.ts";
import { ConfigError } from "../config/mistakes.ts";
import { outlineOf } from "../config/outline.ts";
import { configSample } from "../config/sample.ts";
import { type AccountBase, type BridgeConfigSchemas, configSchema } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import type { Collected } from "./collect.ts";
import type { PlatformSetup } from "./platform-setup.ts";
import { takeOutSecrets } from "./secret-answers.ts";

export interface PlannedFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** Only its owner may read it. */
  readonly secret: boolean;
}

/** What has to be done at a platform. */
export interface PlatformSteps {
  readonly account: string;
  readonly steps: readonly string[];
}

export interface PlannedSetUp {
  /** gateway.yaml is the last one. */
  readonly files: readonly PlannedFile[];
  readonly platforms: readonly PlatformSteps[];
}

export interface PlanOptions {
  readonly bridges: BridgeConfigSchemas;
  readonly setups: readonly PlatformSetup[];
  /** Where the files are going to lie, absolute. */
  readonly folder: string;
  readonly env: Environment;
}

/** Throws GatewayError usage with every answer that won't do. */
export function planFiles(collected: Collected, { bridges, setups, folder, env }: PlanOptions): PlannedSetUp {
  const accounts = readAnswers(collected, { bridges, folder, env });
  const { answers, files } = takeOutSecrets(collected, outlineOf(configSchema(bridges)));
  const platforms = accounts.flatMap((account) => {
    const { name, bridge } = account;
    const made = setups.find((one) => one.bridge === bridge)?.files({ ...account }) ?? [];
    return made.map((file) => ({ name, file, path: join(folder, `${name}-${file.name}`) }));
  });
  return {
    files: [
      ...files.map(({ path, secret }) => ({ path: join(folder, path), text: `${secret}\n`, secret: true })),
      ...platforms.map(({ file, path }) => ({ path, text: file.text(path), secret: file.secret })),
      { path: join(folder, DEFAULT_FILE), text: configSample(bridges, answers), secret: false },
    ],
    platforms: accounts.map(({ name }) => ({
      account: name,
      steps: platforms.flatMap((one) => (one.name === name ? one.file.steps(one.path) : [])),
    })),
  };
}

/** The accounts; as a gateway.yaml with the secrets in place all is read by the same rules as what is written. */
function readAnswers(
  collected: Collected,
  { bridges, folder, env }: Pick<PlanOptions, "bridges" | "folder" | "env">,
): readonly AccountBase[] {
  try {
    return parseConfig(stringify(collected), { file: null, folder, env, bridges }).accounts;
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const mistakes = thrown.mistakes.map(({ path, message, remedy }) => `${path} ${message} (${remedy})`);
    throw new GatewayError("usage", `answers that won't do: ${mistakes.join("; ")}`, { cause: thrown });
  }
}
