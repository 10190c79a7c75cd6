/**
 * Writes the dumps in this folder: a store as an earlier version of the gateway has left it, as SQL for both databases. It is run by
 * hand, once for each schema that a version came out with:
 *
 *     git archive COMMIT | tar -x -C FOLDER          # the code as it stood
 *     ln -s "$PWD/node_modules" FOLDER/node_modules
 *     node test/core/store/upgrades/write-dump.ts FOLDER
 *
 * The code of that version runs a gateway of its own with rooms of its fake platform, which talk; then it is stopped, and tables
 * that are still empty get a row (`surplus-rows.ts`). The schema is what that version makes; the rows are what its SQLite held.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type * as Migrator from "../../../../core/store/migrator.ts";
import type * as Platform from "../../../support/fake-platform.ts";
import type * as Harness from "../../../support/harness.ts";
import { eventually } from "../../../support/harness-eventually.ts";
import { fillEmptyTables, leaveUnderWay } from "./surplus-rows.ts";
import { dataSql, type Dialect } from "./row-sql.ts";

const code = resolve(process.argv[2] ?? "");
const load = async <Module>(path: string): Promise<Module> => (await import(join(code, path))) as Module;
const { FakePlatform } = await load<typeof Platform>("test/support/fake-platform.ts");
const { startFakeGateway } = await load<typeof Harness>("test/support/harness.ts");
const { codeVersion, pendingSql } = await load<typeof Migrator>("core/store/migrator.ts");

const folder = mkdtempSync(join(tmpdir(), "mimi-dump-"));
try {
  await talk();
  const database = new DatabaseSync(join(folder, "gateway.sqlite"));
  leaveUnderWay(database);
  fillEmptyTables(database);
  for (const dialect of ["sqlite", "postgres"] as const) write(dialect, database);
  database.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function talk(): Promise<void> {
  const platform = new FakePlatform();
  const gateway = await startFakeGateway({ folder }, { fake: platform });
  await gateway.operations.link(
    [
      { account: "fake", room: "a" },
      { account: "fake", room: "b" },
    ],
    null,
  );
  const shown = (room: string, text: string): Promise<unknown> =>
    eventually(`${text} in ${room}`, () => platform.texts(room).includes(text));
  platform.say("a", "anna", "from a");
  await shown("b", "from a");
  platform.say("b", "ben", "from b");
  await shown("a", "from b");
  platform.setState("a", { topic: "Milk" });
  await eventually("the topic of b", () => platform.state("b").topic === "Milk");
  platform.say("a", "anna", "under way");
  await shown("b", "under way");
  await gateway.stop();
}

function write(dialect: Dialect, database: DatabaseSync): void {
  const schema = pendingSql(dialect, { version: 0, oldestReader: 0 });
  const number = String(codeVersion).padStart(2, "0");
  const file = join(import.meta.dirname, `schema-${number}.${dialect}.sql`);
  writeFileSync(file, [...schema, ...dataSql(database, dialect)].map((text) => `${text};\n`).join(""));
}
