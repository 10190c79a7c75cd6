/** The commands about this gateway as others see it: well-known, rotate-key. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { jsonText } from "./plain-text.ts";
import type { Session } from "./session.ts";

export function addIdentityCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  program
    .command("well-known")
    .description("print what other gateways are to find at /.well-known/mtp")
    .action(async () => {
      await session.operate(({ federation }) => federation.identity(), jsonText);
    });
  program
    .command("rotate-key")
    .option("--stolen", "the keys until now are in foreign hands: end them at once")
    .description("make a new key to sign with, and print the well-known that has it")
    .action(async (options: { stolen?: boolean }) => {
      await session.operate(({ federation }) => federation.rotateKey(options.stolen === true), jsonText);
    });
}
