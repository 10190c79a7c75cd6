/** Makes steps happen: one call of the Web API each, files three of them. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import {
  type DeliveryContext,
  DeliveryError,
  type Plain,
  type Receipt,
  type Step,
} from "../../core/bridge.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { step as pass } from "../../core/steps.ts";
import { METADATA_TYPE } from "../../mappings/slack/inbound.ts";
import type { Arguments, SlackApi } from "./api.ts";
import type { EchoWatch } from "./echo-watch.ts";
import type { Memory } from "./memory.ts";
import { timeOf } from "./names.ts";
import type { Prober } from "./prober.ts";
import { topicText } from "./topic-text.ts";
import { asDeliveryError, refusalOf } from "./refusal.ts";
import { askShare, sharedAs } from "./shares.ts";
import { linkedFiles } from "./linked-files.ts";
import { type Upload, uploadForm, Uploads } from "./uploads.ts";

/** What is so already: the call would have changed nothing. */
const DONE: Readonly<Record<string, readonly string[]>> = {
  "chat.delete": ["message_not_found"],
  "files.delete": ["file_not_found", "file_deleted"],
  "reactions.add": ["already_reacted"],
  "reactions.remove": ["no_reaction", "message_not_found"],
  "pins.add": ["already_pinned"],
  "pins.remove": ["no_pin", "not_pinned", "message_not_found"],
  "conversations.archive": ["already_archived"],
  "conversations.unarchive": ["not_archived"],
  "conversations.invite": ["already_in_channel"],
  "conversations.kick": ["not_in_channel"],
};
/** Slack changes the message no more; it is said again instead. */
const CLOSED = new Set(["edit_window_closed", "cant_update_message", "message_not_found"]);
/** When a file's message is looked for that Slack did not name in its answer. */
const SHARED_AFTER_MS = [500, 1_000, 2_000, 4_000];

/** Characters of a channel's name. */
const LONGEST_NAME = 80;
const MOST_NAMESAKES = 9;

const nameForm = z.object({ name: z.string() });
const topicForm = z.object({ topic: z.string() });
const answerForm = z.object({ ts: z.string().optional() });
const callForm = z.record(z.string(), z.unknown());
const filesForm = z.object({
  channel_id: z.string(),
  files: z.array(uploadForm),
  blocks: z.array(z.unknown()).optional(),
});

export interface PerformerOptions {
  readonly api: SlackApi;
  readonly apiUrl: string;
  readonly media: MediaLimits;
  readonly memory: Memory;
  readonly prober: Pick<Prober, "above">;
  readonly echoes: Pick<EchoWatch, "posted">;
  readonly log: Logger;
}

export class Performer {
  readonly #options: PerformerOptions;
  readonly #uploads: Uploads;

  constructor(options: PerformerOptions) {
    this.#options = options;
    const { api, apiUrl, media } = options;
    this.#uploads = new Uploads({ call: (method, args) => api.call(method, args), api: apiUrl, media });
  }

