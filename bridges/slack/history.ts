/**
 * What Slack has kept of a channel: conversations.history, conversations.replies, and reactions.get for one message
 * (https://docs.slack.dev/reference/methods). Slack gives as much at a time as it likes, whatever is asked for.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { GatewayError } from "../../core/errors.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { step } from "../../core/steps.ts";
import { type SlackMessage, schemas } from "../../mappings/slack/event.ts";
import { isOwn, type SlackSelf } from "../../mappings/slack/inbound.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import type { Arguments } from "./api.ts";
import { laterOf, timestampAt } from "./names.ts";
import { asGatewayFault, refusalOf } from "./refusal.ts";

/** As many as Slack advises to ask for at a time. */
const PAGE = 200;
/** Beyond this the oldest of what was missed is left out. */
const MOST_PAGES = 1_000;
/** How often what reads in the background asks again for a page that got no answer, and after how long first. */
const TRIES = 6;
const TRY_AGAIN_FIRST_MS = 1_000;

const pageForm = z.object({
  messages: z.array(z.record(z.string(), z.unknown())),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});
const oneForm = z.object({ message: z.record(z.string(), z.unknown()) });
const threadForm = z.object({ latest_reply: timestamp.nullish(), reply_count: z.number().nullish() });
const metadataForm = z.object({
  metadata: z.object({ event_payload: z.record(z.string(), z.unknown()) }).nullish(),
});
const NO_MESSAGE = new Set(["message_not_found", "thread_not_found"]);
/** The token may not read threads, whatever the channel: some kinds of tokens may not. */
const NO_THREADS = new Set(["missing_scope", "not_allowed_token_type", "no_permission"]);

/** A message as Slack stores it, and as far as it is read. */
export interface Stored {
  readonly json: Record<string, unknown>;
  readonly message: SlackMessage;
}

/** Some of a channel's messages. `cut`: there are more, which are not read any more. */
export interface Page {
  readonly messages: readonly Stored[];
  readonly cut: boolean;
}

export class History {
  readonly #call: (method: string, args: Arguments, patient: boolean) => Promise<unknown>;
  readonly #onThreadsRefused: (error: GatewayError) => void;
  #threadsRefused: GatewayError | null = null;

  /** `threadsRefused`: told once, where the app may not read what is said in threads. */
  constructor(
    call: (method: string, args: Arguments, patient: boolean) => Promise<unknown>,
    threadsRefused: (error: GatewayError) => void = () => undefined,
  ) {
    this.#call = call;
    this.#onThreadsRefused = threadsRefused;
  }

  /** Why the app may not read what is said in threads; null: it may, or was not refused yet. */
  get threadsRefused(): GatewayError | null {
    return this.#threadsRefused;
  }

