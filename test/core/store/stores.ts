/** The two kinds of store that every test of the store runs on. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { StoreConfig } from "../../../core/config/config.ts";
import { openPostgresStore } from "../../../core/store/postgres/engine.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import type { Store } from "../../../core/store/store.ts";
import { sharedPostgres, temporaryFolder } from "../../support/servers.ts";

export interface StoreKind {
  readonly name: "SQLite" | "PostgreSQL";
  /** A place for a store, with nothing in it. */
  place(): Promise<StoreConfig>;
  open(place: StoreConfig, slot?: string): Promise<Store>;
}

/** Call it at the top of a test file. */
export function storeKinds(): readonly StoreKind[] {
  const folder = temporaryFolder("store");
  const startedPostgres = sharedPostgres();
  return [
    {
      name: "SQLite",
      place: () => Promise.resolve({ kind: "sqlite", file: join(folder, `${randomUUID()}.sqlite`) }),
      open: (place) => openAt(place, null),
    },
    {
      name: "PostgreSQL",
      place: async () => {
        const postgres = await startedPostgres();
        const url = await postgres.createDatabase(`store_${randomUUID().replaceAll("-", "")}`);
        return { kind: "postgres", url };
      },
      open: (place, slot) => openAt(place, slot ?? null),
    },
  ];
}

export function openAt(place: StoreConfig, slot: string | null): Promise<Store> {
  if (place.kind === "postgres") return openPostgresStore({ url: place.url, slot });
  return Promise.resolve().then(() => openSqliteStore({ file: place.file }));
}
