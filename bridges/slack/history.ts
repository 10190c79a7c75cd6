/**
 * What a channel's history has of the time that the gateway missed: conversations.history and, for threads that went
 * on meanwhile, conversations.replies. Reactions and pins are state there, and not read here.
 */
import { z } from "zod";
import type { Milliseconds } from "../../core/bridge.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { step } from "../../core/steps.ts";
import { type SlackMessage, schemas } from "../../mappings/slack/event.ts";
import { isOwn, type SlackSelf } from "../../mappings/slack/inbound.ts";
import { timestamp } from "../../mappings/slack/timestamp.ts";
import type { Arguments } from "./api.ts";
import { type Kept, keptFromHistory } from "./kept-event.ts";
import { compareTimestamps, laterOf, type Position, timeOf, timestampAt } from "./names.ts";
import { asGatewayFault } from "./refusal.ts";

/** Slack gives at most so many to most apps without a hint that the page was cut short. */
const PAGE = 200;
/** How far back changes and threads are looked for. */
const LOOKS_BACK_MS: Milliseconds = 24 * 60 * 60 * 1_000;
/** Beyond this the oldest of what was missed is left out rather than the process's memory used up. */
const MOST_PAGES = 1_000;

const pageForm = z.object({
  messages: z.array(z.record(z.string(), z.unknown())),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});
const threadForm = z.object({ latest_reply: timestamp.nullish(), reply_count: z.number().nullish() });
const metadataForm = z.object({
  metadata: z.object({ event_payload: z.record(z.string(), z.unknown()) }).nullish(),
});

/** A message as Slack stores it, and as far as it is read. */
export interface Stored {
  readonly json: Record<string, unknown>;
  readonly message: SlackMessage;
}

export class History {
  readonly #call: (method: string, args: Arguments, patient: boolean) => Promise<unknown>;

  constructor(call: (method: string, args: Arguments, patient: boolean) => Promise<unknown>) {
    this.#call = call;
  }

  /** The last moment at which something was said, edited or answered in the channel, as its newest messages show it. */
  async end(room: NativeRoom): Promise<string> {
    let end = "0.000000";
    for await (const page of this.#pages("conversations.history", { channel: room, limit: 50 }, false)) {
      for (const stored of page) {
        const { message } = stored;
        for (const ts of [message.ts, message.edited?.ts, latestReply(stored)])
          if (ts) end = laterOf(end, ts);
      }
      break;
    }
    return end;
  }

  /** What others said and changed since the position, in the order in which it happened. */
  async missed(room: NativeRoom, { read, begin }: Position, self: SlackSelf): Promise<readonly Kept[]> {
    const oldest = timestampAt(timeOf(read) - LOOKS_BACK_MS);
    const found: Kept[] = [];
    const take = ({ json, message }: Stored): void => {
      // What was said before the channel was linked is nobody's business, whatever became of it since.
      if (compareTimestamps(message.ts, begin) <= 0 || isOwn(message, self)) return;
      found.push(...keptFromHistory(json, message, room));
    };
    const threads: string[] = [];
    for await (const page of this.#pages("conversations.history", { channel: room, oldest }, true))
      for (const stored of page) {
        take(stored);
        const latest = latestReply(stored);
        if (latest !== null && compareTimestamps(latest, begin) > 0) threads.push(stored.message.ts);
      }
    for (const ts of threads) for (const reply of await this.replies(room, ts, oldest)) take(reply);
    return found.toSorted((a, b) => compareTimestamps(a.moment, b.moment));
  }

  /** The replies of a thread since then, without the message that it began with. */
  async replies(room: NativeRoom, ts: string, oldest: string): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    for await (const page of this.#pages("conversations.replies", { channel: room, ts, oldest }, true))
      found.push(...page.filter(({ message }) => message.ts !== ts));
    return found;
  }

  /** What the app itself posted since then, in the channel or in one thread of it. */
  async own(
    room: NativeRoom,
    thread: string | null,
    since: Milliseconds,
    self: SlackSelf,
  ): Promise<readonly Stored[]> {
    const oldest = timestampAt(since);
    const args = { channel: room, oldest, include_all_metadata: true };
    const found: Stored[] = [];
    const pages =
      thread === null
        ? this.#pages("conversations.history", args, false)
        : this.#pages("conversations.replies", { ...args, ts: thread }, false);
    for await (const page of pages) found.push(...page.filter(({ message }) => isOwn(message, self)));
    return found;
  }

  async *#pages(method: string, args: Arguments, patient: boolean): AsyncGenerator<readonly Stored[]> {
    let cursor = "";
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const answer = await this.#page(
        method,
        { limit: PAGE, ...args, ...(cursor !== "" && { cursor }) },
        patient,
      );
      step("catchup.page");
      yield answer.messages.flatMap((json) => {
        const { data } = schemas.message.safeParse(json);
        return data ? [{ json, message: data }] : [];
      });
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") return;
    }
  }

  async #page(method: string, args: Arguments, patient: boolean): Promise<z.infer<typeof pageForm>> {
    try {
      return pageForm.parse(await this.#call(method, args, patient));
    } catch (thrown) {
      throw asGatewayFault(thrown, method);
    }
  }
}

/** What the gateway has written into a post's metadata; null: nothing. */
export function payloadOf({ json }: Stored): Readonly<Record<string, unknown>> | null {
  return metadataForm.safeParse(json).data?.metadata?.event_payload ?? null;
}

function latestReply({ json }: Stored): string | null {
  const { data } = threadForm.safeParse(json);
  return data?.latest_reply ?? null;
}
