import { DatabaseSync } from "node:sqlite";
import { GatewayError } from "../../errors.ts";

/**
 * Holds an exclusive transaction on a small database beside the store for as long as this process lives: a file
 * lock that the system drops with the process, however it ends. Throws store_locked at once.
 */
export function holdLock(file: string): { release(): void } {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec("pragma journal_mode = delete; begin exclusive");
  } catch (cause) {
    db.close();
    throw new GatewayError(
      "store_locked",
      `another process holds ${file}: one gateway at a time works on an SQLite file ` +
        "(stop the other one, give this one another data folder, or use PostgreSQL)",
      { cause },
    );
  }
  return { release: () => db.close() };
}