  /** The last moment at which something was said, edited or answered in the channel, as its newest messages show it. */
  async end(room: NativeRoom): Promise<string> {
    let end = "0.000000";
    for await (const { messages } of this.#pages(
      "conversations.history",
      { channel: room, limit: 50 },
      false,
    )) {
      for (const stored of messages) {
        const { message } = stored;
        for (const ts of [message.ts, message.edited?.ts, latestReply(stored)])
          if (ts) end = laterOf(end, ts);
      }
      break;
    }
    return end;
  }

  /** The messages of the channel that bear a later `ts`, the newest page first; of threads the first messages only. */
  since(room: NativeRoom, oldest: string): AsyncGenerator<Page> {
    return this.#pages("conversations.history", { channel: room, oldest }, true);
  }

  /** The messages of the channel from one `ts` to another, both included. */
  async between(room: NativeRoom, oldest: string, latest: string): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    const args = { channel: room, oldest, latest, inclusive: true };
    for await (const { messages } of this.#pages("conversations.history", args, true))
      found.push(...messages);
    return found;
  }

  /** The replies of a thread since then, without the message that it began with; none where that is not there. */
  async replies(room: NativeRoom, ts: string, oldest: string): Promise<readonly Stored[]> {
    if (this.#threadsRefused) return [];
    const found: Stored[] = [];
    try {
      for await (const { messages } of this.#pages(
        "conversations.replies",
        { channel: room, ts, oldest },
        true,
      ))
        found.push(...messages.filter(({ message }) => message.ts !== ts));
    } catch (thrown) {
      const refusal = refusalBehind(thrown);
      if (NO_THREADS.has(refusal)) {
        this.#threadsRefused = asGatewayFault(thrown, "conversations.replies");
        this.#onThreadsRefused(this.#threadsRefused);
      } else if (!NO_MESSAGE.has(refusal)) throw thrown;
    }
    return found;
  }

  /** One message as it is now, with all who reacted to it. `gone`: there is none; null: Slack does not say. */
  async look(room: NativeRoom, ts: string): Promise<Stored | "gone" | null> {
    const args = { channel: room, timestamp: ts, full: true };
    try {
      const { message: json } = oneForm.parse(await this.#patiently("reactions.get", args));
      const { data } = schemas.message.safeParse(json);
      if (!data) return null;
      return data.subtype === "tombstone" ? "gone" : { json, message: data };
    } catch (thrown) {
      const error = asGatewayFault(thrown, "reactions.get");
      if (NO_MESSAGE.has(refusalBehind(error))) return "gone";
      if (error.code === "request_refused" || thrown instanceof z.ZodError) return null;
      throw error;
    }
  }

  /** Whether the channel still has something that is older. */
  async holdsBefore(room: NativeRoom, ts: string): Promise<boolean> {
    const args = { channel: room, latest: ts, inclusive: false, limit: 1 };
    for await (const { messages } of this.#pages("conversations.history", args, true))
      return messages.length > 0;
    return false;
  }

  /**
   * What the app itself posted since then, in the channel or in one thread of it, as far as that is read.
   * `patient`: it may be much, and a throttle in between is waited for.
   */
  async own(
    room: NativeRoom,
    thread: string | null,
    since: Milliseconds,
    self: SlackSelf,
    patient: boolean,
  ): Promise<Page> {
    const oldest = timestampAt(since);
    const args = { channel: room, oldest, include_all_metadata: true };
    const found: Stored[] = [];
    let isCut = false;
    const pages =
      thread === null
        ? this.#pages("conversations.history", args, patient)
        : this.#pages("conversations.replies", { ...args, ts: thread }, patient);
    try {
      for await (const { messages, cut } of pages) {
        found.push(...messages.filter(({ message }) => isOwn(message, self)));
        isCut = cut;
      }
    } catch (thrown) {
      // Nothing stands in a thread that is not there.
      if (thread === null || !NO_MESSAGE.has(refusalBehind(thrown))) throw thrown;
    }
    return { messages: found, cut: isCut };
  }

  async *#pages(method: string, args: Arguments, patient: boolean): AsyncGenerator<Page> {
    let cursor = "";
    for (let pages = 1; ; pages++) {
      const asked = { limit: PAGE, ...args, ...(cursor !== "" && { cursor }) };
      const answer = await this.#page(method, asked, patient);
      step("catchup.page");
      cursor = answer.response_metadata?.next_cursor ?? "";
      const messages = answer.messages.flatMap((json) => {
        const { data } = schemas.message.safeParse(json);
        return data ? [{ json, message: data }] : [];
      });
      const cut = cursor !== "" && pages === MOST_PAGES;
      yield { messages, cut };
      if (cursor === "" || cut) return;
    }
  }

  async #page(method: string, args: Arguments, patient: boolean): Promise<z.infer<typeof pageForm>> {
    try {
      return pageForm.parse(
        patient ? await this.#patiently(method, args) : await this.#call(method, args, false),
      );
    } catch (thrown) {
      throw asGatewayFault(thrown, method);
    }
  }

  /** A call that waits for its turn, and is made again where it got no answer: what was read before it is not lost. */
  async #patiently(method: string, args: Arguments): Promise<unknown> {
    for (let tries = 1, wait = TRY_AGAIN_FIRST_MS; ; tries++, wait *= 2) {
      try {
        return await this.#call(method, args, true);
      } catch (thrown) {
        const error = asGatewayFault(thrown, method);
        if (error.code !== "request_timeout" || tries === TRIES) throw error;
        await pause(wait, undefined, { ref: false });
      }
    }
  }
}

/** What the gateway has written into a post's metadata; null: nothing. */
export function payloadOf({ json }: Stored): Readonly<Record<string, unknown>> | null {
  return metadataForm.safeParse(json).data?.metadata?.event_payload ?? null;
}

/** When something was last said in the message's thread; null: there is none. */
export function latestReply({ json }: Stored): string | null {
  const { data } = threadForm.safeParse(json);
  return data?.latest_reply ?? null;
}

/** Slack's own word for why it refused, where a fault was made of that; empty: it did not. */
function refusalBehind(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : null;
  return refusalOf(cause) ?? "";
}
