/**
 * Files into the homeserver's store (client-server API, section 10.9, POST /media/v3/upload). They are streamed; only what
 * does not say its size lies on the disk meanwhile.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import { checkedOctets } from "../../core/media/checked-octets.ts";
import { openPicture } from "../../core/media/open-picture.ts";
import { type FileFacts, type MediaLimits, openRemoteFile } from "../../core/media/remote-file.ts";
import type { MatrixApi } from "./api.ts";
import { EmojiPictures, type EmojiPicturesOptions } from "./emoji-pictures.ts";
import { asDeliveryError, asGatewayFault, notSent, notStored } from "./refusal.ts";
import type { Upload } from "./planned-uploads.ts";

const MEDIA = "/_matrix/media/v3";
/** Of an answer. */
const LONGEST_ANSWER = 4_096;

const configForm = z.object({ "m.upload.size": z.number().int().positive().optional().catch(undefined) });
const storedForm = z.object({ content_uri: z.string().regex(/^mxc:\/\//) });

export interface UploadsOptions {
  readonly api: Pick<MatrixApi, "call">;
  /** The gateway's own user. */
  readonly bot: string;
  readonly homeserver: string;
  readonly asToken: string;
  readonly media: MediaLimits;
}

export class Uploads {
  readonly #options: UploadsOptions;
  readonly #emoji: EmojiPictures;
  #largest: Promise<number> | null = null;

  constructor(options: UploadsOptions) {
    this.#options = options;
    const { api, bot } = options;
    const most = { maxBytes: limits.emojiBytes, wholeMs: limits.emojiMs };
    const store: EmojiPicturesOptions["store"] = (...picture) => this.#storePicture(...picture, most);
    this.#emoji = new EmojiPictures({ api, bot, store });
  }

  /**
   * The address at the homeserver of a copy of the file. Rejects with media_refused where it is too large for it,
   * media_unreachable, or DeliveryError where the homeserver does not take it now; of an emoji's picture also with the
   * library's errors.
   */
  async store(upload: Upload, facts: FileFacts | null, as: string): Promise<string> {
    if (upload.emoji !== undefined) return this.#emoji.of(upload.source, facts);
    const largest = await this.#limit();
    const { media } = this.#options;
    const file = await openRemoteFile(
      upload.source,
      { ...media, maxBytes: Math.min(media.maxBytes, largest) },
      facts,
    );
    if (file.size !== null) return this.#put(upload, file.size, file.body, as);
    const folder = await mkdtemp(join(tmpdir(), "mimi-gateway-"));
    try {
      const path = join(folder, "file");
      await pipeline(file.body, createWriteStream(path));
      return await this.#put(upload, (await stat(path)).size, createReadStream(path), as);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * The address at the homeserver of a copy of a picture. Rejects with media_refused where it is too large or none of the kinds that
   * every client draws, media_unreachable, or DeliveryError where the homeserver does not take it now.
   */
  async storePicture(source: string, facts: FileFacts | null, as: string): Promise<string> {
    return this.#storePicture(source, facts, as, { maxBytes: limits.roomAvatarBytes });
  }

  async #storePicture(
    source: string,
    facts: FileFacts | null,
    as: string,
    most: Pick<MediaLimits, "maxBytes" | "wholeMs">,
  ): Promise<string> {
    const { media } = this.#options;
    const maxBytes = Math.min(most.maxBytes, media.maxBytes, await this.#limit());
    const { bytes, type: contentType } = await openPicture(source, { ...media, ...most, maxBytes }, facts);
    return this.storeBytes({ filename: "picture", contentType }, bytes, as);
  }

  /** The address of a copy of what is at hand. Rejects with media_unreachable, or DeliveryError where it is not taken now. */
  async storeBytes(
    file: Pick<Upload, "filename" | "contentType">,
    bytes: Uint8Array,
    as: string,
  ): Promise<string> {
    return this.#put(file, bytes.length, Readable.from([bytes]), as);
  }

  /** Octets that the homeserver takes in one file; it is asked once. */
  #limit(): Promise<number> {
    const { api } = this.#options;
    this.#largest ??= api
      .call({ method: "GET", path: "/config", prefix: "mediaV1" })
      .then((answer) => configForm.parse(answer)["m.upload.size"] ?? Infinity)
      .catch((thrown: unknown) => {
        this.#largest = null;
        const fault = asGatewayFault(thrown, "media/config");
        // Older homeservers don't say it here: they refuse what is too large.
        if (fault.code === "request_refused") return Infinity;
        throw notSent(asDeliveryError(thrown, "media/config"));
      });
    return this.#largest;
  }

  async #put(
    { filename, contentType }: Pick<Upload, "filename" | "contentType">,
    length: number,
    body: Readable,
    as: string,
  ): Promise<string> {
    const { homeserver, asToken } = this.#options;
    const url = new URL(`${homeserver}${MEDIA}/upload`);
    url.searchParams.set("filename", filename);
    url.searchParams.set("user_id", as);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${asToken}`,
        "content-type": contentType,
        "content-length": length,
      },
      timeout: limits.mediaSilentMs,
    });
    const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request.on("timeout", () => request.destroy(new Error("it was silent for too long")));
    let status: number | null = null;
    // Each of the two ends with the other: whose fault it is says which was the first.
    let isSourceAtFault: boolean | null = null;
    body.once("error", () => (isSourceAtFault ??= true));
    request.once("error", () => (isSourceAtFault ??= false)).on("error", reject);
    request.on("response", (answer) => {
      status = answer.statusCode ?? null;
      resolve(answer);
    });
    try {
      const [answer] = await Promise.all([answered, pipeline(body, request)]);
      const said = await textOf(checkedOctets(answer, LONGEST_ANSWER));
      if (status !== 200) throw new Error(`it answered ${String(status)}`);
      return storedForm.parse(JSON.parse(said)).content_uri;
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      const detail = `${url.host} did not take a file: ${reason}`;
      throw isSourceAtFault === true
        ? new GatewayError("media_unreachable", detail, { cause: thrown })
        : notStored(thrown, detail, status);
    } finally {
      body.destroy();
    }
  }
}
