/** A well-known as the store keeps it of a peer. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { PeerFacts } from "../../store/units/peer-facts.ts";
import { publicKeyText } from "../wire/public-key.ts";
import type { WellKnown } from "./well-known.ts";

/** `hosts`: the providers that the caller has seen to count; the base domain always does. */
export function peerFactsOf(said: WellKnown, hosts: readonly ProviderDomain[]): PeerFacts {
  return {
    endpoint: said.endpoint,
    features: said.features,
    hosts: [...new Set([said.base, ...hosts])],
    keys: said.keys.map(({ kid, key, notBefore, expires }) => ({
      kid,
      public: publicKeyText(key),
      notBefore,
      expires,
    })),
  };
}
