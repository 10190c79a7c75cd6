/**
 * The gateway's own Redis: a child process on a socket in the data folder. It outlives a gateway that was killed
 * and is taken over by the next.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Milliseconds } from "../time.ts";
import { socketPath } from "../control/socket-path.ts";
import { asGatewayError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RedisProcess } from "./redis-process.ts";
import { endStrayRedis, findRedis, spawnRedis } from "./redis-process.ts";

export interface PrivateRedis {
  /** The socket; connections to it come back by themselves after a restart of the server. */
  readonly path: string;
  /** The server's process at present; another one after a restart, null while there is none. */
  pid(): number | null;
  /** Ends the server. Resolves when its process is gone. */
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
  /** The data folder; made where it is missing. It must belong to this gateway alone. */
  readonly folder: string;
  readonly log: Logger;
  /** A program other than the redis-server of the PATH. */
  readonly program?: string;
}

const FIRST_PAUSE: Milliseconds = 100;
const LONGEST_PAUSE: Milliseconds = 10_000;
/** A server that lived this long was sound: the next pause is the first one again. */
const SOUND_AFTER: Milliseconds = 30_000;

/**
 * Takes over the server that answers on the socket already, or ends one that does not answer, and else starts
 * one; starts it again whenever it dies. Resolves to null, with advice in the log, where redis-server is not
 * installed. Throws GatewayError redis_unavailable where it does not come up, config_invalid where the
 * data folder's path is too long.
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis | null> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const keeper = new Keeper(options, socketPath(options.folder, "redis.sock"));
  return (await keeper.begin()) ? keeper : null;
}

class Keeper implements PrivateRedis {
  readonly path: string;
  readonly #options: PrivateRedisOptions;
  readonly #stopping = new AbortController();
  #server: RedisProcess | null = null;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: PrivateRedisOptions, path: string) {
    this.#options = options;
    this.path = path;
  }

  /** False: there is no program. */
  async begin(): Promise<boolean> {
    this.#server = await this.#obtain();
    if (this.#server === null) return false;
    this.#kept = this.#keep(this.#server);
    return true;
  }

  pid(): number | null {
    return this.#server?.pid ?? null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server?.end();
    await this.#kept;
    // One that was starting at the time, or to which only the connection was lost.
    await (await findRedis(this.path))?.end();
    this.#server = null;
  }

  async #keep(first: RedisProcess): Promise<void> {
    const { signal } = this.#stopping;
    let length = FIRST_PAUSE;
    let since = performance.now();
    await first.lost;
    while (!signal.aborted) {
      this.#server = null;
      this.#options.log.warn("the private Redis is gone and will be started again");
      if (performance.now() - since > SOUND_AFTER) length = FIRST_PAUSE;
      await pause(length, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      length = Math.min(length * 2, LONGEST_PAUSE);
      try {
        this.#server = await this.#obtain();
      } catch (error) {
        this.#options.log.error({ err: asGatewayError(error) }, "the private Redis does not start");
      }
      since = performance.now();
      if (!signal.aborted) await this.#server?.lost;
    }
  }

  async #obtain(): Promise<RedisProcess | null> {
    const { folder, log, program = "redis-server" } = this.#options;
    const pidFile = join(folder, "redis.pid");
    const found = await findRedis(this.path);
    if (found !== null) {
      log.info({ redis: found.pid }, "took over the private Redis that was running");
      return found;
    }
    await endStrayRedis(this.path, pidFile);
    const server = await spawnRedis(program, folder, this.path, pidFile);
    if (server === null) {
      log.warn(
        `${program} is not installed, so this gateway works without Redis; to have one: ` +
          "apt-get install redis-server, or set `redis` to a url; `redis: off` silences this",
      );
    } else {
      log.info({ redis: server.pid, socket: this.path }, "started the private Redis");
    }
    return server;
  }
}
