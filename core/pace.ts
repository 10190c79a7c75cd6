/**
 * How often a platform may be asked: buckets of calls that fill up again with time. A bucket that the platform has refused
 * is left alone until the time that it says, and no other.
 */
import type { Milliseconds } from "./time.ts";

const MINUTE_MS = 60_000;
/** Buckets that are full again are forgotten beyond this. */
const MOST_BUCKETS = 2_000;

/** What a call is counted in. */
export interface Bucket {
  /** What tells it from others of the account. */
  readonly name: string;
  readonly aMinute: number;
  /** How many calls may come at once. */
  readonly burst: number;
}

/** The buckets of one account, shared by all processes that serve it where there is a Redis. */
export interface Pace {
  /**
   * Takes a call out of each of the buckets; resolves with how long it has to wait, 0: it may leave. A call that would have
   * to wait longer than `most` is taken out of none. Never rejects.
   */
  take(buckets: readonly Bucket[], most: Milliseconds): Promise<Milliseconds>;
  /** The platform wants none of these calls for so long. Never rejects. */
  block(bucket: Bucket, wait: Milliseconds): Promise<void>;
}

/** Gives each account its pace. */
export interface Paces {
  of(account: string): Pace;
}

interface Level {
  /** Calls that may leave at once; less than 0 where calls have been taken that wait. */
  level: number;
  /** When that was so; in the future where the platform wants nothing before then. */
  at: Milliseconds;
}

/** Buckets of this process alone. */
export class LocalPace implements Pace {
  readonly #now: () => Milliseconds;
  readonly #levels = new Map<string, Level>();

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => Milliseconds = () => performance.now()) {
    this.#now = now;
  }

  take(buckets: readonly Bucket[], most: Milliseconds): Promise<Milliseconds> {
    const now = this.#now();
    const found = buckets.map((bucket) => ({ bucket, ...this.#filled(bucket, now) }));
    const waits = found.map(({ bucket, level, at }) => {
      const owed = level >= 1 ? 0 : ((1 - level) * MINUTE_MS) / bucket.aMinute;
      return at - now + owed;
    });
    const wait = Math.ceil(Math.max(0, ...waits));
    if (wait <= most)
      for (const { bucket, level, at } of found) this.#keep(bucket.name, { level: level - 1, at }, now);
    return Promise.resolve(wait);
  }

  block(bucket: Bucket, wait: Milliseconds): Promise<void> {
    const now = this.#now();
    const { level, at } = this.#filled(bucket, now);
    this.#keep(bucket.name, { level: Math.min(1, level), at: Math.max(at, now + wait) }, now);
    return Promise.resolve();
  }

  #filled(bucket: Bucket, now: Milliseconds): Level {
    const { level, at } = this.#levels.get(bucket.name) ?? { level: bucket.burst, at: now };
    const from = Math.max(now, at);
    return { level: Math.min(bucket.burst, level + ((from - at) * bucket.aMinute) / MINUTE_MS), at: from };
  }

  #keep(name: string, level: Level, now: Milliseconds): void {
    if (!this.#levels.has(name) && this.#levels.size >= MOST_BUCKETS)
      // What has not been used for a minute is full, or as good as.
      for (const [key, { at }] of this.#levels) if (now - at > MINUTE_MS) this.#levels.delete(key);
    this.#levels.set(name, level);
  }
}

/** For a gateway that is the only process of its accounts. */
export const localPaces: Paces = { of: () => new LocalPace() };
