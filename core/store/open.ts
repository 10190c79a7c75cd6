import type { Config } from "../config/config.ts";
import type { Store } from "./store.ts";

/** Opens the store that the configuration names; the other database's code is not even loaded. */
export async function openStore(config: Pick<Config, "store" | "slot">): Promise<Store> {
  switch (config.store.kind) {
    case "sqlite": {
      const { openSqliteStore } = await import("./sqlite/engine.ts");
      return openSqliteStore({ file: config.store.file });
    }
    case "postgres": {
      const { openPostgresStore } = await import("./postgres/engine.ts");
      return openPostgresStore({ url: config.store.url, slot: config.slot });
    }
  }
}
