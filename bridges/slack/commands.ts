/** `mimi-gateway slack ...`: works without a configuration, a gateway or a store. */
import type { Command } from "commander";
import type { Io } from "../../core/cli/io.ts";

const APP_NAME = "mimi-gateway";

export function addSlackCommands(program: Command, io: Io): void {
  program
    .command("slack")
    .description("make a Slack app for the gateway")
    .command("manifest")
    .option("--name <name>", "what the app is called in the workspace", APP_NAME)
    .option("--url <url>", "where Slack reaches the gateway's events by HTTP (default: Socket Mode)")
    .description("print the app's manifest: its scopes and events, and what each is for")
    .action(async ({ name, url }: { readonly name: string; readonly url?: string }) => {
      const { manifestYaml } = await import("./manifest.ts");
      io.out(manifestYaml({ name, url: url ?? null }));
    });
}
