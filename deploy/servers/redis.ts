/** A redis-server of one's own on loopback, for the demo and the tests. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./ports.ts";
import type { RunningServer } from "./server-process.ts";
import { startOnFreePorts } from "./server-process.ts";

export interface RedisOptions {
  readonly folder: string;
  /** Whether what is in it outlives it (append-only file, one fsync a loop turn). False by default. */
  readonly durable?: boolean;
}

export interface Redis extends RunningServer {
  readonly port: number;
  readonly url: string;
}

/** Resolves when it answers. Throws GatewayError server_failed. */
export async function startRedis(options: RedisOptions): Promise<Redis> {
  mkdirSync(options.folder, { recursive: true });
  let port = 0;
  const server = await startOnFreePorts(async () => {
    [port = 0] = await freePorts(1);
    return {
      name: "redis-server",
      program: "redis-server",
      args: Object.entries({
        port: String(port),
        bind: "127.0.0.1",
        dir: options.folder,
        save: "",
        appendonly: options.durable ? "yes" : "no",
        appendfsync: "always",
        "maxmemory-policy": "noeviction",
        daemonize: "no",
      }).flatMap(([name, value]) => [`--${name}`, value]),
      folder: options.folder,
      logFile: join(options.folder, "redis.log"),
      readyWhen: ["Ready to accept connections"],
      failsWhen: [],
      stopSignal: "SIGTERM",
    };
  }, "Address already in use");
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` });
}
