/** Invitations of gateways that can't be reached: they find them in the answers to `sync` (docs/mtp.md, Reading many groups). */
import type { Milliseconds } from "../../time.ts";
import type { PeerId } from "../../ids.ts";
import type { Store } from "../../store/store.ts";
import { pendingInvitations, type SentInvitation } from "../../store/units/invited.ts";
import { peerById } from "../../store/units/peers.ts";
import { UNREACHABLE_FEATURE } from "../wire/features.ts";

export class UnreachableInvitations {
  readonly #store: Store;
  readonly #now: () => Milliseconds;

  constructor(store: Store, now: () => Milliseconds) {
    this.#store = store;
    this.#now = now;
  }

  /** What `POST invitations` would have brought to a peer, until it has had its end. null: the peer can be reached. */
  async of(peer: PeerId): Promise<readonly SentInvitation[] | null> {
    const row = await this.#store.read(peerById(peer));
    if (!row?.features.includes(UNREACHABLE_FEATURE)) return null;
    return this.#store.read(pendingInvitations({ peer, now: this.#now() }));
  }

  /** These go out now: they are no reason any more to answer at once. */
  async given(invitations: readonly SentInvitation[]): Promise<void> {
    for (const { group, wanted, told } of invitations)
      if (told === 0) await this.#store.write("noteTold", { group, wanted, told: true, at: this.#now() });
  }
}
