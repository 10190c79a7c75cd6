/** One redis-server process on a socket: found, started and ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";

/** A server that answers. */
export interface RedisProcess {
  readonly pid: number;
  /** Resolves when the connection to it is lost: as a rule it has died. */
  readonly lost: Promise<void>;
  /** Ends it and resolves when it is gone. */
  end(): Promise<void>;
}

const ANSWER_WITHIN: Milliseconds = 1_000;
const UP_WITHIN: Milliseconds = 10_000;
const DOWN_WITHIN: Milliseconds = 3_000;
const LOOK_AGAIN: Milliseconds = 20;

/** The server that answers on this socket, or null. */
export async function findRedis(socket: string): Promise<RedisProcess | null> {
  const client = new Redis({
    path: socket,
    lazyConnect: true,
    // The check would wait for a hung server without end; INFO below has a limit.
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: ANSWER_WITHIN,
    commandTimeout: ANSWER_WITHIN,
    disconnectTimeout: LOOK_AGAIN,
  });
  client.on("error", () => {});
  const lost = new Promise<void>((resolve) => client.once("close", resolve));
  try {
    await client.connect();
    const pid = Number(/^process_id:(\d+)/m.exec(await client.info("server"))?.[1]);
    if (!Number.isSafeInteger(pid)) throw new Error("the server does not say its process");
    const end = async (): Promise<void> => {
      // The answer to SHUTDOWN is that the connection ends, which ioredis reports as an error.
      await Promise.race([lost, client.shutdown("NOSAVE").catch(() => undefined)]);
      await endProcess(pid, socket, DOWN_WITHIN);
      client.disconnect();
    };
    return { pid, lost, end };
  } catch {
    client.disconnect();
    return null;
  }
}

/** Ends what the pid file names, if that is a redis-server of this socket. */
export async function endStrayRedis(socket: string, pidFile: string): Promise<void> {
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, "utf8").trim());
  } catch {
    return;
  }
  if (Number.isSafeInteger(pid) && pid > 1) await endProcess(pid, socket, 0);
}

/**
 * Starts a server on this socket: no TCP port, nothing on disk, no eviction. It is in a session of its own, so
 * that Ctrl-C in the terminal does not reach it. Returns null where there is no such program; throws GatewayError
 * redis_unavailable where it does not come up.
 */
export async function spawnRedis(
  program: string,
  folder: string,
  socket: string,
  pidFile: string,
): Promise<RedisProcess | null> {
  const logFile = join(folder, "redis.log");
  const settings: Readonly<Record<string, string>> = {
    dir: folder,
    port: "0",
    unixsocket: socket,
    unixsocketperm: "700",
    save: "",
    appendonly: "no",
    "maxmemory-policy": "noeviction",
    pidfile: pidFile,
    logfile: logFile,
    loglevel: "warning",
    daemonize: "no",
  };
  const child = spawn(
    program,
    Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    // The gateway's environment may hold secrets; the server needs none of it.
    { detached: true, stdio: "ignore", env: { PATH: process.env["PATH"] } },
  );
  try {
    await once(child, "spawn");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new GatewayError("redis_unavailable", `${program} cannot be started`, { cause: error });
  }
  child.unref();
  const deadline = performance.now() + UP_WITHIN;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    const found = await findRedis(socket);
    if (found !== null) return found;
    await pause(LOOK_AGAIN);
  }
  child.kill("SIGKILL");
  throw new GatewayError("redis_unavailable", `${program} does not come up; ${logFile} says why`);
}

/** Kills the process where it is not gone in time. A process that is no redis-server of this socket is left alone. */
async function endProcess(pid: number, socket: string, withinMs: Milliseconds): Promise<void> {
  const deadline = performance.now() + withinMs;
  let killed = false;
  while (isRedisOf(pid, socket)) {
    if (!killed && performance.now() >= deadline) {
      process.kill(pid, "SIGKILL");
      killed = true;
    }
    await pause(LOOK_AGAIN);
  }
}

/** A dead process that nobody has waited for has an empty command line, and so counts as gone. */
function isRedisOf(pid: number, socket: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return command.includes("redis-server") && command.includes(socket);
  } catch {
    return false;
  }
}
