/** `mimi-gateway slack ...`. */
import type { Command } from "commander";
import { renderInstallLink } from "../../core/cli/render-secrets.ts";
import type { Session } from "../../core/cli/session.ts";
import type { BridgeConfigSchemas } from "../../core/config/schema.ts";

const APP_NAME = "mimi-gateway";

interface ManifestWords {
  readonly name: string;
  readonly url?: string;
  readonly publicUrl?: string;
}

export function addSlackCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  const slack = program.command("slack").description("make a Slack app for the gateway, and install it");
  slack
    .command("manifest")
    .option("--name <name>", "what the app is called in the workspace", APP_NAME)
    .option("--url <url>", "where Slack reaches the gateway's events by HTTP (default: Socket Mode)")
    .option("--public-url <url>", "the account's public_url, for an app that `slack install` installs")
    .description("print the app's manifest: its scopes and events, and what each is for")
    .action(async ({ name, url, publicUrl }: ManifestWords) => {
      const [{ manifestYaml }, { CALLBACK_PATH }] = await Promise.all([
        import("./manifest.ts"),
        import("./install-routes.ts"),
      ]);
      const redirect = publicUrl === undefined ? null : `${publicUrl.replace(/\/$/, "")}${CALLBACK_PATH}`;
      session.io.out(manifestYaml({ name, url: url ?? null, redirect }));
    });
  slack
    .command("install")
    .argument("<account>", "an account with client_id")
    .description("print a link, good once, by which somebody lets the app into his workspace")
    .action(async (account: string) => {
      await session.operate(
        ({ secrets }) => secrets.installLink(account),
        (report) => renderInstallLink(report, session.io.now()),
      );
    });
}
