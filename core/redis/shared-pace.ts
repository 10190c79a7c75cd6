/**
 * Buckets of calls in Redis, so that all processes of an account keep one pace. Redis is speed alone: where it is away each
 * process counts for itself, and where it was emptied the platform's own refusals say what is too much.
 */
import type { Redis } from "ioredis";
import type { Milliseconds } from "../time.ts";
import { asGatewayError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Bucket, LocalPace, type Pace, type Paces } from "../pace.ts";

/** How long a Redis that did not answer is not asked again. */
const AWAY_FOR_MS: Milliseconds = 2_000;

/** A bucket's level at a time by the clock of Redis, which is the same for all; in the future: nothing before then. */
const FILLED = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function filled(key, a_minute, burst)
  local kept = redis.call('HMGET', key, 'level', 'at')
  local at = tonumber(kept[2]) or now
  local from = math.max(now, at)
  return math.min(burst, (tonumber(kept[1]) or burst) + (from - at) * a_minute / 60000), from
end
local function keep(key, a_minute, burst, level, at)
  redis.call('HSET', key, 'level', tostring(level), 'at', string.format('%.0f', at))
  redis.call('PEXPIRE', key, math.ceil(at - now + (burst - level) * 60000 / a_minute) + 1000)
end`;

/** KEYS: buckets. ARGV: the longest wait, then for each bucket its calls a minute and at once. Gives the wait. */
const TAKE = `${FILLED}
local most, wait, found = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local a_minute, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local level, at = filled(key, a_minute, burst)
  local owed = level >= 1 and 0 or (1 - level) * 60000 / a_minute
  wait = math.max(wait, math.ceil(at - now + owed))
  found[i] = { a_minute, burst, level - 1, at }
end
if wait <= most then
  for i, key in ipairs(KEYS) do keep(key, found[i][1], found[i][2], found[i][3], found[i][4]) end
end
return wait`;

/** KEYS: one bucket. ARGV: its calls a minute and at once, and how long none is wanted. */
const BLOCK = `${FILLED}
local a_minute, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local level, at = filled(KEYS[1], a_minute, burst)
keep(KEYS[1], a_minute, burst, math.min(1, level), math.max(at, now + tonumber(ARGV[3])))`;

/** How the scripts are run: by a connection that fails at once while Redis is away. */
export type ScriptRunner = Pick<Redis, "eval">;

export class SharedPace implements Pace {
  readonly #redis: ScriptRunner;
  readonly #account: string;
  readonly #log: Logger;
  readonly #local = new LocalPace();
  #awayUntil = Number.NEGATIVE_INFINITY;

  constructor(redis: ScriptRunner, account: string, log: Logger) {
    this.#redis = redis;
    this.#account = account;
    this.#log = log;
  }

  async take(buckets: readonly Bucket[], most: Milliseconds): Promise<Milliseconds> {
    const rates = buckets.flatMap(({ aMinute, burst }) => [aMinute, burst]);
    const wait = await this.#run(TAKE, buckets, [most, ...rates]);
    return typeof wait === "number" ? wait : this.#local.take(buckets, most);
  }

  async block(bucket: Bucket, wait: Milliseconds): Promise<void> {
    // Whatever becomes of Redis, this process has been told.
    await this.#local.block(bucket, wait);
    await this.#run(BLOCK, [bucket], [bucket.aMinute, bucket.burst, Math.ceil(wait)]);
  }

  /** undefined: Redis is away. All keys of an account are in one slot of a cluster. */
  async #run(script: string, buckets: readonly Bucket[], args: readonly number[]): Promise<unknown> {
    if (performance.now() < this.#awayUntil) return undefined;
    const keys = buckets.map(({ name }) => `{mimi:pace-${this.#account}}${name}`);
    try {
      return await this.#redis.eval(script, keys.length, ...keys, ...args);
    } catch (thrown) {
      this.#awayUntil = performance.now() + AWAY_FOR_MS;
      this.#log.debug({ err: asGatewayError(thrown) }, "calls are counted in this process alone for now");
      return undefined;
    }
  }
}

/** Paces of all accounts by one connection. */
export const sharedPaces = (redis: ScriptRunner, log: Logger): Paces => ({
  of: (account) => new SharedPace(redis, account, log),
});