  async perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    const args = await this.#argumentsOf(step, context);
    switch (step.op) {
      case "chat.postMessage":
        return this.#post(step, args, context);
      case "files.completeUploadExternal":
        return this.#share(step, args, context);
      case "conversations.rename":
        return this.#rename(args, context);
      case "conversations.setTopic":
        return this.#setTopic(args, context);
      case "chat.delete":
        if (typeof args["ts"] === "string") this.#options.memory.willDelete(context.room, args["ts"]);
        return this.#make(step.op, args, context);
      default:
        return this.#make(step.op, args, context);
    }
  }

  /** What stands below an earlier post of the same event gets that post's `ts`. */
  async #argumentsOf(step: Step, context: DeliveryContext): Promise<Arguments> {
    const args = callForm.parse(step.args["call"]);
    const above = step.args["thread_of"];
    if (typeof above !== "number") return args;
    const ts = await this.#options.prober.above(context, above);
    if (ts !== null) return { ...args, thread_ts: ts };
    const verdict = { certainty: "certain", retry: "backoff" } as const;
    throw new DeliveryError("delivery_refused", "the post that it belongs below is not there", verdict);
  }

  async #post(step: Step, args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const answer = await this.#call(step.op, { ...args, metadata: metadataOf(step, context) }, context.room);
    const { ts } = answerForm.parse(answer);
    if (ts !== undefined) this.#noted(ts, step, context);
    return {
      native: (ts ?? null) as NativeId | null,
      aux: null,
      at: ts === undefined ? Date.now() : timeOf(ts),
    };
  }

  async #share(step: Step, args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const { files } = filesForm.parse(args);
    const stored = await this.#stored(files, context);
    if (stored === null)
      return this.#post({ ...step, op: "chat.postMessage" }, linkedFiles(args, files), context);
    const { memory } = this.#options;
    memory.uploaded(
      context.key,
      stored.map(({ id }) => id),
    );
    const answer = await this.#call(step.op, { ...args, files: stored }, context.room);
    const ts = sharedAs(answer, context.room) ?? (await this.#shownAs(stored, context));
    if (ts !== null) this.#noted(ts, step, context);
    const aux = stored.map(({ id }) => id).join(",");
    return { native: ts as NativeId | null, aux, at: ts === null ? Date.now() : timeOf(ts) };
  }

  #noted(ts: string, { part }: Step, { room, origin }: DeliveryContext): void {
    this.#options.echoes.posted(room, ts);
    if (origin) this.#options.memory.posted(room, origin.event, part ?? 0, ts);
  }

  /** null: a file can't be had, or Slack does not take it; its address is posted instead. */
  async #stored(files: readonly Upload[], { origin, room }: DeliveryContext) {
    const facts = origin && { group: origin.group, sha256: null };
    const stored: { readonly id: string; readonly title: string }[] = [];
    for (const file of files) {
      try {
        stored.push({ id: await this.#uploads.store(file, facts), title: file.title });
      } catch (thrown) {
        if (!(thrown instanceof GatewayError) || thrown instanceof DeliveryError || file.source === undefined)
          throw asDeliveryError(thrown, "files.getUploadURLExternal");
        this.#options.log.warn({ room, err: thrown }, "a file could not be put on Slack; it is linked");
        return null;
      }
    }
    return stored;
  }

  /** Slack shares a file a while after its answer; without a `ts` nothing can refer to the message. */
  async #shownAs(
    stored: readonly { readonly id: string }[],
    { room }: DeliveryContext,
  ): Promise<string | null> {
    const [first] = stored;
    if (!first) return null;
    for (const wait of SHARED_AFTER_MS) {
      await pause(wait);
      try {
        const ts = await askShare((method, args) => this.#options.api.call(method, args), first.id, room);
        if (ts !== null) return ts;
      } catch (thrown) {
        this.#options.log.warn(
          { room, err: asGatewayError(thrown) },
          "a file's message could not be looked for",
        );
      }
    }
    return null;
  }

  async #make(method: string, args: Arguments, { room }: DeliveryContext): Promise<Receipt> {
    await this.#call(method, args, room);
    return { native: null, aux: null, at: Date.now() };
  }

  /** No two channels of a workspace bear one name, and that of an archived one is taken too: a number makes the difference. */
  async #rename(args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const { name: wanted } = nameForm.parse(args);
    for (let number = 1; ; number++) {
      const suffix = number === 1 ? "" : `-${number}`;
      const name = wanted.slice(0, LONGEST_NAME - suffix.length) + suffix;
      // Its echo may come before the answer.
      this.#options.memory.willSet(context.room, "name", name);
      try {
        return { ...(await this.#make("conversations.rename", { ...args, name }, context)), shown: name };
      } catch (thrown) {
        const taken = thrown instanceof DeliveryError && refusalOf(thrown.cause) === "name_taken";
        if (!taken || number === MOST_NAMESAKES) throw thrown;
      }
    }
  }

  async #setTopic(args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const { topic } = topicForm.parse(args);
    this.#options.memory.willSet(context.room, "topic", topic);
    return { ...(await this.#make("conversations.setTopic", args, context)), shown: topicText(topic) };
  }

  async #call(method: string, args: Arguments, room: NativeRoom, entered = false): Promise<unknown> {
    const { api, memory } = this.#options;
    try {
      const answer = api.call(method, args);
      pass("perform.sent");
      const answered = await answer;
      pass("perform.reflected");
      return answered;
    } catch (thrown) {
      const refusal = refusalOf(thrown) ?? "";
      if (DONE[method]?.includes(refusal)) return {};
      if (refusal === "not_in_channel" && !entered && method !== "conversations.kick") {
        await this.#enter(room);
        return this.#call(method, args, room, true);
      }
      if (method === "chat.update" && CLOSED.has(refusal) && typeof args["ts"] === "string") {
        memory.close(room, args["ts"]);
        const verdict = { certainty: "certain", retry: "backoff" } as const;
        throw new DeliveryError("delivery_refused", `Slack changes the message no more: ${refusal}`, verdict);
      }
      throw asDeliveryError(thrown, method);
    }
  }

  async #enter(channel: string): Promise<void> {
    try {
      await this.#options.api.call("conversations.join", { channel });
    } catch (thrown) {
      throw asDeliveryError(thrown, "conversations.join");
    }
  }
}

/** By the key a post without an answer is found again, by event and part what belongs below it. */
function metadataOf({ part }: Step, { key, origin }: DeliveryContext): Plain {
  return { event_type: METADATA_TYPE, event_payload: { id: origin?.event ?? "", part: part ?? 0, key } };
}
