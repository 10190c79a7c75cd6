import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Redis as Client } from "ioredis";
import { startRedis } from "../../../deploy/servers/redis.ts";
import { sharedRedis, temporaryFolder } from "../../support/servers.ts";

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url, { lazyConnect: true, retryStrategy: () => null });
  await client.connect();
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** What has ended and was not asked for its exit code by its parent yet runs no more. */
function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, "utf8"));
}

void describe("a Redis of one's own", async () => {
  const redis = sharedRedis();

  await it("answers, forgets at a restart, and comes back on the same port", async () => {
    const server = await redis();
    await withClient(server.url, async (client) => client.set("key", "value"));
    await server.kill("SIGKILL");
    await server.restart();
    assert.equal(await withClient(server.url, async (client) => client.get("key")), null);
  });

  await it("stands still and goes on when told", async () => {
    const server = await redis();
    await withClient(server.url, async (client) => {
      await server.kill("SIGSTOP");
      const answer = client.ping();
      assert.equal(await Promise.race([answer, delay(200, "silence")]), "silence");
      await server.kill("SIGCONT");
      assert.equal(await answer, "PONG");
    });
  });

  await it("keeps what it was given when it is to be durable, and ends also when stopped still", async () => {
    const server = await startRedis({ folder: temporaryFolder("durable"), durable: true });
    await withClient(server.url, async (client) => client.set("key", "value"));
    await server.kill("SIGKILL");
    await server.restart();
    assert.equal(await withClient(server.url, async (client) => client.get("key")), "value");
    await server.kill("SIGSTOP");
    await server.stop();
    assert.ok(!isRunning(server.pid));
    await server.stop();
  });

  await it("ends with the process that started it, even by SIGKILL", async () => {
    const folder = temporaryFolder("orphan");
    const source = `
      const { startRedis } = await import(${JSON.stringify(import.meta.resolve("../../../deploy/servers/redis.ts"))});
      const { pid } = await startRedis({ folder: ${JSON.stringify(folder)} });
      console.log(pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    assert.ok(isRunning(pid));
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const deadline = Date.now() + 30_000;
    while (isRunning(pid) && Date.now() < deadline) await delay(10);
    assert.ok(!isRunning(pid));
  });
});
