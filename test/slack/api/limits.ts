/** Rate limits by method: https://docs.slack.dev/apis/web-api/rate-limits */
import type { SimulatedClock } from "../clock.ts";

/** Calls a minute, `posting` apart: about one message a second in a channel. */
export type Tier = "t1" | "t2" | "t3" | "t4" | "posting" | "special";

const A_MINUTE: Readonly<Record<Exclude<Tier, "posting">, number>> = {
  t1: 1,
  t2: 20,
  t3: 50,
  t4: 100,
  // Special limits are of each method's own, and all of them high.
  special: 300,
};
/** Slack bears short bursts of posts in a channel. */
const BURST = 3;
/** Posts a minute in the whole workspace. */
const ALL_POSTS = 300;

interface Bucket {
  left: number;
  at: number;
}

export class Limits {
  readonly #clock: SimulatedClock;
  readonly #isOn: boolean;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: SimulatedClock, isOn: boolean) {
    this.#clock = clock;
    this.#isOn = isOn;
  }

  /** Takes one call; returns how many seconds to wait where there is none left, else 0. */
  take(call: {
    readonly team: string;
    readonly method: string;
    readonly tier: Tier;
    readonly channel: string;
  }): number {
    if (!this.#isOn) return 0;
    const { team, method, tier, channel } = call;
    if (tier !== "posting") return this.#spend(`${team} ${method}`, A_MINUTE[tier], A_MINUTE[tier]);
    const all = this.#spend(`${team} posts`, ALL_POSTS, ALL_POSTS);
    return all > 0 ? all : this.#spend(`${team} ${method} ${channel}`, 60, BURST);
  }

  /** One call a minute of this method. */
  takeOneAMinute(team: string, method: string): number {
    return this.#isOn ? this.#spend(`${team} ${method} restricted`, 1, 1) : 0;
  }

  #spend(key: string, aMinute: number, burst: number): number {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) * aMinute) / 60_000);
    if (left < 1) {
      this.#buckets.set(key, { left, at: now });
      return Math.max(1, Math.ceil(((1 - left) * 60) / aMinute));
    }
    this.#buckets.set(key, { left: left - 1, at: now });
    return 0;
  }
}
