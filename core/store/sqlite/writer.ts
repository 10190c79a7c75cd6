/**
 * The writer's thread: it alone writes to the SQLite file, so that no commit holds the event loop up. A message is
 * a batch of units; a batch is one transaction and one fsync.
 */
import { parentPort, workerData } from "node:worker_threads";
import { startUnit, type UnitName } from "../units/registry.ts";
import type { Compiled } from "../statement.ts";
import { type Compile, SqliteConnection, sqliteError } from "./connection.ts";

export interface WriterOptions {
  readonly file: string;
  /** For tests of a full disk: the most pages that the file may have. */
  readonly maxPages: number | null;
  /** Every statement, compiled: this thread does without kysely. */
  readonly compiled: ReadonlyMap<string, Compiled>;
}
export type WriterCall = readonly [name: UnitName, input: unknown];
export type WriterAnswer =
  | { readonly value: unknown }
  | { readonly error: { readonly code: string; readonly detail: string } };

const port = parentPort;
if (!port) throw new Error("the writer runs as a worker thread only");
const options = workerData as WriterOptions;
const compile: Compile = ({ name }) => {
  const compiled = options.compiled.get(name);
  if (!compiled) throw new Error(`statement ${name} was not compiled`);
  return compiled;
};
const connection = new SqliteConnection(options.file, { readOnly: false, compile });
connection.execute("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000");
if (options.maxPages !== null) connection.execute(`pragma max_page_count = ${options.maxPages}`);

port.on("message", (batch: readonly WriterCall[] | null) => {
  if (batch === null) {
    connection.close();
    port.close();
    return;
  }
  port.postMessage(commitTogether(batch) ?? batch.map((call) => commitAlone(call)));
});

/** All answers, or null where one unit or the commit failed: nothing of the batch is written then. */
function commitTogether(batch: readonly WriterCall[]): WriterAnswer[] | null {
  try {
    connection.execute("begin immediate");
    const answers = batch.map(([name, input]) => ({ value: connection.run(startUnit(name, input)) }));
    connection.execute("commit");
    return answers;
  } catch {
    // Whose fault it was shows when each runs alone; the error is reported there.
    rollBack();
    return null;
  }
}

function commitAlone([name, input]: WriterCall): WriterAnswer {
  try {
    connection.execute("begin immediate");
    const value = connection.run(startUnit(name, input));
    connection.execute("commit");
    return { value };
  } catch (thrown) {
    rollBack();
    const { code, detail } = sqliteError(thrown);
    return { error: { code, detail } };
  }
}

function rollBack(): void {
  // SQLite has rolled back by itself after some errors; there is nothing to undo then.
  if (connection.inTransaction) connection.execute("rollback");
}
