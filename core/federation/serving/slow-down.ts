/**
 * Slows down a peer that asks again and again for what is new, before it asks more often than it may: it gets more in one answer
 * then, and is not refused (docs/mtp.md, M134).
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import type { Limits } from "../../limits.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** Of the requests that a peer may make, so many are answered without a wait. */
const SHARE = 0.75;
const MOST_BUCKETS = 10_000;

export class SlowDown {
  readonly #buckets: TokenBuckets<PeerId>;
  readonly #wait: Milliseconds;

  constructor({ peerBurst, peerPerSecond }: Pick<Limits, "peerBurst" | "peerPerSecond">, now: () => number) {
    const bucket = { burst: peerBurst / 2, perSecond: peerPerSecond * SHARE, most: MOST_BUCKETS };
    this.#buckets = new TokenBuckets(bucket, now);
    // Who asks one thing after the other comes to the rest of them at most.
    this.#wait = Math.ceil(1_000 / (peerPerSecond * (1 - SHARE)));
  }

  /** Resolves when a request of the peer may be looked at: at once, unless the peer asks too often. */
  async pass(peer: PeerId): Promise<void> {
    if (this.#buckets.take(peer) > 0) await delay(this.#wait);
  }
}
