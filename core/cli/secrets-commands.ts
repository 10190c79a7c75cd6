/** The commands about secrets in the store: secrets list, rotate, new-key. */
import type { Command } from "commander";
import { GatewayError } from "../errors.ts";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { newKeyLine } from "../secrets/key-ring.ts";
import { newest, parseKeys } from "../secrets/key-text.ts";
import { parseRoomReference } from "./arguments.ts";
import { readInput } from "./input.ts";
import { renderRoomPassword, renderRotated, renderSecrets } from "./render-secrets.ts";
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
    .command("room-password")
    .argument("<room>", "ACCOUNT:ADDRESS, linked or not yet")
    .option("--file <file>", "read it from a file (default: from standard input)")
    .option("--forget", "keep none")
    .description("keep the password that a room asks for at its door")
    .action(async (text: string, { file, forget }: { file?: string; forget?: boolean }) => {
      const room = parseRoomReference(text);
      const password = forget === true ? null : firstLine(await readInput(file, session.io));
      await session.operate(
        (operations) => operations.secrets.roomPassword(room, password),
        renderRoomPassword,
      );
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

/** Throws GatewayError usage where there is nothing. */
function firstLine(read: Uint8Array): string {
  const [line = ""] = Buffer.from(read).toString("utf8").split(/\r?\n/, 1);
  if (line === "") throw new GatewayError("usage", "no password was given: write it to standard input");
  return line;
}
