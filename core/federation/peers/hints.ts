/** Hints to peers: "I am back", "there is something new" (docs/mtp.md, Hint). They carry nothing, and one that is lost is only a longer wait. */
import { z } from "zod";
import type { GroupUri, ProviderDomain } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import type { Logger } from "../../log.ts";
import { FederationError } from "../wire/federation-error.ts";
import { ANSWER_WITHIN, type PeerClient, type PeerEndpoint } from "./peer-client.ts";

export interface HintsOptions {
  readonly client: PeerClient;
  readonly base: ProviderDomain;
  readonly now: () => Milliseconds;
  readonly log: Logger;
}

/** To a peer no more than one in this time, either way (M122). */
export const HINT_EVERY: Milliseconds = 10_000;
/** Groups in one hint. */
export const MOST_HINTED = 1_000;

export type Hint =
  | { readonly reason: "back" }
  | { readonly reason: "new"; readonly groups: readonly GroupUri[] };

export class Hints {
  readonly #options: HintsOptions;
  readonly #sent = new Map<PeerId, Milliseconds>();

  constructor(options: HintsOptions) {
    this.#options = options;
  }

  /** Whether one was sent. Never rejects for what the peer or the network does. */
  async send(peer: { readonly id: PeerId; readonly endpoint: PeerEndpoint }, hint: Hint): Promise<boolean> {
    const { client, base, now, log } = this.#options;
    const last = this.#sent.get(peer.id);
    if (last !== undefined && now() - last < HINT_EVERY) return false;
    this.#sent.set(peer.id, now());
    try {
      await client.request({
        endpoint: peer.endpoint,
        method: "POST",
        path: "/hint",
        body: hint.reason === "new" ? { ...hint, groups: hint.groups.slice(0, MOST_HINTED) } : hint,
        as: base,
        timeoutMs: ANSWER_WITHIN,
        answer: z.unknown(),
      });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof FederationError)) throw thrown;
      log.debug({ err: thrown }, "a hint was not taken");
      return false;
    }
  }
}
