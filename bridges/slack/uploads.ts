/**
 * Files into a channel by Slack's three steps (https://docs.slack.dev/messaging/working-with-files): a place for the
 * bytes, the bytes, and their sharing. They are streamed; only what does not say its size lies on the disk meanwhile.
 */
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { GatewayError } from "../../core/errors.ts";
import { limits } from "../../core/limits.ts";
import { type FileFacts, type MediaLimits, openRemoteFile } from "../../core/media/remote-file.ts";
import type { Arguments } from "./api.ts";

/** What is uploaded, as the mapping plans it. */
export const uploadForm = z.object({
  source: z.string().optional(),
  content: z.string().optional(),
  id: z.string().optional(),
  filename: z.string(),
  title: z.string(),
  alt_txt: z.string(),
});
export type Upload = z.infer<typeof uploadForm>;

const placeForm = z.object({ upload_url: z.string(), file_id: z.string() });

export interface UploadsOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  /** Where the Web API is: what it names as a place for bytes must be there, or Slack's. */
  readonly api: string;
  readonly media: MediaLimits;
}

export class Uploads {
  readonly #options: UploadsOptions;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * Slack's id of the file, with its bytes there, not shared yet. Throws media_refused or media_unreachable, or the
   * library's errors.
   */
  async store(upload: Upload, facts: FileFacts | null): Promise<string> {
    if (upload.id !== undefined) return upload.id;
    if (upload.content !== undefined) {
      const bytes = Buffer.from(upload.content);
      return this.#put(upload, bytes.length, Readable.from([bytes]));
    }
    const file = await openRemoteFile(upload.source ?? "", this.#options.media, facts);
    if (file.size !== null) return this.#put(upload, file.size, file.body);
    const folder = await mkdtemp(join(tmpdir(), "mimi-gateway-"));
    try {
      const path = join(folder, "file");
      await pipeline(file.body, createWriteStream(path));
      return await this.#put(upload, (await stat(path)).size, createReadStream(path));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #put({ filename, alt_txt: alt }: Upload, length: number, body: Readable): Promise<string> {
    try {
      const args = { filename, length, ...(alt !== "" && { alt_txt: alt }) };
      const answer = await this.#options.call("files.getUploadURLExternal", args);
      const { upload_url: url, file_id: id } = placeForm.parse(answer);
      await post(this.#checked(url), length, body);
      return id;
    } finally {
      body.destroy();
    }
  }

  #checked(text: string): URL {
    const url = URL.parse(text);
    const own = new URL(this.#options.api);
    const slack = url?.protocol === "https:" && /(?:^|\.)slack\.com$/.test(url.hostname);
    if (url && (slack || (url.protocol === own.protocol && url.hostname === own.hostname))) return url;
    throw new GatewayError("media_refused", "Slack named a place for a file that is not its own");
  }
}

/** No token goes with it: the address itself is the permission. */
async function post(url: URL, length: number, body: Readable): Promise<void> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", "content-length": length },
    timeout: limits.mediaSilentMs,
  });
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on("timeout", () => request.destroy(new Error("it was silent for too long")));
  request.on("response", resolve).on("error", reject);
  try {
    const [answer] = await Promise.all([answered, pipeline(body, request)]);
    answer.resume();
    if (answer.statusCode !== 200) throw new Error(`it answered ${String(answer.statusCode)}`);
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new GatewayError("media_unreachable", `${url.host} did not take a file: ${reason}`, {
      cause: thrown,
    });
  }
}
