import type { Redis } from "ioredis";
import type { Config } from "../config/config.ts";
import { asGatewayError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RedisUse } from "./connection.ts";

/** The Redis of this gateway, as far as it has one. */
export interface RedisAccess {
  readonly kind: "private" | "configured" | "none";
  /** null: there is none; lanes run in this process, and the sweep finds what nobody woke. */
  readonly connect: ((use: RedisUse) => Redis) | null;
  close(): Promise<void>;
}

const none: RedisAccess = { kind: "none", connect: null, close: () => Promise.resolve() };

/** Starts or finds the Redis that the configuration asks for. Its absence later on costs speed only. */
export async function openRedis(config: Pick<Config, "redis" | "data">, log: Logger): Promise<RedisAccess> {
  if (config.redis.kind === "off") return none;
  // Loaded only where it is used.
  const { connectRedis } = await import("./connection.ts");
  const onError = (error: Error): void => log.debug({ err: error }, "Redis");
  if (config.redis.kind === "configured") {
    const { url } = config.redis;
    return {
      kind: "configured",
      connect: (use) => connectRedis({ url }, use, onError),
      close: () => Promise.resolve(),
    };
  }
  const { startPrivateRedis } = await import("./private-redis.ts");
  const redis = await startPrivateRedis({ folder: config.data, log }).catch((thrown: unknown) => {
    const error = asGatewayError(thrown);
    if (error.code !== "redis_unavailable") throw error;
    log.error({ err: error }, "the gateway works without Redis");
    return null;
  });
  if (!redis) return none;
  return {
    kind: "private",
    connect: (use) => connectRedis({ path: redis.path }, use, onError),
    close: () => redis.stop(),
  };
}
