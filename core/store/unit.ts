/**
 * A unit of work: one transaction, written once as a generator that yields statements and gets their rows, and
 * run by either database (SQLite: without a pause on the writer's thread; PostgreSQL: a round trip a statement).
 */
import type { Parameters, SqlValue, Statement } from "./statement.ts";

export interface Call {
  readonly statement: Statement<never, unknown>;
  readonly parameters: Parameters;
  /** How many of the rows are wanted. */
  readonly rows: "all" | "first";
}

export type Row = Readonly<Record<string, SqlValue>>;
export type Unit<T> = Generator<Call, T, readonly Row[]>;

/** All rows of a statement. */
export function* all<P extends object, R>(statement: Statement<P, R>, parameters: P): Unit<readonly R[]> {
  return (yield { statement, parameters: parameters as Parameters, rows: "all" }) as never;
}

/** The first row, or undefined. */
export function* first<P extends object, R>(statement: Statement<P, R>, parameters: P): Unit<R | undefined> {
  const rows = yield { statement, parameters: parameters as Parameters, rows: "first" };
  return rows[0] as never;
}

/** The first row of a statement that always gives one. */
export function* only<P extends object, R>(statement: Statement<P, R>, parameters: P): Unit<R> {
  const row = yield* first(statement, parameters);
  if (row === undefined) throw new Error("a statement that must give a row gave none");
  return row;
}
