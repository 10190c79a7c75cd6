import os from "node:os";
import pg from "pg";
import { GatewayError } from "../../errors.ts";
import { compileStatement } from "../compile.ts";
import { checkReadable, pendingSql, type SchemaVersion } from "../migrator.ts";
import { bind } from "../statement.ts";
import type { Store } from "../store.ts";
import type { Call, Row, Unit } from "../unit.ts";
import { startUnit, type UnitInput, type UnitName, type UnitResult } from "../units/registry.ts";
import { holdSlot, type Slot } from "./slot.ts";

/** Any constant that nothing else in the database locks by. */
const MIGRATION_LOCK = 0x6d696d69;
const INT8 = 20;
const RETRIES = 20;
/**
 * A process that hangs in the middle of a transaction keeps the locks of its rows, a lane's among them. The database
 * ends such a session, so that whoever takes the lane over does not wait for it.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;
/** Serialisation failure and deadlock: nothing of the transaction stands, so it can simply run again. */
const CONFLICTS = new Set(["40001", "40P01"]);

// Counters, times and ids stay far below 2^53. An own table: the library's global one belongs to everybody.
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);

/**
 * Opens (and where needed makes or migrates) the store in a PostgreSQL database, for any number of processes.
 * `slot`: the name under which this one holds leases; null takes the first free one of this machine.
 */
export async function openPostgresStore(options: { url: string; slot: string | null }): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: 16,
    types,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  // A connection that breaks is replaced at its next use; whoever uses one gets the error of his query. The pool
  // listens to idle connections only, and an error that nobody listens to ends the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    await migrate(pool);
    const slot = await holdSlot(options.url, options.slot ?? os.hostname(), options.slot === null);
    return new PostgresStore(pool, slot);
  } catch (thrown) {
    await pool.end();
    throw postgresError(thrown);
  }
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const found = await readVersion(client);
    checkReadable(found);
    for (const text of pendingSql("postgres", found)) await client.query(text);
    await client.query("commit");
  } catch (thrown) {
    await client.query("rollback").catch(() => undefined);
    throw thrown;
  } finally {
    client.release();
  }
}

async function readVersion(client: pg.Pool | pg.PoolClient): Promise<SchemaVersion> {
  const tables = await client.query("select to_regclass('schema_version') is not null as there");
  if (!(tables.rows as { there: boolean }[])[0]?.there) return { version: 0, oldestReader: 0 };
  const { rows } = await client.query("select version, oldest_reader from schema_version");
  const row = (rows as Row[])[0];
  return { version: Number(row?.["version"]), oldestReader: Number(row?.["oldest_reader"]) };
}

class PostgresStore implements Store {
  readonly dialect = "postgres";
  readonly #pool: pg.Pool;
  readonly #slot: Slot;

  constructor(pool: pg.Pool, slot: Slot) {
    this.#pool = pool;
    this.#slot = slot;
  }

  get slot(): string {
    return this.#slot.name;
  }

  async read<T>(unit: Unit<T>): Promise<T> {
    try {
      return await this.#run(this.#pool, unit);
    } catch (thrown) {
      throw postgresError(thrown);
    }
  }

  async write<Name extends UnitName>(name: Name, input: UnitInput<Name>): Promise<UnitResult<Name>> {
    for (let attempt = 1; ; attempt++) {
      try {
        // The unit of this name gives this result: `startUnit` loses the type, the signature brings it back.
        return (await this.#transaction(() => startUnit(name, input))) as UnitResult<Name>;
      } catch (thrown) {
        if (attempt < RETRIES && CONFLICTS.has(sqlState(thrown))) continue;
        throw postgresError(thrown);
      }
    }
  }

  async checkVersion(): Promise<void> {
    checkReadable(await readVersion(this.#pool));
  }

  async close(): Promise<void> {
    await this.#slot.release();
    await this.#pool.end();
  }

  async #transaction<T>(start: () => Unit<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin");
      const result = await this.#run(client, start());
      await client.query("commit");
      return result;
    } catch (thrown) {
      await client.query("rollback").catch((error: Error) => (broken = error));
      throw thrown;
    } finally {
      // A connection that can't even roll back is not given to anybody else.
      client.release(broken);
    }
  }

  async #run<T>(client: pg.Pool | pg.PoolClient, unit: Unit<T>): Promise<T> {
    let next = unit.next([]);
    while (!next.done) next = unit.next(await this.#call(client, next.value));
    return next.value;
  }

  async #call(client: pg.Pool | pg.PoolClient, call: Call): Promise<readonly Row[]> {
    const compiled = compileStatement(call.statement, "postgres");
    const { name } = call.statement;
    const values = bind(compiled, call.parameters);
    return (await client.query({ name, text: compiled.sql, values })).rows as Row[];
  }
}

const sqlState = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";

const DISK_FULL = "53100";

function postgresError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  if (sqlState(thrown) === DISK_FULL)
    return new GatewayError("store_full", `PostgreSQL has no room left (${detail})`, { cause: thrown });
  return new GatewayError("store_failed", `PostgreSQL: ${detail}`, { cause: thrown });
}
