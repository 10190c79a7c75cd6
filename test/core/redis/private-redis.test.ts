import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { GatewayError } from "../../../core/errors.ts";
import { createLogger } from "../../../core/log.ts";
import type { RedisUse } from "../../../core/redis/connection.ts";
import { connectRedis } from "../../../core/redis/connection.ts";
import type { PrivateRedis } from "../../../core/redis/private-redis.ts";
import { startPrivateRedis } from "../../../core/redis/private-redis.ts";

const root = mkdtempSync(join(tmpdir(), "mimi redis-"));
const started: PrivateRedis[] = [];
const disconnects: (() => void)[] = [];
afterEach(async () => {
  for (const disconnect of disconnects.splice(0)) disconnect();
  for (const redis of started.splice(0)) await redis.stop();
});
after(() => rmSync(root, { recursive: true }));

let folders = 0;
const freshFolder = (): string => join(root, String((folders += 1)));

function recorded() {
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    bodies: false,
    stream: { write: (line) => void lines.push(line) },
  });
  return { log, text: () => lines.join("") };
}

async function start(folder: string): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ folder, log: recorded().log });
  assert.ok(redis, "these tests need redis-server");
  started.push(redis);
  return redis;
}

function connect(path: string, use: RedisUse) {
  const redis = connectRedis({ path }, use, () => {});
  disconnects.push(() => redis.disconnect());
  return redis;
}

/** Unlike events.once, it does not mind the errors that a lost connection reports meanwhile. */
async function happens(client: ReturnType<typeof connectRedis>, event: "ready" | "close"): Promise<void> {
  return new Promise((resolve) => client.once(event, resolve));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, "the condition did not come true");
    await pause(20);
  }
}

/** A dead process that is not waited for yet has no command line. */
function lives(pid: number | null): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

void describe("the private Redis", () => {
  void it("runs on a socket alone, keeps nothing and evicts nothing", async () => {
    const redis = await start(freshFolder());
    const client = connect(redis.path, "worker");
    assert.equal(await client.ping(), "PONG");
    const settings = await client.config("GET", "port", "save", "appendonly", "maxmemory-policy");
    assert.deepEqual(Object.fromEntries(pairs(settings)), {
      port: "0",
      save: "",
      appendonly: "no",
      "maxmemory-policy": "noeviction",
    });
    const pid = redis.pid();
    assert.ok(lives(pid));
    await redis.stop();
    assert.ok(!lives(pid) && !existsSync(redis.path));
    await redis.stop();
  });

  void it("is started again when it dies, more than once", async () => {
    const redis = await start(freshFolder());
    const client = connect(redis.path, "worker");
    for (let round = 0; round < 2; round += 1) {
      const pid = redis.pid();
      assert.ok(pid);
      process.kill(pid, "SIGKILL");
      await until(() => redis.pid() !== pid && redis.pid() !== null);
      assert.equal(await client.ping(), "PONG");
      assert.match(await client.info("server"), new RegExp(`process_id:${redis.pid()}\\b`));
    }
  });

  void it("stops also while the server is being started again", async () => {
    const folder = freshFolder();
    const redis = await start(folder);
    const pid = redis.pid();
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    await until(() => redis.pid() === null);
    await redis.stop();
    assert.ok(!lives(pid));
    assert.equal(redis.pid(), null);
    assert.ok(!existsSync(redis.path) || !lives(Number(readFileSync(join(folder, "redis.pid"), "utf8"))));
  });

  void it("stops also when only the connection to the server was lost", async () => {
    const redis = await start(freshFolder());
    const pid = redis.pid();
    const client = connect(redis.path, "worker");
    await client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await until(() => redis.pid() === null);
    await redis.stop();
    assert.ok(!lives(pid));
  });

  void it("is taken over from a gateway that was killed", async () => {
    const folder = freshFolder();
    const killed = await killedGateway(folder);
    assert.ok(lives(killed));
    const redis = await start(folder);
    assert.equal(redis.pid(), killed);
    await redis.stop();
    assert.ok(!lives(killed));
  });

  void it("ends what the killed gateway left when that no longer answers", async () => {
    const folder = freshFolder();
    const killed = await killedGateway(folder);
    process.kill(killed, "SIGSTOP");
    const redis = await start(folder);
    assert.notEqual(redis.pid(), killed);
    assert.ok(!lives(killed));
    assert.equal(await connect(redis.path, "worker").ping(), "PONG");
  });

  void it("is left out, with advice, where the program is missing", async () => {
    const { log, text } = recorded();
    assert.equal(
      await startPrivateRedis({ folder: freshFolder(), log, program: "no-such-redis-server" }),
      null,
    );
    assert.match(text(), /apt-get install redis-server/);
  });

  void it("is an error where the program does not come up", async () => {
    const { log } = recorded();
    await assert.rejects(
      startPrivateRedis({ folder: freshFolder(), log, program: "false" }),
      (thrown) => thrown instanceof GatewayError && thrown.code === "redis_unavailable",
    );
  });

  void it("does not get what the terminal sends to the gateway's process group", async () => {
    const redis = await start(freshFolder());
    const stat = readFileSync(`/proc/${redis.pid()}/stat`, "utf8");
    const [, , , group, session] = stat.slice(stat.lastIndexOf(")")).split(" ");
    assert.deepEqual([group, session], [String(redis.pid()), String(redis.pid())]);
  });
});

void describe("a connection", () => {
  void it("of a producer fails at once while Redis is away, and comes back", async () => {
    const redis = await start(freshFolder());
    const client = connect(redis.path, "producer");
    await happens(client, "ready");
    assert.equal(await client.ping(), "PONG");
    const pid = redis.pid();
    assert.ok(pid);
    const closed = happens(client, "close");
    process.kill(pid, "SIGKILL");
    await closed;
    const back = happens(client, "ready").then(() => "back");
    const failed = client.ping().catch(() => "failed");
    assert.equal(await Promise.race([failed, back]), "failed");
    await back;
    assert.equal(await client.ping(), "PONG");
  });

  void it("of a producer notices a Redis that hangs", async () => {
    const redis = await start(freshFolder());
    const client = connect(redis.path, "producer");
    await happens(client, "ready");
    const pid = redis.pid();
    assert.ok(pid);
    process.kill(pid, "SIGSTOP");
    await assert.rejects(client.ping(), /timed out/);
    process.kill(pid, "SIGCONT");
    assert.equal(await client.ping(), "PONG");
  });
});

function pairs(flat: unknown): (readonly [string, string])[] {
  const list = flat as string[];
  return list.flatMap((key, index) => (index % 2 === 0 ? [[key, list[index + 1] ?? ""] as const] : []));
}

/** Runs a process that starts a private Redis and is killed. Returns the server's process. */
async function killedGateway(folder: string): Promise<number> {
  const script = `
    import { createLogger } from ${JSON.stringify(new URL("../../../core/log.ts", import.meta.url).href)};
    import { startPrivateRedis } from ${JSON.stringify(new URL("../../../core/redis/private-redis.ts", import.meta.url).href)};
    const log = createLogger({ level: "error", bodies: false });
    const redis = await startPrivateRedis({ folder: ${JSON.stringify(folder)}, log });
    console.log(redis.pid());
    setInterval(() => {}, 1000);`;
  const gateway = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(gateway.stdout, "data")) as [Buffer];
  gateway.kill("SIGKILL");
  await once(gateway, "exit");
  return Number(line.toString());
}
