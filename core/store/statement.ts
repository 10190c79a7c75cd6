/**
 * Statements: built once with kysely, compiled once for each kind of database, run any number of times with
 * named parameters. A statement is shared by SQLite and PostgreSQL unless its builder looks at the dialect.
 */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import type { Milliseconds } from "../bridge.ts";
import type { Tables } from "./schema.ts";

export type Dialect = "sqlite" | "postgres";
/** What a column or a parameter may hold in both databases. */
export type SqlValue = string | number | Uint8Array | null;
export type Parameters = Readonly<Record<string, SqlValue>>;

export interface Compiled {
  readonly sql: string;
  /** In the order of the placeholders: a parameter's name, or a constant. */
  readonly values: readonly ({ readonly name: string } | { readonly constant: SqlValue })[];
}

/** `P` and `R` are carried by the type alone: what a run takes, and what each row gives. */
export interface Statement<P, R> {
  readonly compile: (dialect: Dialect) => Compiled;
  readonly types?: (parameters: P) => R;
}

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const builders: Record<Dialect, Kysely<Tables>> = {
  sqlite: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
};

interface Compilable<R> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[]; readonly query: object };
  /** Only so that the row's type can be inferred; never called here. */
  execute(): Promise<R[]>;
}

/** What a builder gets besides kysely: named parameters, and what the two dialects say differently. */
export interface Tools<P> {
  readonly p: P;
  readonly dialect: Dialect;
  /** The database's own clock, so that all processes measure leases by the same one. */
  readonly now: RawBuilder<Milliseconds>;
}

/** `statement<{ id: GroupId }>()((db, { p }) => db.selectFrom("grp").where("id", "=", p.id).selectAll())` */
export function statement<P extends object = object>() {
  return <R>(build: (db: Kysely<Tables>, tools: Tools<P>) => Compilable<R>): Statement<P, R> => {
    const compiled: Partial<Record<Dialect, Compiled>> = {};
    return { compile: (dialect) => (compiled[dialect] ??= compile(dialect, build)) };
  };
}

function compile<P, R>(
  dialect: Dialect,
  build: (db: Kysely<Tables>, tools: Tools<P>) => Compilable<R>,
): Compiled {
  // Any property read from `p` is a placeholder of that name; kysely passes it through as a value.
  const p = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) }) as P;
  const query = build(builders[dialect], { p, dialect, now: clocks[dialect] }).compile();
  const values = query.parameters.map((value) =>
    value instanceof Placeholder ? { name: value.name } : { constant: value as SqlValue },
  );
  return { sql: query.sql, values };
}

const clocks: Record<Dialect, RawBuilder<Milliseconds>> = {
  sqlite: sql<Milliseconds>`cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: sql<Milliseconds>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
};

/** The values in the placeholders' order. */
export function bind(compiled: Compiled, parameters: Parameters): SqlValue[] {
  const bound: SqlValue[] = [];
  for (const value of compiled.values) {
    if ("constant" in value) {
      bound.push(value.constant);
      continue;
    }
    const given = parameters[value.name];
    if (given === undefined) throw new TypeError(`no value for parameter ${value.name} of: ${compiled.sql}`);
    bound.push(given);
  }
  return bound;
}

/** The kysely instance that builds statements of a dialect, for migrations. */
export const schemaBuilder = (dialect: Dialect) => builders[dialect].schema;
