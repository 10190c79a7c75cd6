/** Keys of gateways that are no peers, for the one thing that they may ask: files of groups that they are in. */
import type { ProviderDomain } from "../../../mappings/ids.ts";
import type { Store } from "../../store/store.ts";
import { isMemberSomewhere } from "../../store/units/media.ts";
import type { KeyId } from "../wire/public-key.ts";
import type { RecentWellKnowns } from "./recent-well-knowns.ts";
import type { VerificationKey } from "../wire/signature.ts";

/** Finds a key of a gateway by its base domain. */
export type FindStrangerKey = (kid: KeyId, as: ProviderDomain) => Promise<VerificationKey | null>;

/**
 * The key from the well-known of that base domain; null where it has none such, or can't be read. Nothing is fetched unless a
 * provider at or under the domain is in a group here (docs/mtp.md, M116), and that once a minute at most.
 */
export function strangerKeys(store: Store, wellKnowns: Pick<RecentWellKnowns, "get">): FindStrangerKey {
  return async (kid, as) => {
    if (!(await store.read(isMemberSomewhere(as)))) return null;
    const said = await wellKnowns.get(as).catch(() => null);
    return said?.keys.find((key) => key.kid === kid) ?? null;
  };
}
