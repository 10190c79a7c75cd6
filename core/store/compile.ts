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
import type { Milliseconds } from "../time.ts";
import type { Tables } from "./schema.ts";
import {
  type Compiled,
  definedStatements,
  type Dialect,
  type SqlValue,
  type Statement,
} from "./statement.ts";

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

const clocks: Record<Dialect, RawBuilder<Milliseconds>> = {
  sqlite: sql<Milliseconds>`cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: sql<Milliseconds>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
};

const cache: Record<Dialect, Map<string, Compiled>> = { sqlite: new Map(), postgres: new Map() };

/** The statement's SQL for a dialect, made at its first use. */
export function compileStatement(statement: Statement<never, unknown>, dialect: Dialect): Compiled {
  let compiled = cache[dialect].get(statement.name);
  if (!compiled) cache[dialect].set(statement.name, (compiled = compile(statement, dialect)));
  return compiled;
}

/** All statements that are defined, by name: for a thread that runs them without kysely. */
export function compileAll(dialect: Dialect): ReadonlyMap<string, Compiled> {
  for (const statement of definedStatements()) compileStatement(statement, dialect);
  return cache[dialect];
}

/** The kysely instance that builds statements of a dialect, for migrations. */
export const schemaBuilder = (dialect: Dialect) => builders[dialect].schema;

function compile(statement: Statement<never, unknown>, dialect: Dialect): Compiled {
  // Any property read from `p` is a placeholder of that name; kysely passes it through as a value.
  const p = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) }) as never;
  const query = statement.build(builders[dialect], { p, dialect, sql, now: clocks[dialect] }).compile();
  const values = query.parameters.map((value) =>
    value instanceof Placeholder ? { name: value.name } : { constant: value as SqlValue },
  );
  return { sql: query.sql, values };
}
