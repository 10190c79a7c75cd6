/** How often somebody may do something: a bucket of tokens for each, in this process alone. */
import type { Milliseconds } from "../../time.ts";

export interface BucketLimits {
  /** Tokens of a full bucket. */
  readonly burst: number;
  readonly perSecond: number;
  /** Buckets that are kept; the one that was used least lately goes, and counts as full when it comes again. */
  readonly most: number;
}

export class TokenBuckets<Key> {
  readonly #limits: BucketLimits;
  readonly #now: () => Milliseconds;
  readonly #buckets = new Map<Key, { tokens: number; at: Milliseconds }>();

  constructor(limits: BucketLimits, now: () => Milliseconds) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a token: 0. Where there is none: how long until there is. */
  take(key: Key): Milliseconds {
    const { burst, perSecond, most } = this.#limits;
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const gained = (Math.max(0, now - bucket.at) * perSecond) / 1_000;
    const tokens = Math.min(burst, bucket.tokens + gained);
    const enough = tokens >= 1;
    // The last one in a Map is the one that was put there last.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > most && oldest !== undefined) this.#buckets.delete(oldest);
    return enough ? 0 : Math.ceil(((1 - tokens) * 1_000) / perSecond);
  }
}
