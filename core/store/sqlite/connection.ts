import { DatabaseSync, type StatementSync } from "node:sqlite";
import { GatewayError } from "../../errors.ts";
import { bind, type Compiled, type SqlValue, type Statement } from "../statement.ts";
import type { Call, Row, Unit } from "../unit.ts";

/** Gives a statement's SQL: by kysely, or from what was compiled before. */
export type Compile = (statement: Statement<never, unknown>) => Compiled;

interface Prepared {
  readonly compiled: Compiled;
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** One connection to an SQLite file, with every statement prepared once. */
export class SqliteConnection {
  readonly #db: DatabaseSync;
  readonly #compile: Compile;
  readonly #prepared = new Map<Call["statement"], Prepared>();

  constructor(file: string, options: { readonly readOnly: boolean; readonly compile: Compile }) {
    this.#compile = options.compile;
    this.#db = new DatabaseSync(file, { readOnly: options.readOnly, timeout: 10_000 });
  }

  /** Runs SQL without parameters. */
  execute(text: string): void {
    this.#db.exec(text);
  }

  /** Runs a unit to its end without a pause. The caller opens and ends the transaction. */
  run<T>(unit: Unit<T>): T {
    let next = unit.next([]);
    while (!next.done) next = unit.next(this.#call(next.value));
    return next.value;
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** Rows of ad-hoc SQL, for the store's own housekeeping. */
  query(text: string): readonly Row[] {
    return this.#db.prepare(text).all() as readonly Row[];
  }

  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }

  #call(call: Call): readonly Row[] {
    let prepared = this.#prepared.get(call.statement);
    if (!prepared) {
      const compiled = this.#compile(call.statement);
      const statement = this.#db.prepare(compiled.sql);
      prepared = { compiled, statement, returnsRows: statement.columns().length > 0 };
      this.#prepared.set(call.statement, prepared);
    }
    const values: SqlValue[] = bind(prepared.compiled, call.parameters);
    if (!prepared.returnsRows) {
      prepared.statement.run(...values);
      return none;
    }
    if (call.rows === "all") return prepared.statement.all(...values) as readonly Row[];
    const row = prepared.statement.get(...values);
    return row === undefined ? none : [row as Row];
  }
}

const none: readonly Row[] = [];
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;

/** An error of node:sqlite as ours. A disk without room may also show as a failed write of the WAL. */
export function sqliteError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const number = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
  if (number === SQLITE_FULL || number === SQLITE_IOERR)
    return new GatewayError(
      "store_full",
      `the database can't be written (${error.message}): make room on its disk; what waits is written then`,
      { cause: thrown },
    );
  return new GatewayError("store_failed", error.message, { cause: thrown });
}
