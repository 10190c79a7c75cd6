/** The public addresses of users' pictures: what platforms are given that fetch pictures themselves. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { UserUri } from "../../mappings/ids.ts";
import type { Milliseconds } from "../time.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { AvatarToken } from "../ids.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";

/** Below a public address. */
export const AVATAR_PATH = "/avatar/";
const TOKEN = /^[A-Za-z0-9_-]{27}$/;
const TOKEN_OCTETS = 20;
/** Names that are known to stand in the store, and for how long: somebody may be erased, and come back with the same picture. */
const MOST_NOTED = 10_000;
const NOTED_FOR: Milliseconds = 3_600_000;

/** The name, or null where the text can't be one. */
export function parseAvatarToken(text: string): AvatarToken | null {
  return TOKEN.test(text) ? (text as AvatarToken) : null;
}

/** A user's picture as his profile has it. */
export interface ProfileAvatar {
  readonly user: UserUri;
  readonly rev: number;
  readonly source: string;
}

export interface AvatarAddressesOptions {
  /** The gateway's own secret: whoever lacks it guesses no name. */
  readonly key: Uint8Array;
  readonly store: Pick<Store, "write">;
  /** The address at which everybody reaches this gateway, without a slash at the end; null: there is none. */
  readonly base: () => string | null;
  readonly now: () => Milliseconds;
  readonly log: Pick<Logger, "debug">;
}

/** The addresses of pictures as a bridge takes them; null: its platform shows none. */
export function shownAvatars(
  { showsAvatars }: Pick<Bridge, "showsAvatars">,
  addresses: Pick<AvatarAddresses, "of" | "pathOf">,
): Pick<AvatarAddresses, "of"> | null {
  if (showsAvatars === undefined) return null;
  return showsAvatars === "fetched" ? addresses : { of: (avatar) => addresses.pathOf(avatar) };
}

export class AvatarAddresses {
  readonly #options: AvatarAddressesOptions;
  readonly #key: KeyObject;
  /** Since when. */
  readonly #noted = new Map<AvatarToken, Milliseconds>();
  #told = false;

  constructor(options: AvatarAddressesOptions) {
    this.#options = options;
    this.#key = createSecretKey(options.key);
  }

  /** Another one for each revision of the profile; null where nobody could fetch it. Rejects as the store does. */
  async of(avatar: ProfileAvatar): Promise<string | null> {
    const base = this.#options.base();
    return base === null ? this.#nowhere() : base + (await this.pathOf(avatar));
  }

  /** The end of the address, for whoever opens the picture in this gateway. Rejects as the store does. */
  async pathOf(avatar: ProfileAvatar): Promise<string> {
    const { store, now } = this.#options;
    const token = this.#token(avatar);
    if ((this.#noted.get(token) ?? -Infinity) < now() - NOTED_FOR) {
      await store.write("noteAvatar", { ...avatar, token, at: now() });
      if (this.#noted.size >= MOST_NOTED) this.#noted.clear();
      this.#noted.set(token, now());
    }
    return AVATAR_PATH + token;
  }

  #nowhere(): null {
    if (!this.#told)
      this.#options.log.debug(
        "pictures of remote people are shown nowhere: no account has a public_url, and no other gateways are served",
      );
    this.#told = true;
    return null;
  }

  #token({ user, rev, source }: ProfileAvatar): AvatarToken {
    const named = ["avatar", user, String(rev), source].join("\u001f");
    const hash = createHmac("sha256", this.#key).update(named).digest();
    return hash.subarray(0, TOKEN_OCTETS).toString("base64url") as AvatarToken;
  }
}
