/** The commands about secrets in the store: secrets list, rotate, new-key. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { newKeyLine } from "../secrets/key-ring.ts";
import { newest, parseKeys } from "../secrets/key-text.ts";
import { renderRotated, renderSecrets } from "./render-secrets.ts";
import type { Session } from "./session.ts";

export function addSecretsCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  const secrets = program.command("secrets").description("look after the credentials in the store");
  secrets
    .command("list")
    .description("list them by name, with the keys that they are encrypted with")
    .action(async () => {
      await session.operate((operations) => operations.secrets.list(), renderSecrets);
    });
  secrets
    .command("rotate")
    .description("encrypt them with a new key")
    .action(async () => {
      await session.operate((operations) => operations.secrets.rotate(), renderRotated);
    });
  secrets
    .command("new-key")
    .description("print a new key for secrets_key, to be put below the ones that are there")
    .action(async () => {
      const { secretsKey } = await session.load();
      const keys = secretsKey === null ? null : parseKeys(secretsKey);
      session.io.out(newKeyLine(keys === null ? 1 : newest(keys) + 1));
    });
}
