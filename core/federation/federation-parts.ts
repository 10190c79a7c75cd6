/** What the part that speaks with other gateways is given of the rest of the gateway. */
import type { LiveRooms } from "../accounts/live-rooms.ts";
import type { Milliseconds } from "../time.ts";
import type { Config } from "../config/config.ts";
import type { Announcer } from "../groups/announce.ts";
import type { LaneRunner } from "../lanes/lane-runner.ts";
import type { Wake } from "../lanes/waker.ts";
import type { Logger } from "../log.ts";
import type { ProfileAvatar } from "../media/avatar-addresses.ts";
import type { AvatarCache } from "../media/avatar-cache.ts";
import type { AccountFiles } from "../media/file-access.ts";
import type { RedisAccess } from "../redis/redis-access.ts";
import type { Store } from "../store/store.ts";

export interface FederationParts {
  readonly config: Pick<Config, "base" | "data" | "federation" | "limits" | "media">;
  readonly store: Store;
  readonly redis: RedisAccess;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  readonly runner: LaneRunner;
  readonly announcer: Announcer;
  readonly wake: Wake;
  readonly rooms: LiveRooms;
  /** How the files of an account of ours are asked for, and the pictures that everybody may have. */
  readonly media: {
    readonly files: Pick<AccountFiles, "ofAccount" | "pictureOf">;
    readonly cache: Pick<AvatarCache, "open">;
    /** Where everybody finds a user's picture; null: nowhere. */
    publicAvatar(avatar: ProfileAvatar): Promise<string | null>;
  };
}
