import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { Client } from "pg";
import { startPostgres } from "../../../deploy/servers/postgres.ts";

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

void describe("a PostgreSQL of one's own", async () => {
  await it("keeps what was committed through SIGKILL and leaves nothing behind", async () => {
    const server = await startPostgres();
    const url = await server.createDatabase("one");
    assert.deepEqual(await query(url, "SHOW fsync"), [{ fsync: "on" }]);
    await query(url, "CREATE TABLE thing AS SELECT 1 AS n");
    await server.kill("SIGKILL");
    await server.restart();
    assert.deepEqual(await query(url, "SELECT n FROM thing"), [{ n: 1 }]);
    await assert.rejects(async () => server.createDatabase('no"name'), RangeError);
    await server.createDatabase("two");
    await server.stop();
    await assert.rejects(async () => query(url, "SELECT 1"), /ECONNREFUSED/);
    assert.equal(existsSync(dirname(server.logFile)), false);
  });
});
