/** Posts of files: each is stored with Slack first, then all are shared by one message with its caption. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import { type DeliveryContext, DeliveryError } from "../../core/bridge/outbound.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Arguments } from "./api.ts";
import { linkedFiles, withLinks } from "./linked-files.ts";
import type { Memory } from "./memory.ts";
import { Recent } from "./recent.ts";
import { asDeliveryError, refusalOf } from "./refusal.ts";
import { askShare, sharedAs } from "./shares.ts";
import { type Upload, uploadForm, type Uploads } from "./uploads.ts";

const COMPLETE = "files.completeUploadExternal";
const LOOK_AFTER_MS: readonly Milliseconds[] = [500, 1_000, 2_000, 4_000];
/** Slack has shared these very files already, or has lost their bytes. */
const SPENT = new Set(["file_not_found", "file_update_failed"]);

const filesForm = z.object({ files: z.array(uploadForm) });

const isForGood = (thrown: unknown): boolean =>
  thrown instanceof DeliveryError && thrown.certainty === "certain" && thrown.retry === "never";

/** What became of a post of files. */
export type FilePost =
  /** `ts` null: Slack has taken it and does not say where it stands. */
  | { readonly kind: "shared"; readonly ts: string | null; readonly files: readonly string[] }
  /** None could be stored: these arguments of chat.postMessage say where they are. */
  | { readonly kind: "linked"; readonly args: Arguments };

export interface FilePostsOptions {
  readonly uploads: Pick<Uploads, "store">;
  readonly memory: Pick<Memory, "uploaded" | "uploads">;
  /** A call of a delivery: rejects with DeliveryError. */
  readonly deliver: (method: string, args: Arguments, room: NativeRoom) => Promise<unknown>;
  /** Any call: rejects with the library's errors. */
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  readonly log: Logger;
  /** When a file's message is looked for that Slack did not name in its answer. */
  readonly lookAfterMs?: readonly Milliseconds[];
}

export class FilePosts {
  readonly #options: FilePostsOptions;
  /** By delivery: files that could not be had, and are linked beside those that were stored. */
  readonly #linked = new Recent<readonly Upload[]>();

  constructor(options: FilePostsOptions) {
    this.#options = options;
  }

  /** Makes the post. Files that can't be had, or that Slack does not take, are linked in it. Rejects with DeliveryError. */
  async share(args: Arguments, context: DeliveryContext): Promise<FilePost> {
    const { files } = filesForm.parse(args);
    try {
      return await this.#share(args, files, context);
    } catch (thrown) {
      if (!isForGood(thrown) || files.some(({ source }) => source === undefined)) throw thrown;
      this.#options.log.warn(
        { room: context.room, err: thrown },
        "Slack does not take files; they are linked",
      );
      return { kind: "linked", args: linkedFiles(args, files) };
    }
  }

  async #share(args: Arguments, files: readonly Upload[], context: DeliveryContext): Promise<FilePost> {
    const before = this.#options.memory.uploads(context.key);
    const left = this.#linked.get(context.key) ?? [];
    const isSame = before !== null && before.length + left.length === files.length;
    const again = isSame ? await this.#again(withLinks(args, left), before, context) : null;
    if (again) return again;
    const stored: { readonly id: string; readonly title: string }[] = [];
    const missing: Upload[] = [];
    for (const file of files) {
      const id = await this.#store(file, context);
      if (id === null) missing.push(file);
      else stored.push({ id, title: file.title });
    }
    if (stored.length === 0) return { kind: "linked", args: linkedFiles(args, missing) };
    const ids = stored.map(({ id }) => id);
    this.#options.memory.uploaded(context.key, ids);
    this.#linked.set(context.key, missing);
    const { room } = context;
    return this.#shared(
      await this.#options.deliver(COMPLETE, { ...withLinks(args, missing), files: stored }, room),
      ids,
      room,
    );
  }

  /**
   * A call whose answer was lost is made with the same files: Slack takes each once, so that nothing stands there twice however
   * late it appears. null: the files are of no use any more, and in no message.
   */
  async #again(args: Arguments, ids: readonly string[], { room }: DeliveryContext): Promise<FilePost | null> {
    try {
      const files = ids.map((id) => ({ id }));
      return await this.#shared(await this.#options.deliver(COMPLETE, { ...args, files }, room), ids, room);
    } catch (thrown) {
      const cause = thrown instanceof DeliveryError ? thrown.cause : null;
      if (!SPENT.has(refusalOf(cause) ?? "")) throw thrown;
    }
    const ts = await this.#shownAs(ids, room);
    return ts === null ? null : { kind: "shared", ts, files: ids };
  }

  async #shared(answer: unknown, files: readonly string[], room: NativeRoom): Promise<FilePost> {
    const ts = sharedAs(answer, room) ?? (await this.#shownAs(files, room));
    return { kind: "shared", ts, files };
  }

  /** null: the file can't be had, or Slack does not take it; its address is posted instead. */
  async #store(file: Upload, { origin, room }: DeliveryContext): Promise<string | null> {
    const { uploads, log } = this.#options;
    try {
      return await uploads.store(file, origin && { ...origin, sha256: null });
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || thrown instanceof DeliveryError || file.source === undefined)
        throw asDeliveryError(thrown, "files.getUploadURLExternal");
      log.warn({ room, err: thrown }, "a file could not be put on Slack; it is linked");
      return null;
    }
  }

  /** Slack shares a file a while after its answer; without a `ts` nothing can refer to the message. */
  async #shownAs([first]: readonly string[], room: NativeRoom): Promise<string | null> {
    if (first === undefined) return null;
    const { call, lookAfterMs = LOOK_AFTER_MS } = this.#options;
    for (const wait of lookAfterMs) {
      await pause(wait);
      try {
        const ts = await askShare(call, first, room);
        if (ts !== null) return ts;
      } catch (thrown) {
        const err = asGatewayError(thrown);
        this.#options.log.warn({ room, err }, "a file's message could not be looked for");
      }
    }
    return null;
  }
}
