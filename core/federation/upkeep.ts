/** What is looked after again and again where other gateways are spoken with. */
import type { Milliseconds } from "../time.ts";
import { asGatewayError } from "../errors.ts";
import type { KeptFiles } from "../media/kept-files.ts";
import type { ConnectionChange } from "../store/units/connections.ts";
import { syncLanesFree } from "../store/units/sync-lanes.ts";
import type { FederationParts } from "./federation-parts.ts";
import type { FederationAccess } from "./peers/federation-access.ts";
import type { StoredPeers } from "./peers/peer-directory.ts";
import type { PeerPlaces } from "./peers/peer-places.ts";
import type { SigningKeys } from "./peers/signing-keys.ts";

/** How often what is learnt of peers is looked at for what has become stale. */
const REFRESH_EVERY: Milliseconds = 3_600_000;

export interface UpkeepOptions extends Pick<FederationParts, "store" | "runner" | "now" | "log" | "config"> {
  readonly inviter: Pick<FederationAccess["inviter"], "sweep">;
  readonly changed: (change: ConnectionChange) => void;
  readonly keys: Pick<SigningKeys, "refresh">;
  readonly peers: Pick<StoredPeers, "refreshStale">;
  readonly places: Pick<PeerPlaces, "learn">;
  readonly files: Pick<KeptFiles, "sweep">;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  #refreshedAt: Milliseconds = 0;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Runs lanes of peers that nobody holds, and learns anew what is stale. Called again and again. */
  async sweep(): Promise<void> {
    const { store, runner, now, log, config, inviter, changed, keys, places } = this.#options;
    const hears = config.federation.unreachable;
    for (const { key } of await store.read(syncLanesFree({ hears, now: now() }))) void runner.run(key);
    void inviter.sweep(changed, log);
    await keys.refresh();
    await places.learn();
    if (now() - this.#refreshedAt < REFRESH_EVERY) return;
    this.#refreshedAt = now();
    // Peers may take their time to answer, which nothing else is to wait for.
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const { store, config, now, log, files, peers } = this.#options;
    try {
      await files.sweep(store, now() - config.limits.unnamedMediaMs);
      await peers.refreshStale();
    } catch (thrown) {
      log.warn(
        { err: asGatewayError(thrown) },
        "what is known of other gateways could not be brought up to date",
      );
    }
  }
}
