/**
 * Pictures of custom emoji from elsewhere, each stored at the homeserver once: reactions with one picture are counted together,
 * whoever gives them, and when.
 */
import { hash } from "node:crypto";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import type { FileFacts } from "../../core/media/remote-file.ts";
import { type MatrixApi, path } from "./api.ts";
import { isMissing } from "./refusal.ts";

/** Begins the types of account data that say where each is; the rest is the hash of its address elsewhere. */
const NOTE = "org.mimi-gateway.emoji.";
const MOST_REMEMBERED = 2_000;

const noteForm = z.object({ url: z.string().regex(/^mxc:\/\//) });

export interface EmojiPicturesOptions {
  readonly api: Pick<MatrixApi, "call">;
  /** The gateway's own user, whose account data are used. */
  readonly bot: string;
  /** Stores a picture; rejects with GatewayError where it can't be had, or is none: DeliveryError where it may soon be. */
  readonly store: (source: string, facts: FileFacts | null, as: string) => Promise<string>;
}

interface Kept {
  readonly url: Promise<string>;
  /** When it is tried again; Infinity: it need not be. */
  until: Milliseconds;
}

export class EmojiPictures {
  readonly #options: EmojiPicturesOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: EmojiPicturesOptions) {
    this.#options = options;
  }

  /** The address at the homeserver. Rejects as `store` does, or with the library's errors. */
  of(source: string, facts: FileFacts | null): Promise<string> {
    const known = this.#kept.get(source);
    if (known !== undefined && known.until > Date.now()) return known.url;
    const kept: Kept = { url: this.#find(source, facts), until: Infinity };
    if (this.#kept.size >= MOST_REMEMBERED) this.#kept.clear();
    this.#kept.set(source, kept);
    kept.url.catch((thrown: unknown) => {
      // What the homeserver does not do now says nothing of the picture.
      const isFinal = thrown instanceof GatewayError && !(thrown instanceof DeliveryError);
      kept.until = isFinal ? Date.now() + limits.avatarAgainMs : 0;
    });
    return kept.url;
  }

  async #find(source: string, facts: FileFacts | null): Promise<string> {
    const { api, bot, store } = this.#options;
    const note = path("user", bot, "account_data", NOTE + hash("sha256", source, "hex"));
    const known = noteForm.safeParse(await this.#read(note)).data?.url;
    if (known !== undefined) return known;
    const url = await store(source, facts, bot);
    await api.call({ method: "PUT", path: note, as: bot, body: { url } });
    return url;
  }

  async #read(note: string): Promise<unknown> {
    const { api, bot } = this.#options;
    try {
      return await api.call({ method: "GET", path: note, as: bot });
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      throw thrown;
    }
  }
}
