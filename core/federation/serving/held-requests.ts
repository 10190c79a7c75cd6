/** Requests whose answers wait for something to happen, so that all can be answered when the gateway ends. */
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import { ProblemError } from "../wire/problem.ts";

const COME_AGAIN: Milliseconds = 1_000;

export class HeldRequests {
  readonly #most: number;
  readonly #releases = new Set<() => void>();
  readonly #ofPeer = new Map<PeerId, number>();
  #draining = false;

  /** `most`: how many requests of one peer may be held at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** From now on nothing is to be held. */
  get draining(): boolean {
    return this.#draining;
  }

  get size(): number {
    return this.#releases.size;
  }

  /**
   * `release` makes the request answer with what there is; it is called at once where nothing is held any more. The result is to be
   * called once when it has answered, or its connection is gone. Throws ProblemError rate_limited beyond the peer's number.
   */
  hold(peer: PeerId, release: () => void): () => void {
    if (this.#draining) {
      release();
      return () => undefined;
    }
    const held = this.#ofPeer.get(peer) ?? 0;
    if (held >= this.#most)
      throw new ProblemError("rate_limited", "too many requests are held", { retryAfterMs: COME_AGAIN });
    this.#ofPeer.set(peer, held + 1);
    this.#releases.add(release);
    return () => {
      this.#releases.delete(release);
      const left = (this.#ofPeer.get(peer) ?? 1) - 1;
      if (left === 0) this.#ofPeer.delete(peer);
      else this.#ofPeer.set(peer, left);
    };
  }

  /** Answers all that are held, and lets nothing be held any more. */
  drain(): void {
    this.#draining = true;
    for (const release of this.#releases) release();
    this.#releases.clear();
  }
}
