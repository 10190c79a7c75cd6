/** Makes steps happen: one call of the Web API each, files three of them. */
import { z } from "zod";
import {
  type DeliveryContext,
  DeliveryError,
  type Plain,
  type Receipt,
  type Step,
} from "../../core/bridge/outbound.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { step as pass } from "../../core/steps.ts";
import { METADATA_TYPE } from "../../mappings/slack/inbound.ts";
import type { Arguments, SlackApi } from "./api.ts";
import { type Closed, closedBy } from "./channel-fate.ts";
import type { EchoWatch } from "./echo-watch.ts";
import { FilePosts } from "./file-posts.ts";
import type { Memory } from "./memory.ts";
import { timeOf } from "./names.ts";
import type { People } from "./people.ts";
import type { Prober } from "./prober.ts";
import { topicText } from "./topic-text.ts";
import { asDeliveryError, refusalOf } from "./refusal.ts";
import { Uploads } from "./uploads.ts";

/** What is so already: the call would have changed nothing. */
const DONE: Readonly<Record<string, readonly string[]>> = {
  // Whoever has left has nothing to be told any more.
  "chat.postEphemeral": ["user_not_in_channel", "user_not_found", "cannot_dm_bot"],
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

/** Characters of a channel's name. */
const LONGEST_NAME = 80;
const MOST_NAMESAKES = 9;

const nameForm = z.object({ name: z.string() });
const topicForm = z.object({ topic: z.string() });
const answerForm = z.object({ ts: z.string().optional() });
const callForm = z.record(z.string(), z.unknown());

export interface PerformerOptions {
  readonly api: SlackApi;
  readonly apiUrl: string;
  readonly media: MediaLimits;
  readonly memory: Memory;
  readonly prober: Pick<Prober, "above" | "isGone">;
  readonly people: Pick<People, "find">;
  readonly echoes: Pick<EchoWatch, "posted">;
  readonly log: Logger;
  /** Told of a channel in which nothing can be done until somebody acts; gives the fault of the call that was refused. */
  readonly closed: (room: NativeRoom, why: Closed) => DeliveryError;
}

export class Performer {
  readonly #options: PerformerOptions;
  readonly #files: FilePosts;

  constructor(options: PerformerOptions) {
    this.#options = options;
    const { api, apiUrl, media, memory, log } = options;
    const call = (method: string, args: Arguments) => api.call(method, args);
    const uploads = new Uploads({ call, api: apiUrl, media });
    const deliver = (method: string, args: Arguments, room: NativeRoom) => this.#call(method, args, room);
    this.#files = new FilePosts({ uploads, memory, deliver, call, log });
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
      case "pins.add":
      case "pins.remove":
        return this.#pin(step.op, args, context);
      case "chat.postEphemeral":
        return this.#whisper(args, context);
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

  /** Apps have ids as people have them, and nobody behind them who reads. Where Slack does not say who it is, it is tried. */
  async #whisper(args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const { people } = this.#options;
    const { user } = args;
    const reader = typeof user === "string" ? await people.find(user).catch(() => null) : null;
    if (reader?.isApp) return { native: null, aux: null, at: Date.now() };
    return this.#make("chat.postEphemeral", args, context);
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
    const post = await this.#files.share(args, context);
    if (post.kind === "linked") return this.#post({ ...step, op: "chat.postMessage" }, post.args, context);
    const { ts, files } = post;
    if (ts !== null) this.#noted(ts, step, context);
    const at = ts === null ? Date.now() : timeOf(ts);
    return { native: ts as NativeId | null, aux: files.join(","), at };
  }

  #noted(ts: string, { part }: Step, { room, origin }: DeliveryContext): void {
    this.#options.echoes.posted(room, ts);
    if (origin) this.#options.memory.posted(room, origin.event, part ?? 0, ts);
  }

  /** It counts from before the call: whoever undoes it at once has done so later. */
  async #pin(method: string, args: Arguments, context: DeliveryContext): Promise<Receipt> {
    const { memory } = this.#options;
    const at = Date.now();
    memory.pinCall(context.room);
    try {
      return { ...(await this.#make(method, args, context)), at };
    } finally {
      memory.pinCall(context.room);
    }
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
      // The first message of a thread leaves a stone, which no app may delete: it was deleted before.
      if (method === "chat.delete" && refusal === "cant_delete_message" && (await this.#isGone(args, room)))
        return {};
      if (refusal === "not_in_channel" && !entered && method !== "conversations.kick") {
        await this.#enter(room);
        return this.#call(method, args, room, true);
      }
      if (method === "chat.update" && CLOSED.has(refusal) && typeof args["ts"] === "string") {
        memory.close(room, args["ts"]);
        const verdict = { certainty: "certain", retry: "backoff" } as const;
        throw new DeliveryError("delivery_refused", `Slack changes the message no more: ${refusal}`, verdict);
      }
      throw this.#failure(thrown, method, room);
    }
  }

  async #isGone({ ts }: Arguments, room: NativeRoom): Promise<boolean> {
    return typeof ts === "string" && this.#options.prober.isGone(room, ts).catch(() => false);
  }

  async #enter(channel: NativeRoom): Promise<void> {
    try {
      await this.#options.api.call("conversations.join", { channel });
    } catch (thrown) {
      throw this.#failure(thrown, "conversations.join", channel);
    }
  }

  #failure(thrown: unknown, method: string, room: NativeRoom): DeliveryError {
    const why = closedBy(refusalOf(thrown) ?? "", method);
    return why === null ? asDeliveryError(thrown, method) : this.#options.closed(room, why);
  }
}

/** By the key a post without an answer is found again, by event and part what belongs below it. */
function metadataOf({ part }: Step, { key, origin }: DeliveryContext): Plain {
  return { event_type: METADATA_TYPE, event_payload: { id: origin?.event ?? "", part: part ?? 0, key } };
}
