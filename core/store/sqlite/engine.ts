import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { type ErrorCode, GatewayError } from "../../errors.ts";
import { limits } from "../../limits.ts";
import { compileAll, compileStatement } from "../compile.ts";
import { checkReadable, pendingSql, type SchemaVersion } from "../migrator.ts";
import type { Store } from "../store.ts";
import type { Unit } from "../unit.ts";
// For its statements too: the writer gets them compiled.
import "../units/registry.ts";
import type { UnitInput, UnitName, UnitResult } from "../units/registry.ts";
import { type Compile, SqliteConnection, sqliteError } from "./connection.ts";
import { holdLock } from "./lock.ts";
import type { WriterAnswer, WriterCall, WriterOptions } from "./writer.ts";

const compile: Compile = (statement) => compileStatement(statement, "sqlite");

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

/**
 * Opens (and where needed makes or migrates) the store in an SQLite file. Throws store_locked where another process
 * has it, store_too_new where it was migrated beyond this code.
 */
export function openSqliteStore(options: { file: string; maxPages?: number | null }): Store {
  mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 });
  const lock = holdLock(`${options.file}.lock`);
  try {
    migrate(options.file);
    return new SqliteStore({ file: options.file, maxPages: options.maxPages ?? null }, lock);
  } catch (thrown) {
    lock.release();
    throw sqliteError(thrown);
  }
}

function migrate(file: string): void {
  const connection = new SqliteConnection(file, { readOnly: false, compile });
  try {
    connection.execute("pragma journal_mode = wal; pragma synchronous = full");
    const found = readVersion(connection);
    checkReadable(found);
    const pending = pendingSql("sqlite", found);
    if (pending.length > 0) connection.execute(`begin immediate; ${pending.join("; ")}; commit`);
  } finally {
    connection.close();
  }
}

function readVersion(connection: SqliteConnection): SchemaVersion {
  const tables = connection.query("select name from sqlite_master where name = 'schema_version'");
  if (tables.length === 0) return { version: 0, oldestReader: 0 };
  const row = connection.query("select version, oldest_reader from schema_version")[0];
  return { version: Number(row?.["version"]), oldestReader: Number(row?.["oldest_reader"]) };
}

class SqliteStore implements Store {
  readonly dialect = "sqlite";
  /** The lock on the file makes the one name exclusive. */
  readonly slot = "sqlite";
  readonly #reader: SqliteConnection;
  readonly #writer: Worker;
  readonly #lock: { release(): void };
  #queue: WriterCall[] = [];
  #waiting: Waiting[] = [];
  #inFlight: readonly Waiting[] | null = null;
  #due = false;
  #failed: GatewayError | null = null;

  constructor(options: Pick<WriterOptions, "file" | "maxPages">, lock: { release(): void }) {
    this.#lock = lock;
    this.#reader = new SqliteConnection(options.file, { readOnly: true, compile });
    this.#writer = new Worker(new URL("writer.ts", import.meta.url), {
      workerData: { ...options, compiled: compileAll("sqlite") } satisfies WriterOptions,
      // Batches live for a commit only; a small young generation keeps the thread from hoarding memory.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#writer.on("message", (answers: readonly WriterAnswer[]) => this.#settle(answers));
    this.#writer.on("error", (error: Error) =>
      this.#fail(new GatewayError("store_failed", error.message, { cause: error })),
    );
    this.#writer.on("exit", () => this.#fail(new GatewayError("store_failed", "the store is closed")));
  }

  read<T>(unit: Unit<T>): Promise<T> {
    try {
      return Promise.resolve(this.#reader.run(unit));
    } catch (thrown) {
      return Promise.reject(sqliteError(thrown));
    }
  }

  write<Name extends UnitName>(name: Name, input: UnitInput<Name>): Promise<UnitResult<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#failed) return reject(this.#failed);
      this.#queue.push([name, input]);
      // The writer ran this very unit: its result is of the unit's type.
      this.#waiting.push({ resolve: resolve as (value: unknown) => void, reject });
      if (this.#inFlight || this.#due) return;
      this.#due = true;
      setImmediate(() => this.#send());
    });
  }

  checkVersion(): Promise<void> {
    try {
      checkReadable(readVersion(this.#reader));
      return Promise.resolve();
    } catch (thrown) {
      return Promise.reject(sqliteError(thrown));
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#writer, "exit");
    // After everything that waits: the writer takes messages in order.
    while (this.#inFlight || this.#queue.length > 0) await new Promise((resolve) => setImmediate(resolve));
    // The last connection to close empties the write-ahead log into the file, which a reading one cannot.
    this.#reader.close();
    this.#writer.postMessage(null);
    await ended;
    this.#lock.release();
  }

  /** One batch in flight and no timer: what arrives during a commit is the next batch, so a slow disk makes larger ones. */
  #send(): void {
    this.#due = false;
    if (this.#inFlight || this.#queue.length === 0 || this.#failed) return;
    const batch = this.#queue.splice(0, limits.writerBatch);
    this.#inFlight = this.#waiting.splice(0, limits.writerBatch);
    this.#writer.postMessage(batch);
  }

  #settle(answers: readonly WriterAnswer[]): void {
    const waiting = this.#inFlight ?? [];
    this.#inFlight = null;
    this.#send();
    waiting.forEach((one, i) => {
      const answer = answers[i];
      if (answer && "value" in answer) one.resolve(answer.value);
      else {
        const error = answer?.error ?? { code: "internal", detail: "the writer gave no answer" };
        one.reject(new GatewayError(error.code as ErrorCode, error.detail));
      }
    });
  }

  #fail(error: GatewayError): void {
    this.#failed ??= error;
    const waiting = [...(this.#inFlight ?? []), ...this.#waiting];
    this.#inFlight = null;
    this.#queue = [];
    this.#waiting = [];
    for (const one of waiting) one.reject(this.#failed);
  }
}
