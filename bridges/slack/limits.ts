/**
 * How often Slack may be asked (https://docs.slack.dev/apis/web-api/rate-limits): a budget for each method, for posts
 * one for each channel. What Slack refuses with 429 is left alone until the time that it says, and nothing else.
 */
import type { Milliseconds } from "../../core/bridge.ts";

const MINUTE_MS = 60_000;

/** Calls in a minute, a little below what Slack allows, and how many may come at once. */
interface Budget {
  readonly aMinute: number;
  readonly burst: number;
}

const TIERS = {
  two: { aMinute: 18, burst: 5 },
  three: { aMinute: 45, burst: 10 },
  four: { aMinute: 90, burst: 20 },
  /** One message a second for each channel; short bursts pass. */
  posts: { aMinute: 60, burst: 3 },
} as const satisfies Record<string, Budget>;

const METHODS: Readonly<Record<string, Budget>> = {
  "chat.postMessage": TIERS.posts,
  "chat.postEphemeral": TIERS.four,
  "chat.update": TIERS.three,
  "chat.delete": TIERS.three,
  "files.getUploadURLExternal": TIERS.four,
  "files.completeUploadExternal": TIERS.four,
  "files.delete": TIERS.three,
  "files.info": TIERS.four,
  "reactions.add": TIERS.three,
  "reactions.remove": TIERS.two,
  "pins.add": TIERS.two,
  "pins.remove": TIERS.two,
  "conversations.setTopic": TIERS.two,
  "conversations.rename": TIERS.two,
  "conversations.archive": TIERS.two,
  "conversations.unarchive": TIERS.two,
  "conversations.history": TIERS.three,
  "conversations.replies": TIERS.three,
  "conversations.info": TIERS.three,
  "conversations.join": TIERS.three,
  "users.info": TIERS.four,
};

/** Buckets that are full again are forgotten beyond this. */
const MOST_BUCKETS = 2_000;

interface Bucket {
  level: number;
  at: Milliseconds;
  /** Slack wants nothing before this. */
  blockedUntil: Milliseconds;
}

/** Says when a call may leave. */
export interface Pace {
  /** Takes one call; how long it has to wait, 0: it may leave. A call that has to wait longer than `most` is not taken. */
  take(method: string, channel: string | null, most: Milliseconds): Milliseconds;
  /** Slack has refused a call and said how long it wants none of its kind. */
  refused(method: string, channel: string | null, wait: Milliseconds): void;
}

export class CallBudget implements Pace {
  readonly #now: () => Milliseconds;
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => Milliseconds = () => performance.now()) {
    this.#now = now;
  }

  take(method: string, channel: string | null, most: Milliseconds): Milliseconds {
    const budget = METHODS[method] ?? TIERS.three;
    const now = this.#now();
    const bucket = this.#bucket(scope(method, channel), budget, now);
    const blocked = Math.max(0, bucket.blockedUntil - now);
    const owed = bucket.level >= 1 ? 0 : ((1 - bucket.level) * MINUTE_MS) / budget.aMinute;
    const wait = Math.ceil(Math.max(blocked, owed));
    if (wait <= most) bucket.level -= 1;
    return wait;
  }

  refused(method: string, channel: string | null, wait: Milliseconds): void {
    const budget = METHODS[method] ?? TIERS.three;
    const now = this.#now();
    const bucket = this.#bucket(scope(method, channel), budget, now);
    bucket.blockedUntil = Math.max(bucket.blockedUntil, now + wait);
    bucket.level = Math.min(bucket.level, 1);
  }

  #bucket(name: string, budget: Budget, now: Milliseconds): Bucket {
    const bucket = this.#buckets.get(name) ?? { level: budget.burst, at: now, blockedUntil: 0 };
    bucket.level = Math.min(budget.burst, bucket.level + ((now - bucket.at) * budget.aMinute) / MINUTE_MS);
    bucket.at = now;
    if (!this.#buckets.has(name) && this.#buckets.size >= MOST_BUCKETS) this.#forget(now);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** What has not been used for a minute is full, or as good as. */
  #forget(now: Milliseconds): void {
    for (const [name, bucket] of this.#buckets)
      if (now - bucket.at > MINUTE_MS && bucket.blockedUntil < now) this.#buckets.delete(name);
  }
}

/** Slack counts posts by channel, everything else by method and workspace. */
function scope(method: string, channel: string | null): string {
  return METHODS[method] === TIERS.posts && channel !== null ? `${method} ${channel}` : method;
}
