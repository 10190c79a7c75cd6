/** What people of our platforms look like, told to whoever has met them when it changes. */
import type { NativeUser } from "../bridge/inbound.ts";
import type { GroupId, PeerId, ProviderId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import type { Profile } from "../store/units/profiles.ts";

export interface ProfilesOptions {
  readonly store: Pick<Store, "write">;
  /** Told after the commit that a profile is to be told in a group. `ownerPeer`: whose it is; null: ours. */
  readonly told: (group: GroupId, ownerPeer: PeerId | null, profile: Profile) => void;
}

export class Profiles {
  readonly #options: ProfilesOptions;

  constructor(options: ProfilesOptions) {
    this.#options = options;
  }

  /**
   * Somebody looks otherwise. Nothing happens where nobody has met him. Where the gateway ends in between, the groups that were
   * not told yet are when he next says something there. Rejects as the store does.
   */
  async changed(provider: ProviderId, user: NativeUser): Promise<void> {
    const { store, told } = this.#options;
    const changed = await store.write("changeProfile", { provider, ...user });
    if (changed === null) return;
    for (const { group, ownerPeer } of changed.groups)
      if (await store.write("tellProfile", { group, user: changed.user }))
        told(group, ownerPeer, changed.profile);
  }
}
