/** Requests that are under way until their answers are taken: who asks and does not read is not to fill this gateway's memory. */
import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import { ProblemError } from "../wire/problem.ts";

const COME_AGAIN: Milliseconds = 1_000;

export class OpenRequests {
  readonly #most: number;
  readonly #ofPeer = new Map<PeerId, number>();

  /** `most`: of one peer at one time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one until its answer is taken, or its connection gone. Throws ProblemError rate_limited beyond the peer's number. */
  begin(peer: PeerId, response: ServerResponse): void {
    const before = this.#ofPeer.get(peer) ?? 0;
    if (before >= this.#most)
      throw new ProblemError("rate_limited", "too many requests are under way", { retryAfterMs: COME_AGAIN });
    this.#ofPeer.set(peer, before + 1);
    response.once("close", () => {
      const left = (this.#ofPeer.get(peer) ?? 1) - 1;
      if (left === 0) this.#ofPeer.delete(peer);
      else this.#ofPeer.set(peer, left);
    });
  }
}

/** Ends connections whose answers nobody takes within this time. What is streamed waits for its reader, by a time of its own. */
export function endUnread(server: FastifyInstance, most: Milliseconds): void {
  server.addHook("onSend", (_request, reply, payload, done) => {
    // A connection that is gone already has nobody to wait for.
    if (!reply.raw.destroyed && (typeof payload === "string" || payload instanceof Uint8Array)) {
      const timer = setTimeout(() => reply.raw.destroy(), most);
      reply.raw.once("close", () => clearTimeout(timer));
    }
    done();
  });
}
