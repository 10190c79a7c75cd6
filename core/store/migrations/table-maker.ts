import { type ColumnDefinitionBuilder, sql } from "kysely";
import { schemaBuilder } from "../compile.ts";
import type { Dialect } from "../statement.ts";
import type { CompiledStep } from "./migration.ts";

/** `id`: a number that the database gives. A question mark: may be null. */
export type ColumnType = "id" | "int" | "int?" | "text" | "text?" | "blob" | "blob?";
export type Shape = Readonly<Record<string, ColumnType>>;

type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

/** Collects the steps that make tables and indexes, the same on both databases. */
export class TableMaker {
  readonly steps: CompiledStep[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Tables with a key of their own are clustered by it on SQLite: one tree to write instead of two. */
  table(
    name: string,
    shape: Shape,
    key: readonly string[],
    unique: readonly (readonly string[])[] = [],
  ): void {
    let builder = schemaBuilder(this.#dialect).createTable(name);
    const sqlite = this.#dialect === "sqlite";
    const identity: Column = (column) =>
      sqlite ? column.primaryKey().autoIncrement() : column.primaryKey().generatedByDefaultAsIdentity();
    for (const [column, type] of Object.entries(shape))
      builder =
        type === "id"
          ? builder.addColumn(column, sqlite ? "integer" : "bigint", identity)
          : builder.addColumn(column, this.#type(type), (c) => (type.endsWith("?") ? c : c.notNull()));
    if (key.length > 0) {
      builder = builder.addPrimaryKeyConstraint(`${name}_key`, [...key] as never);
      if (sqlite) builder = builder.modifyEnd(sql`without rowid`);
    }
    unique.forEach((columns, i) => {
      builder = builder.addUniqueConstraint(`${name}_unique_${i}`, [...columns] as never);
    });
    this.steps.push(builder.compile());
  }

  /** A column that may be null, on a table that stands already. */
  column(table: string, name: string, type: Extract<ColumnType, `${string}?`>): void {
    const builder = schemaBuilder(this.#dialect).alterTable(table);
    this.steps.push(builder.addColumn(name, this.#type(type)).compile());
  }

  index(name: string, on: string, columns: readonly string[]): void {
    const builder = schemaBuilder(this.#dialect).createIndex(name).on(on);
    this.steps.push(builder.columns([...columns]).compile());
  }

  #type(type: Exclude<ColumnType, "id">) {
    const sqlite = this.#dialect === "sqlite";
    if (type.startsWith("int")) return sqlite ? "integer" : "bigint";
    return type.startsWith("text") ? "text" : sql.raw(sqlite ? "blob" : "bytea");
  }
}
