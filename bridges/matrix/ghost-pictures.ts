/** Pictures of ghosts: copies at the homeserver of those that remote people have. */
import { z } from "zod";
import type { BridgeHost } from "../../core/bridge/host.ts";
import { limits } from "../../core/limits.ts";
import type { Logger } from "../../core/log.ts";
import type { Milliseconds } from "../../core/time.ts";
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
  /** For tests. */
  readonly now?: () => Milliseconds;
}

interface Worn {
  /** Empty: none. */
  readonly token: string;
  /** When it is tried again; Infinity: it need not be. */
  until: Milliseconds;
  /** Resolves when it has been tried, after those before it. */
  done: Promise<void>;
}

export class GhostPictures {
  readonly #options: GhostPicturesOptions;
  /** By ghost, the picture that he has, or is to have. */
  readonly #worn = new Map<string, Worn>();

  constructor(options: GhostPicturesOptions) {
    this.#options = options;
  }

  /**
   * Gives a ghost his picture where he has another one. `address`: the one at which this gateway gives it out, whose name is
   * another one for each picture; null: he has none. Of several, the last one asked for stays. Never rejects: nobody's words wait
   * for his picture; one that can't be had is tried again after a while, when he says something.
   */
  async wear(ghost: string, address: string | null): Promise<void> {
    const token =
      address === null ? "" : address.slice(address.lastIndexOf(AVATAR_PATH) + AVATAR_PATH.length);
    const last = this.#worn.get(ghost);
    if (last?.token === token && last.until > this.#now()) return;
    const worn: Worn = { token, until: Infinity, done: last?.done ?? Promise.resolve() };
    worn.done = worn.done.then(() => (this.#worn.get(ghost) === worn ? this.#try(ghost, worn) : undefined));
    this.#worn.set(ghost, worn);
    await worn.done;
  }

  /** Never rejects. */
  async #try(ghost: string, worn: Worn): Promise<void> {
    try {
      if ((await this.#notedOf(ghost)) === worn.token || (await this.#change(ghost, worn.token))) return;
    } catch (thrown) {
      this.#options.log.warn({ ghost, err: thrown }, "a picture could not be put on the homeserver");
    }
    worn.until = this.#now() + limits.avatarAgainMs;
  }

  /** False: it can't be had. */
  async #change(ghost: string, token: string): Promise<boolean> {
    const { api } = this.#options;
    const url = token === "" ? "" : await this.#copy(ghost, token);
    if (url === null) return false;
    const at = path("profile", ghost, "avatar_url");
    await api.call({ method: "PUT", path: at, as: ghost, body: { avatar_url: url } });
    await api.call({ method: "PUT", path: this.#noteOf(ghost), as: ghost, body: { token } });
    return true;
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

  async #notedOf(ghost: string): Promise<string> {
    try {
      const answer = await this.#options.api.call({ method: "GET", path: this.#noteOf(ghost), as: ghost });
      return wornForm.safeParse(answer).data?.token ?? "";
    } catch (thrown) {
      if (isMissing(thrown)) return "";
      throw thrown;
    }
  }

  #now(): Milliseconds {
    return this.#options.now?.() ?? performance.now();
  }

  #noteOf(ghost: string): string {
    return path("user", ghost, "account_data", WORN);
  }
}
