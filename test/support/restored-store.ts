/** A gateway of a test that loses its disk, and gets a backup in its place. */
import { rmSync } from "node:fs";
import { makeBackup } from "../../core/backup/make-backup.ts";
import { restoreBackup } from "../../core/backup/restore-backup.ts";
import { harnessConfig } from "./harness-config.ts";

const around = { now: Date.now, progress: (): void => undefined };

/** Backs up a gateway that lies in `folder`. Gives what puts the backup in the place of all that is there by then. */
export async function backUp(folder: string): Promise<() => Promise<void>> {
  const at = { ...around, config: harnessConfig({ folder }, []), folder: `${folder}-backup` };
  await makeBackup({ ...at, withKey: true, version: "test" });
  return async () => {
    rmSync(folder, { recursive: true });
    await restoreBackup(at);
  };
}
