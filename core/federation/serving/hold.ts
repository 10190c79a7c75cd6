/** A request whose answer waits for news: one listener, one timer, and nothing once it has its answer. */
import type { ServerResponse } from "node:http";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import type { HeldRequests } from "./held-requests.ts";
import type { News, Topic, Transient } from "../news.ts";

export interface HoldOptions<T> {
  readonly news: News;
  readonly held: HeldRequests;
  readonly peer: PeerId;
  /** Whose connection ends the wait when it closes. */
  readonly response: ServerResponse;
  readonly topics: readonly Topic[];
  readonly waitMs: Milliseconds;
  /** Looks at what was told, and at all topics at first; null where that comes to nothing. */
  readonly look: (told: ReadonlySet<Topic>) => Promise<T | null>;
  readonly transient?: (topic: Topic, transient: Transient) => void;
}

/**
 * The answer as soon as there is one. null: the time is over, the gateway stops, or the caller has gone. Throws
 * ProblemError rate_limited where the peer has too many requests held.
 */
export async function holdFor<T>(options: HoldOptions<T>): Promise<T | null> {
  const { news, held, peer, response, topics, waitMs, look, transient } = options;
  let told = new Set<Topic>(topics);
  let woken = Promise.withResolvers<void>();
  let over = false;
  const end = (): void => {
    over = true;
    woken.resolve();
  };
  const release = held.hold(peer, end);
  const stop = news.listen(topics, (topic, passed) => {
    if (passed !== undefined) {
      if (transient === undefined) return;
      transient(topic, passed);
    }
    told.add(topic);
    woken.resolve();
  });
  const timer = setTimeout(end, waitMs);
  response.once("close", end);
  // It may have gone while it was first looked.
  if (response.destroyed) end();
  try {
    for (;;) {
      // What comes while this looks is looked at next.
      const now = told;
      told = new Set();
      woken = Promise.withResolvers<void>();
      const found = await look(now);
      if (found !== null) return found;
      if (told.size === 0 && !isOver()) await woken.promise;
      if (told.size === 0) return null;
    }
  } finally {
    clearTimeout(timer);
    response.off("close", end);
    stop();
    release();
  }
  function isOver(): boolean {
    return over;
  }
}
