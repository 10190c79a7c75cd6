/** A copy of an SQLite store as it stands in one moment, also while a gateway works on it. */
import { chmodSync, existsSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { GatewayError } from "../../errors.ts";
import type { SchemaVersion } from "../migrator.ts";
import { sqliteError } from "./connection.ts";

/** Pages in one go; between them others get their turn, and the progress is told. */
const PAGES = 2_000;

/**
 * Writes the copy to a file that must not exist, for its user alone, and looks whether it is sound. The gateway that works on
 * the store is not held up: it writes on, and the copy has nothing of that. `copied` is called with the part that is copied, 0
 * to 1. Rejects with store_failed where there is no store or it is damaged, store_full.
 */
export async function copySqliteStore(
  file: string,
  to: string,
  copied: (part: number) => void,
): Promise<SchemaVersion> {
  if (!existsSync(file))
    throw new GatewayError("store_failed", `there is no store at ${file}: no gateway has run there yet`);
  try {
    const source = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    try {
      // A reading transaction keeps the moment: without it every write of the gateway would begin the copy anew.
      source.exec("begin; select count(*) from sqlite_master");
      await backup(source, to, {
        rate: PAGES,
        progress: ({ totalPages, remainingPages }) => copied(1 - remainingPages / Math.max(1, totalPages)),
      });
    } finally {
      source.close();
    }
    chmodSync(to, 0o600);
    copied(1);
    return examine(to);
  } catch (thrown) {
    throw sqliteError(thrown);
  }
}

/** Throws store_failed where the file is no sound store of a gateway. */
export function examine(file: string): SchemaVersion {
  const database = new DatabaseSync(file);
  try {
    // One file that needs no other beside it.
    database.exec("pragma journal_mode = delete");
    const [found] = database.prepare("pragma quick_check(1)").all();
    if (found?.["quick_check"] !== "ok")
      throw new GatewayError("store_failed", `${file} is damaged: ${String(found?.["quick_check"])}`);
    const row = database.prepare("select version, oldest_reader from schema_version").get();
    return { version: Number(row?.["version"]), oldestReader: Number(row?.["oldest_reader"]) };
  } finally {
    database.close();
  }
}
