/** What an operator's commands need of the part that speaks to other gateways. */
import { z } from "zod";
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Finding } from "../../bridge/room.ts";
import type { Milliseconds } from "../../time.ts";
import { GatewayError } from "../../errors.ts";
import type { ConnectionId } from "../../ids.ts";
import type { ConnectionChange } from "../../store/units/connections.ts";
import type { HistoryPolicy } from "../../store/units/guests.ts";
import type { PeerFacts } from "../../store/units/peer-facts.ts";
import { FederationError } from "../wire/federation-error.ts";
import { examineFederation } from "./examine-federation.ts";
import { Inviter } from "./invite.ts";
import type { PeerEndpoint } from "./peer-client.ts";
import { peerFactsOf } from "./peer-facts-of.ts";
import type { KeyId } from "../wire/public-key.ts";
import { redeemCode, type RedeemCodeOptions, type RedeemedCode } from "./redeem-code.ts";
import { fetchWellKnown, hostCounts, type WellKnown } from "./well-known.ts";

export interface FederationAccess {
  /** What this gateway's well-known says now. */
  identity(): Readonly<Record<string, unknown>>;
  /** `stolen`: the keys until now are dead at once. */
  rotateKey(stolen: boolean, actor: string): Promise<void>;
  /** The key that codes are to name: the one that signs now. */
  keyId(): KeyId;
  /** How much of a group's past those see whose connections are confirmed. */
  readonly history: HistoryPolicy;
  /** Redeems a code, see redeemCode. */
  redeem(code: string, as: ProviderDomain, actor: string): Promise<RedeemedCode>;
  /** Invites, and asks to be let in. */
  readonly inviter: Inviter;
  /** What a gateway says of itself now, with those of its hosts that count. Throws FederationError. */
  readPeer(base: ProviderDomain, at: PeerEndpoint | null): Promise<PeerFacts>;
  /** Whether this gateway is found, and others are, see examineFederation. */
  examine(): Promise<readonly Finding[]>;
  /** Asks a gateway to end a connection. False: it could not be told. */
  endThere(
    peer: { readonly base: ProviderDomain; readonly endpoint: string },
    id: ConnectionId,
  ): Promise<boolean>;
  /** Wakes whoever has to act on what an operator has changed. */
  changed(change: ConnectionChange): void;
}

export interface FederationAccessOptions
  extends RedeemCodeOptions, Pick<FederationAccess, "identity" | "rotateKey"> {
  readonly history: HistoryPolicy;
  /** Other gateways reach this one. */
  readonly served: boolean;
  readonly changed: (change: ConnectionChange) => void;
}

const TELL_WITHIN: Milliseconds = 10_000;

export function createFederationAccess(options: FederationAccessOptions): FederationAccess {
  const { signer, history, exchanger, changed, client, placeOf, base: own } = options;
  return {
    identity: options.identity,
    rotateKey: options.rotateKey,
    keyId: () => signer().kid,
    history,
    inviter: new Inviter(options),
    redeem: (code, as, actor) => redeemCode(options, code, as, actor),
    async readPeer(base, at) {
      const place = at ?? placeOf(base);
      const said = await fetchWellKnown(base, { exchanger, ...(place === undefined ? {} : { at: place }) });
      if (at !== null && said.endpoint !== at.url)
        throw new FederationError(
          "peer_answer_invalid",
          `${at.url} says that its endpoint is ${said.endpoint}: name that one`,
          { status: 200, certainty: "certain" },
        );
      return peerFactsOf(said, await hostsThatCount(said, options));
    },
    async endThere({ base, endpoint }, id) {
      try {
        await client.request({
          endpoint: { url: endpoint, trusted: placeOf(base)?.trusted ?? false },
          method: "DELETE",
          path: `/connections/${id}`,
          as: own,
          timeoutMs: TELL_WITHIN,
          answer: z.unknown(),
        });
        return true;
      } catch (thrown) {
        if (!(thrown instanceof GatewayError)) throw thrown;
        // Nothing of the kind is known there, which is as good.
        return thrown instanceof FederationError && thrown.problem === "not_found";
      }
    },
    examine: () => examineFederation(options),
    changed,
  };
}

/** Those of its hosts whose own well-knowns say the same; one that does not answer does not count yet. */
async function hostsThatCount(said: WellKnown, { exchanger }: RedeemCodeOptions): Promise<ProviderDomain[]> {
  const counted: ProviderDomain[] = [];
  for (const host of said.hosts) {
    try {
      if (await hostCounts(host, said, exchanger)) counted.push(host);
    } catch (thrown) {
      if (!(thrown instanceof FederationError)) throw thrown;
    }
  }
  return counted;
}
