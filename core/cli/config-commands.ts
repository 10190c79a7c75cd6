/** `mimi-gateway config ...` */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { jsonText } from "./plain-text.ts";
import type { Session } from "./session.ts";

export function addConfigCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  const config = program.command("config").description("check and write the configuration");
  config
    .command("check")
    .description("report every mistake in the configuration")
    .action(async () => {
      const { file, accounts } = await session.load();
      const report = { file, accounts: accounts.map(({ name }) => name), mistakes: [] };
      session.print(
        report,
        () => `${file ?? "no file, so the defaults"}: no mistakes, accounts: ${accounts.length}\n`,
      );
    });
  config
    .command("sample")
    .description("print a gateway.yaml with every key and its meaning")
    .action(async () => {
      const { configSample } = await import("../config/sample.ts");
      session.io.out(configSample(await session.parts.bridges()));
    });
  config
    .command("schema")
    .description("print the JSON Schema of gateway.yaml")
    .action(async () => {
      const { configJsonSchema } = await import("../config/json-schema.ts");
      session.io.out(jsonText(configJsonSchema(await session.parts.bridges())));
    });
}
