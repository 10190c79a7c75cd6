/** Pictures of ghosts: copies at the homeserver of those that remote people have. */
import { z } from "zod";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Logger } from "../../core/log.ts";
import { AVATAR_PATH, parseAvatarToken } from "../../core/media/avatar-addresses.ts";
import { type MatrixApi, path } from "./api.ts";
import { isMissing } from "./refusal.ts";
import type { Uploads } from "./uploads.ts";

/** Where each ghost's account says which picture he has: a copy has another address than the picture. */
const WORN = "org.mimi-gateway.picture";

const wornForm = z.object({ token: z.string() });

export interface GhostPicturesOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly uploads: Pick<Uploads, "storeBytes">;
  readonly host: Pick<BridgeHost, "avatar">;
  readonly log: Logger;
}

export class GhostPictures {
  readonly #options: GhostPicturesOptions;
  /** By ghost, the picture that he has, or that was tried last; empty: none. */
  readonly #worn = new Map<string, string>();

  constructor(options: GhostPicturesOptions) {
    this.#options = options;
  }

  /**
   * Gives a ghost his picture where he has another one. `address`: the one at which this gateway gives it out, whose name is
   * another one for each picture; null: he has none. Never rejects: nobody's words wait for his picture.
   */
  async wear(ghost: string, address: string | null): Promise<void> {
    const token =
      address === null ? "" : address.slice(address.lastIndexOf(AVATAR_PATH) + AVATAR_PATH.length);
    if (this.#worn.get(ghost) === token) return;
    this.#worn.set(ghost, token);
    try {
      if ((await this.#now(ghost)) !== token) await this.#change(ghost, token);
    } catch (thrown) {
      this.#options.log.warn({ ghost, err: thrown }, "a picture could not be put on the homeserver");
    }
  }

  async #change(ghost: string, token: string): Promise<void> {
    const { api } = this.#options;
    const url = token === "" ? "" : await this.#copy(ghost, token);
    if (url === null) return;
    const at = path("profile", ghost, "avatar_url");
    await api.call({ method: "PUT", path: at, as: ghost, body: { avatar_url: url } });
    await api.call({ method: "PUT", path: this.#noteOf(ghost), as: ghost, body: { token } });
  }

  /** The homeserver's copy of a picture; null: it can't be had. */
  async #copy(ghost: string, text: string): Promise<string | null> {
    const { uploads, host } = this.#options;
    const token = parseAvatarToken(text);
    const picture = token === null ? null : await host.avatar(token);
    if (picture === null) return null;
    const { bytes, type } = picture;
    return uploads.storeBytes({ filename: "picture", contentType: type }, bytes, ghost);
  }

  async #now(ghost: string): Promise<string> {
    try {
      const answer = await this.#options.api.call({ method: "GET", path: this.#noteOf(ghost), as: ghost });
      return wornForm.safeParse(answer).data?.token ?? "";
    } catch (thrown) {
      if (isMissing(thrown)) return "";
      throw thrown;
    }
  }

  #noteOf(ghost: string): string {
    return path("user", ghost, "account_data", WORN);
  }
}
