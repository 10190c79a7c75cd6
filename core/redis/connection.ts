/** Connections to Redis, each with the options that its use needs. */
import { Redis, type RedisOptions } from "ioredis";
import type { Milliseconds } from "../time.ts";

/** A socket of the private Redis, or the URL of another. */
export type RedisAddress = { readonly path: string } | { readonly url: string };

/**
 * What becomes of commands while Redis is away. `producer`: they fail at once, since the sweep finds the work
 * anyway and a queue in memory would hold it twice. `worker`, `subscriber`: they wait, as BullMQ's workers and
 * subscriptions need it.
 */
export type RedisUse = "producer" | "worker" | "subscriber";

/** A Redis that hangs is noticed by this alone. */
const ANSWER_WITHIN: Milliseconds = 500;
const LONGEST_PAUSE: Milliseconds = 2_000;

/** ioredis takes the form of replies from the options' type, so it must not be left open. */
type Options = Omit<RedisOptions, "replyMapping">;

const OPTIONS: Readonly<Record<RedisUse, Options>> = {
  producer: {
    enableOfflineQueue: false,
    commandTimeout: ANSWER_WITHIN,
    autoResendUnfulfilledCommands: false,
  },
  worker: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null },
};

/**
 * A connection that comes back by itself. Each failure goes to `onError`; without a listener ioredis would
 * write to the console.
 */
export function connectRedis(address: RedisAddress, use: RedisUse, onError: (error: Error) => void): Redis {
  const options: Options = {
    ...OPTIONS[use],
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE),
  };
  const redis =
    "path" in address ? new Redis({ ...options, path: address.path }) : new Redis(address.url, options);
  redis.on("error", onError);
  return redis;
}
