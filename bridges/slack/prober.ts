/** Finds out what became of calls without an answer, by the channel's history and the app's files. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import type { Arguments } from "./api.ts";
import { type History, payloadOf, type Stored } from "./history.ts";
import type { Memory } from "./memory.ts";
import { timeOf } from "./names.ts";
import { refusalOf } from "./refusal.ts";
import { askShare } from "./shares.ts";

/** Clocks of two machines differ. */
const MARGIN_MS: Milliseconds = 60_000;
/** How far back the post is looked for that another one stands below. */
const BELOW_MS: Milliseconds = 24 * 60 * 60 * 1_000;

const placeForm = z.object({ thread_ts: z.string().optional() });
const filesForm = z.object({ files: z.array(z.object({ filename: z.string(), title: z.string() })) });

export interface ProberOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  readonly history: History;
  readonly self: SlackSelf;
  readonly memory: Memory;
}

export class Prober {
  readonly #options: ProberOptions;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Changes of what is there are absent until they are seen: made twice they come to the same. */
  async probe(
    step: Step,
    context: DeliveryContext,
    at: Milliseconds,
  ): Promise<Receipt | "absent" | "unknown"> {
    switch (step.op) {
      case "chat.postEphemeral":
        return "unknown";
      case "chat.postMessage":
        return this.#posted(step, context, at);
      case "files.completeUploadExternal":
        return this.#shared(step, context, at);
      default:
        return "absent";
    }
  }

  /** The `ts` of an earlier part of the same event, which others stand below; null: it is not there. */
  async above({ room, origin }: DeliveryContext, part: number): Promise<string | null> {
    if (origin === null) return null;
    const { history, self, memory } = this.#options;
    const known = memory.post(room, origin.event, part);
    if (known !== null) return known;
    const own = await history.own(room, null, Date.now() - BELOW_MS, self);
    const found = own.find((stored) => {
      const payload = payloadOf(stored);
      return payload?.["id"] === origin.event && payload["part"] === part;
    });
    return found?.message.ts ?? null;
  }

  /** Whether a message was deleted, by whomever. Rejects as calls do. */
  async isGone(room: NativeRoom, ts: string): Promise<boolean> {
    return (await this.#options.history.look(room, ts)) === "gone";
  }

  async #posted(step: Step, context: DeliveryContext, at: Milliseconds): Promise<Receipt | "absent"> {
    const found = (await this.#own(step, context, at)).find((stored) => isOf(stored, context));
    return found ? receiptOf(found) : "absent";
  }

  async #shared(
    step: Step,
    context: DeliveryContext,
    at: Milliseconds,
  ): Promise<Receipt | "absent" | "unknown"> {
    const own = await this.#own(step, context, at);
    const linked = own.find((stored) => isOf(stored, context));
    if (linked) return receiptOf(linked);
    const { memory, call } = this.#options;
    const ids = memory.uploads(context.key);
    if (ids !== null) {
      const aux = ids.join(",");
      const ts = await this.#shareOf(ids, context.room, call);
      return ts === null ? "absent" : { native: ts as NativeId, aux, at: timeOf(ts) };
    }
    // After a restart only what they are called is known. Nothing of that name: they were not shared.
    const titles = namesOf(step);
    const alike = own.filter(({ message }) => sameFiles(message, titles));
    const [found, another] = alike;
    if (another) return "unknown";
    return found ? receiptOf(found) : "absent";
  }

  async #shareOf(
    ids: readonly string[],
    room: NativeRoom,
    call: ProberOptions["call"],
  ): Promise<string | null> {
    const [first] = ids;
    if (first === undefined) return null;
    try {
      return await askShare(call, first, room);
    } catch (thrown) {
      if (refusalOf(thrown) === "file_not_found") return null;
      throw thrown;
    }
  }

  /** What the app posted since shortly before, where the step would stand. */
  async #own(step: Step, context: DeliveryContext, at: Milliseconds): Promise<readonly Stored[]> {
    const { history, self } = this.#options;
    const above = step.args["thread_of"];
    const thread =
      typeof above === "number"
        ? await this.above(context, above)
        : (placeForm.safeParse(step.args["call"]).data?.thread_ts ?? null);
    return history.own(context.room, thread, at - MARGIN_MS, self);
  }
}

const isOf = (stored: Stored, { key }: DeliveryContext): boolean => payloadOf(stored)?.["key"] === key;

function receiptOf({ message }: Stored): Receipt {
  const files = (message.files ?? []).map(({ id }) => id);
  const aux = files.length === 0 ? null : files.join(",");
  return { native: message.ts as NativeId, aux, at: timeOf(message.ts) };
}

function namesOf({ args }: Step): readonly string[] {
  const { data } = filesForm.safeParse(args["call"]);
  return (data?.files ?? []).map(({ title, filename }) => title || filename);
}

/** Some of them may have been linked instead: those that are there are in their order. */
function sameFiles(message: Stored["message"], titles: readonly string[]): boolean {
  const files = message.files ?? [];
  let next = 0;
  for (const { title, name } of files) {
    next = titles.findIndex((one, i) => i >= next && (one === title || one === name)) + 1;
    if (next === 0) return false;
  }
  return files.length > 0;
}
