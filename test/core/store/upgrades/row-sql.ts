/** Rows of an SQLite store as statements for either database. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

export type Dialect = "sqlite" | "postgres";

/** The statements that write all rows, but for the version of the schema. */
export function dataSql(database: DatabaseSync, dialect: Dialect): string[] {
  return tablesOf(database).flatMap(({ name, numbered }) => {
    const rows = database.prepare(`select * from "${name}"`).all();
    const written = rows.map((row) => {
      const columns = Object.keys(row).map((column) => `"${column}"`);
      const values = Object.values(row).map((value) => literal(value, dialect));
      return `insert into "${name}" (${columns.join(", ")}) values (${values.join(", ")})`;
    });
    // SQLite counts on from the largest by itself.
    if (numbered === null || dialect === "sqlite" || rows.length === 0) return written;
    const sequence = `pg_get_serial_sequence('"${name}"', '${numbered}')`;
    return [...written, `select setval(${sequence}, (select max("${numbered}") from "${name}"))`];
  });
}

/** The tables of the store but for the version of the schema. `numbered`: the column that the database itself counts. */
export function tablesOf(
  database: DatabaseSync,
): readonly { readonly name: string; readonly numbered: string | null }[] {
  const found = database
    .prepare(
      "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid",
    )
    .all();
  return found
    .map(({ name, sql }) => ({
      name: String(name),
      numbered: /"(\w+)" integer primary key autoincrement/i.exec(String(sql))?.[1] ?? null,
    }))
    .filter(({ name }) => name !== "schema_version");
}

function literal(value: SQLOutputValue | undefined, dialect: Dialect): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  const digits = Buffer.from(value).toString("hex");
  return dialect === "sqlite" ? `x'${digits}'` : `'\\x${digits}'`;
}
