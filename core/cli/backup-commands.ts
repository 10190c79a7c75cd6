/** The commands backup and restore, which work beside a running gateway, or where there is none. */
import type { Command } from "commander";
import { resolve } from "node:path";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { progressLines } from "./progress-lines.ts";
import { renderBackup, renderRestored } from "./render-backup.ts";
import type { Session } from "./session.ts";

export function addBackupCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  program
    .command("backup")
    .argument("<folder>", "the folder to make, which must not exist")
    .option("--without-key", "leave the key of the secrets out, to keep it elsewhere")
    .description("back the store, guests' files and the key up, also while the gateway runs")
    .action(async (folder: string, { withoutKey = false }: { withoutKey?: boolean }) => {
      const [config, { makeBackup }, { version }] = await Promise.all([
        session.load(),
        import("../backup/make-backup.ts"),
        import("../version.ts"),
      ]);
      const report = await makeBackup({
        config,
        folder: resolve(session.io.folder, folder),
        withKey: !withoutKey,
        version,
        now: () => session.io.now(),
        progress: progressLines(session),
      });
      session.print(report, renderBackup);
    });
  program
    .command("restore")
    .argument("<folder>", "a folder that `backup` has made")
    .description("put a backup into an empty data folder, while no gateway runs")
    .action(async (folder: string) => {
      const [config, { restoreBackup }] = await Promise.all([
        session.load(),
        import("../backup/restore-backup.ts"),
      ]);
      const report = await restoreBackup({
        config,
        folder: resolve(session.io.folder, folder),
        now: () => session.io.now(),
        progress: progressLines(session),
      });
      session.print(report, renderRestored);
    });
}
