/** Looks into a store from outside, and changes one whose gateway is stopped, as a crash at a bad moment would. */
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { StoreConfig } from "../../core/config/config.ts";

export type StoredRow = Readonly<Record<string, unknown>>;

export async function querySql(store: StoreConfig, text: string): Promise<readonly StoredRow[]> {
  if (store.kind === "sqlite") {
    const database = new DatabaseSync(store.file);
    try {
      return database.prepare(text).all();
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: store.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as StoredRow[];
  } finally {
    await client.end();
  }
}
