/** Finds out what became of calls without an answer, by the channel's history and the app's files. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { DeliveryContext, Receipt, Step } from "../../core/bridge/outbound.ts";
import { ofOneEvent } from "../../core/delivery-key.ts";
import { PastScans } from "../../core/bridge/past-scans.ts";
import type { NativeId, NativeRoom } from "../../core/ids.ts";
import type { SlackSelf } from "../../mappings/slack/inbound.ts";
import type { Arguments } from "./api.ts";
import { type History, type Page, payloadOf, type Stored } from "./history.ts";
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

type Named = Pick<NonNullable<Stored["message"]["files"]>[number], "title" | "name">;

/** What the app itself has posted in a place. `cut`: and more before that. */
interface Own {
  readonly byKey: ReadonlyMap<string, Receipt>;
  readonly withFiles: readonly { readonly files: readonly Named[]; readonly receipt: Receipt }[];
  readonly cut: boolean;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #scans = new PastScans<Own>();

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
  async above({ room, origin, key }: DeliveryContext, part: number): Promise<string | null> {
    if (origin === null) return null;
    const { history, self, memory } = this.#options;
    const known = memory.post(room, origin.event, part);
    if (known !== null) return known;
    const { messages } = await history.own(room, null, Date.now() - BELOW_MS, self, false);
    const found = messages.find((stored) => {
      const payload = payloadOf(stored);
      const marked = payload?.["key"];
      // Behind a backup the event may have another id than its post bears.
      const same =
        payload?.["id"] === origin.event || (typeof marked === "string" && ofOneEvent(marked, key));
      return same && payload?.["part"] === part;
    });
    return found?.message.ts ?? null;
  }

  /** Whether a message was deleted, by whomever. Rejects as calls do. */
  async isGone(room: NativeRoom, ts: string): Promise<boolean> {
    return (await this.#options.history.look(room, ts)) === "gone";
  }

  async #posted(
    step: Step,
    context: DeliveryContext,
    at: Milliseconds,
  ): Promise<Receipt | "absent" | "unknown"> {
    const { byKey, cut } = await this.#own(step, context, at);
    return byKey.get(context.key) ?? (cut ? "unknown" : "absent");
  }

  async #shared(
    step: Step,
    context: DeliveryContext,
    at: Milliseconds,
  ): Promise<Receipt | "absent" | "unknown"> {
    const { byKey, withFiles, cut } = await this.#own(step, context, at);
    const linked = byKey.get(context.key);
    if (linked) return linked;
    const { memory, call } = this.#options;
    const ids = memory.uploads(context.key);
    if (ids !== null) {
      const aux = ids.join(",");
      const ts = await this.#shareOf(ids, context.room, call);
      return ts === null ? "absent" : { native: ts as NativeId, aux, at: timeOf(ts) };
    }
    // After a restart only what they are called is known. Nothing of that name: they were not shared.
    const titles = namesOf(step);
    const [found, another] = withFiles.filter(({ files }) => sameFiles(files, titles));
    if (another || (!found && cut)) return "unknown";
    return found ? found.receipt : "absent";
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
  async #own(step: Step, context: DeliveryContext, at: Milliseconds): Promise<Own> {
    const { history, self } = this.#options;
    const { room } = context;
    const above = step.args["thread_of"];
    const thread =
      typeof above === "number"
        ? await this.above(context, above)
        : (placeForm.safeParse(step.args["call"]).data?.thread_ts ?? null);
    return this.#scans.since(`${room} ${thread ?? ""}`, at, async () =>
      ownOf(await history.own(room, thread, at - MARGIN_MS, self, this.#scans.isPast(at))),
    );
  }
}

/** No more than what is asked for is kept of a long past. */
function ownOf({ messages, cut }: Page): Own {
  const byKey = new Map<string, Receipt>();
  const withFiles: Own["withFiles"][number][] = [];
  for (const stored of messages) {
    const receipt = receiptOf(stored);
    const key = payloadOf(stored)?.["key"];
    if (typeof key === "string" && !byKey.has(key)) byKey.set(key, receipt);
    const files = (stored.message.files ?? []).map(({ title, name }) => ({ title, name }));
    if (files.length > 0) withFiles.push({ files, receipt });
  }
  return { byKey, withFiles, cut };
}

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
function sameFiles(files: readonly Named[], titles: readonly string[]): boolean {
  let next = 0;
  for (const { title, name } of files) {
    next = titles.findIndex((one, i) => i >= next && (one === title || one === name)) + 1;
    if (next === 0) return false;
  }
  return files.length > 0;
}
