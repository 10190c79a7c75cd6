/** What a store holds, table by table, so that two moments can be compared. */
import { querySql } from "../../support/harness-sql.ts";
import type { StoreConfig } from "../../../core/config/config.ts";

/** Every row as text, by table. */
export type Stored = ReadonlyMap<string, ReadonlySet<string>>;

export async function storedIn(place: StoreConfig): Promise<Stored> {
  const tables = await querySql(place, "select name from sqlite_master where type = 'table' order by name");
  const stored = new Map<string, ReadonlySet<string>>();
  for (const { name } of tables) {
    const rows = await querySql(place, `select * from "${String(name)}"`);
    stored.set(String(name), new Set(rows.map(asText)));
  }
  return stored;
}

/** Rows of each table that changed: those that are new, and those that are gone. */
export function changes(
  before: Stored,
  after: Stored,
): ReadonlyMap<string, { readonly come: readonly string[]; readonly gone: readonly string[] }> {
  const found = new Map<string, { come: readonly string[]; gone: readonly string[] }>();
  for (const [table, rows] of after) {
    const old = before.get(table) ?? new Set<string>();
    const come = [...rows].filter((row) => !old.has(row));
    const gone = [...old].filter((row) => !rows.has(row));
    if (come.length + gone.length > 0) found.set(table, { come, gone });
  }
  return found;
}

const asText = (row: object): string =>
  JSON.stringify(row, (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
