/** What a gateway does with files and pictures beside carrying them: whose credentials open them, and where it gives pictures out. */
import { join } from "node:path";
import type { UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log.ts";
import type { AccountRow } from "../store/units/accounts.ts";
import type { Store } from "../store/store.ts";
import { AvatarAddresses, type ProfileAvatar } from "./avatar-addresses.ts";
import { AvatarCache } from "./avatar-cache.ts";
import { AccountFiles } from "./file-access.ts";
import { isOnHost } from "./platform-file.ts";
import type { MediaLimits, SignFileRequest } from "./remote-file.ts";

export interface GatewayMediaOptions {
  readonly config: Pick<Config, "data" | "media" | "limits" | "federation">;
  readonly store: Store;
  /** The gateway's own secret. */
  readonly key: Uint8Array;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  /** Those there are by now. */
  readonly hosts: () => readonly {
    readonly options: {
      readonly row: Pick<AccountRow, "id">;
      readonly bridge: Pick<Bridge, "fileAccess" | "picture" | "publicUrl">;
    };
  }[];
}

export class GatewayMedia {
  readonly files: AccountFiles;
  readonly addresses: AvatarAddresses;
  readonly cache: AvatarCache;
  readonly #options: GatewayMediaOptions;

  constructor(options: GatewayMediaOptions) {
    const { config, store, key, log, now, hosts } = options;
    this.#options = options;
    this.files = new AccountFiles(store, () =>
      hosts().map(({ options: { row, bridge } }) => ({ account: row.id, bridge })),
    );
    this.addresses = new AvatarAddresses({ key, store, now, log, base: () => this.#publicUrl() });
    const folder = join(config.data, "avatars");
    const { limits, media } = config;
    const access = (source: string, user: UserUri) => this.files.ofUser(source, user);
    const { picture } = this.files;
    this.cache = new AvatarCache({ folder, store, allow: media.allow, access, picture, limits, now, log });
  }

  /**
   * Where everybody finds a user's picture: where it lies, or at this gateway where only an account of ours can open that. null:
   * nowhere. Rejects as the store does, or with media_unreachable.
   */
  async publicAvatar(avatar: ProfileAvatar): Promise<string | null> {
    if (!isOnHost(avatar.source)) return this.addresses.of(avatar);
    const access = await this.files.ofUser(avatar.source, avatar.user);
    return access === null ? avatar.source : this.addresses.of(avatar);
  }

  /** What bridges open files with. `sign`: for those of other gateways, where there are any. */
  limits(sign: SignFileRequest | undefined): MediaLimits {
    return {
      ...this.#options.config.media,
      ...(sign && { sign }),
      access: this.files.ofEvent,
      picture: this.files.eventPicture,
    };
  }

  /** The server for other gateways is the first choice, since it is there as long as the gateway is. */
  #publicUrl(): string | null {
    const { config, hosts } = this.#options;
    if (config.federation.listen !== null) return config.federation.endpoint;
    for (const { options } of hosts()) {
      const url = options.bridge.publicUrl ?? null;
      if (url !== null) return url;
    }
    return null;
  }
}
