/** What is asked of other gateways about who is let in to groups: invitations to ours, knocks at theirs (docs/mtp.md, M109 to M114). */
import { z } from "zod";
import { authorityOf, type GroupUri, type ProviderDomain, type UserUri } from "../../../mappings/ids.ts";
import type { Milliseconds } from "../../time.ts";
import { asGatewayError, GatewayError } from "../../errors.ts";
import type { PeerId, Seq } from "../../ids.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { ConnectionChange } from "../../store/units/connections.ts";
import { pendingInvitations, type SentInvitation } from "../../store/units/invited.ts";
import { peerSpeakingFor } from "../../store/units/peer-of-host.ts";
import { peerById, type PeerRow } from "../../store/units/peers.ts";
import { UNREACHABLE_FEATURE } from "../wire/features.ts";
import { FederationError } from "../wire/federation-error.ts";
import { invitationJson } from "../wire/invitation-form.ts";
import { ANSWER_WITHIN, type PeerClient, type PeerEndpoint } from "./peer-client.ts";
import { pathOf } from "../wire/group-path.ts";

export interface InviterOptions {
  readonly store: Store;
  readonly client: PeerClient;
  /** Our own base domain. */
  readonly base: ProviderDomain;
  /** Where the operator has said that a gateway is. */
  readonly placeOf: (base: ProviderDomain) => PeerEndpoint | undefined;
  readonly now: () => Milliseconds;
}

/** How long after one that failed a peer is told of an invitation again. */
const AGAIN_AFTER: Milliseconds = 60_000;

/** How often invitations are looked after. */
const SWEEP_EVERY: Milliseconds = 10_000;

const placeForm = z.object({
  group: z.string(),
  visible_from: z.int().positive(),
  rev: z.int().nonnegative(),
});

export class Inviter {
  readonly #options: InviterOptions;
  #sweeping = false;
  #sweptAt: Milliseconds = 0;

  constructor(options: InviterOptions) {
    this.#options = options;
  }

  /** Tells a peer of an invitation. False: it could not be told, or finds it in the answer to its next `sync`. */
  async tell(invitation: SentInvitation): Promise<boolean> {
    const { store, base, now } = this.#options;
    const peer = await store.read(peerById(invitation.peer));
    if (!peer || peer.features.includes(UNREACHABLE_FEATURE)) return false;
    const told = await this.#granted(peer, "/invitations", invitationJson(invitation), base);
    const { group, wanted } = invitation;
    await store.write("noteTold", { group, wanted, told, at: now() });
    return told;
  }

  /**
   * Asks the owner of a group to let a user of ours in. Throws peer_unknown where nobody is known to own it, and FederationError.
   */
  async knock(group: GroupUri, user: UserUri, reason: string): Promise<ProviderDomain> {
    const { store, now } = this.#options;
    const domain = authorityOf(group);
    const owner = await store.read(peerSpeakingFor({ domain, now: now() }));
    const peer = owner && (await store.read(peerById(owner.peer)));
    if (!peer)
      throw new GatewayError(
        "peer_unknown",
        `no gateway is known here that owns ${group}: mimi-gateway redeem CODE`,
      );
    const body = { user, ...(reason === "" ? {} : { reason }) };
    await this.#ask(peer, `${pathOf(group)}/knocks`, body, authorityOf(user));
    return peer.base;
  }

  /** Where a group begins for us that we are invited to. Throws FederationError, and peer_unknown. */
  async placeIn(group: GroupUri, of: PeerId): Promise<{ readonly after: Seq | 0; readonly rev: number }> {
    const { store, base, client } = this.#options;
    const peer = await store.read(peerById(of));
    if (!peer) throw new GatewayError("peer_unknown", "the gateway that invited is not known any more");
    const snapshot = await client.request({
      endpoint: this.#endpointOf(peer),
      method: "GET",
      path: pathOf(group),
      as: base,
      timeoutMs: ANSWER_WITHIN,
      answer: placeForm,
    });
    if (snapshot.group !== group)
      throw new FederationError("peer_answer_invalid", `${peer.base} gives the snapshot of another group`, {
        status: 200,
        certainty: "certain",
      });
    return { after: (snapshot.visible_from - 1) as Seq | 0, rev: snapshot.rev };
  }

  /**
   * Ends invitations whose time is over, and tells peers of those that they do not know of yet. To be called again and again;
   * does so now and then. Never rejects.
   */
  async sweep(changed: (change: ConnectionChange) => void, log: Pick<Logger, "warn">): Promise<void> {
    const at = this.#options.now();
    if (this.#sweeping || at - this.#sweptAt < SWEEP_EVERY) return;
    this.#sweeping = true;
    this.#sweptAt = at;
    try {
      await this.#sweep(changed);
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "invitations could not be looked after");
    } finally {
      this.#sweeping = false;
    }
  }

  async #sweep(changed: (change: ConnectionChange) => void): Promise<void> {
    const { store, now } = this.#options;
    for (const change of await store.write("endInvitations", { now: now() })) changed(change);
    for (const invitation of await store.read(pendingInvitations({ peer: null, now: now() })))
      if (invitation.told === 0 && invitation.triedAt <= now() - AGAIN_AFTER) await this.tell(invitation);
  }

  #endpointOf(peer: PeerRow): PeerEndpoint {
    return this.#options.placeOf(peer.base) ?? { url: peer.endpoint, trusted: peer.trusted };
  }

  async #granted(peer: PeerRow, path: string, body: unknown, as: ProviderDomain): Promise<boolean> {
    try {
      await this.#ask(peer, path, body, as);
      return true;
    } catch (thrown) {
      if (thrown instanceof FederationError) return false;
      throw thrown;
    }
  }

  async #ask(peer: PeerRow, path: string, body: unknown, as: ProviderDomain): Promise<void> {
    const endpoint = this.#endpointOf(peer);
    const asked = { endpoint, method: "POST", path, body, as, timeoutMs: ANSWER_WITHIN } as const;
    await this.#options.client.request({ ...asked, answer: z.unknown() });
  }
}
