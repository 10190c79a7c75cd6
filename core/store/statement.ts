/**
 * Statements: built with kysely, compiled once for a kind of database, run any number of times with named parameters.
 * A statement is shared by SQLite and PostgreSQL unless its builder looks at the dialect. Whoever only runs them (the
 * writer's thread) gets them compiled and needs no kysely.
 */
import type { Kysely, RawBuilder, sql } from "kysely";
import type { Milliseconds } from "../time.ts";
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
  /** Like no other's, for example `accept.insertOrigin`: file and constant. */
  readonly name: string;
  readonly build: Build;
  readonly types?: (parameters: P) => R;
}

/** What a builder gets besides kysely: named parameters, and what the two dialects say differently. */
export interface Tools<P> {
  readonly p: P;
  readonly dialect: Dialect;
  readonly sql: typeof sql;
  /** The database's own clock, so that all processes measure leases by the same one. */
  readonly now: RawBuilder<Milliseconds>;
}

export interface Compilable<R> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
  /** Only so that the row's type can be inferred; never called here. */
  execute(): Promise<R[]>;
}
export type Build = (db: Kysely<Tables>, tools: Tools<never>) => Compilable<unknown>;

const defined = new Map<string, Statement<never, unknown>>();

/** `statement<{ id: GroupId }>("groups.find")((db, { p }) => db.selectFrom("grp").where("id", "=", p.id).selectAll())` */
export function statement<P extends object = object>(name: string) {
  return <R>(build: (db: Kysely<Tables>, tools: Tools<P>) => Compilable<R>): Statement<P, R> => {
    if (defined.has(name)) throw new TypeError(`two statements are called ${name}`);
    const made: Statement<P, R> = { name, build };
    defined.set(name, made);
    return made;
  };
}

/** Every statement of the modules that are loaded. */
export const definedStatements = (): readonly Statement<never, unknown>[] => [...defined.values()];

/** PostgreSQL's text can't hold it; so that both databases keep the same, neither gets it. */
const NUL = "\u0000";

/** The values in the placeholders' order; U+0000 in a text becomes U+FFFD. */
export function bind(compiled: Compiled, parameters: Parameters): SqlValue[] {
  const bound: SqlValue[] = [];
  for (const value of compiled.values) {
    if ("constant" in value) {
      bound.push(value.constant);
      continue;
    }
    const given = parameters[value.name];
    if (given === undefined) throw new TypeError(`no value for parameter ${value.name} of: ${compiled.sql}`);
    bound.push(typeof given === "string" && given.includes(NUL) ? given.replaceAll(NUL, "\uFFFD") : given);
  }
  return bound;
}
