/**
 * What a channel's history has of the time that the gateway missed: messages, edits and replies in their order, and what
 * stands. It is read back from its end, in stretches; of a long one only the oldest are held in memory, and the others are
 * read again when their turn comes.
 */
import type { Milliseconds } from "../../core/time.ts";
import type { Raw } from "../../core/bridge/inbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { isOwn, type SlackSelf } from "../../mappings/slack/inbound.ts";
import { keptStretch, type MessageState, reactionsIn } from "./channel-state.ts";
import { type History, latestReply, type Stored } from "./history.ts";
import { type Kept, keptFromHistory } from "./kept-event.ts";
import { compareTimestamps, laterOf, nextTimestamp, type Position, timeOf, timestampAt } from "./names.ts";
import type { RepairProgress } from "./repair-progress.ts";

/** How far back changes are looked for, and threads that nobody knows of yet. */
const LOOKS_BACK_MS: Milliseconds = 24 * 60 * 60 * 1_000;
/** Shortly before the last thing that was heard, other things may not have been heard. */
const HEARD_PART_MS: Milliseconds = 15 * 60_000;
/** Messages of which more users reacted than Slack names, that are asked for one by one. */
const MOST_ASKED = 200;
/** Later than every message. */
const END = "9999999999.999999";

export interface MissedOptions {
  readonly room: NativeRoom;
  readonly position: Position;
  readonly self: SlackSelf;
  readonly history: Pick<History, "since" | "between" | "replies" | "look">;
  /** First messages of threads that the log knows of: replies may be younger than they. */
  readonly threads: readonly string[];
  /** How many threads without anything new are read again, for edits, reactions and deletions. */
  readonly quietThreads: number;
  readonly progress: Pick<RepairProgress, "read" | "cut">;
  /** How long Slack may take to show what it has taken. */
  readonly settleMs: Milliseconds;
  readonly now: () => Milliseconds;
  /** Messages in a stretch, and in memory. */
  readonly sizes?: { readonly stretch: number; readonly held: number };
}

/** Part of what was missed: first what was told, in order, then what stands. */
export interface Found {
  readonly told: readonly Kept[];
  readonly state: readonly Raw[];
}

/** Messages with a `ts` from the one on and before the other; null: to be read again. */
interface Stretch {
  readonly from: string;
  readonly before: string;
  messages: readonly Stored[] | null;
}

/** What was missed since the position, the earliest first. */
export async function* missed(options: MissedOptions): AsyncGenerator<Found> {
  yield* new Gap(options).found();
}

class Gap {
  readonly #options: MissedOptions;
  readonly #oldest: string;
  /** What was said in a thread after this may be news. */
  readonly #heardFrom: string;
  /** What was read and belongs into a later stretch. */
  #told: Kept[] = [];
  #standing: Stored[] = [];
  #newest = "0.000000";
  #quiet = 0;
  #asked = 0;

  constructor(options: MissedOptions) {
    this.#options = options;
    const read = timeOf(options.position.read);
    this.#oldest = timestampAt(read - LOOKS_BACK_MS);
    this.#heardFrom = timestampAt(read - HEARD_PART_MS);
  }

  async *found(): AsyncGenerator<Found> {
    const { threads } = this.#options;
    const stretches = await this.#stretches();
    const begin = stretches.at(-1)?.from ?? this.#oldest;
    for (const ts of threads) if (compareTimestamps(ts, begin) < 0) await this.#replies(ts);
    for (const stretch of stretches.toReversed()) {
      await this.#read(stretch);
      yield this.#taken(stretch);
    }
  }

  /** The newest first. */
  async #stretches(): Promise<readonly Stretch[]> {
    const { history, room, progress, sizes = { stretch: 2_000, held: 20_000 } } = this.#options;
    const stretches: Stretch[] = [];
    let before = END;
    let messages: Stored[] = [];
    let held = 0;
    let cut = false;
    const close = (from: string): void => {
      stretches.push({ from, before, messages });
      [before, messages] = [from, []];
    };
    for await (const page of history.since(room, this.#oldest)) {
      progress.read(page.messages.length);
      messages.push(...page.messages);
      held += page.messages.length;
      for (const { message } of page.messages) this.#newest = laterOf(this.#newest, message.ts);
      if (page.cut) progress.cut(earliest(page.messages, before));
      cut = page.cut;
      if (messages.length >= sizes.stretch) close(earliest(messages, before));
      const [surplus] = held > sizes.held ? stretches.filter((one) => one.messages !== null) : [];
      if (!surplus) continue;
      held -= surplus.messages?.length ?? 0;
      surplus.messages = null;
    }
    close(cut ? earliest(messages, before) : this.#oldest);
    return stretches;
  }

  /** Reads the stretch again if need be, and the threads that begin in it. */
  async #read(stretch: Stretch): Promise<void> {
    const { history, room, progress, position, quietThreads } = this.#options;
    const { from, before } = stretch;
    let { messages } = stretch;
    stretch.messages = null;
    if (messages === null) {
      const again = await history.between(room, from, before);
      progress.read(again.length);
      messages = again.filter(({ message }) => isWithin(message.ts, from, before));
    }
    for (const stored of messages) {
      const latest = latestReply(stored);
      if (latest === null || compareTimestamps(latest, position.begin) <= 0) continue;
      const news = compareTimestamps(latest, this.#heardFrom) > 0;
      const looked = compareTimestamps(latest, this.#oldest) > 0 && this.#quiet < quietThreads;
      if (!news && looked) this.#quiet += 1;
      if (news || looked) await this.#replies(stored.message.ts);
    }
    for (const stored of messages) await this.#take(stored);
  }

  async #replies(ts: string): Promise<void> {
    const { history, room, progress } = this.#options;
    const replies = await history.replies(room, ts, this.#oldest);
    progress.read(replies.length);
    for (const reply of replies) await this.#take(reply);
  }

  async #take(stored: Stored): Promise<void> {
    const { json, message } = stored;
    const { room, self, position } = this.#options;
    // What was said before the channel was linked is nobody's business, whatever became of it since.
    if (compareTimestamps(message.ts, position.begin) <= 0) return;
    if (!isOwn(message, self)) this.#told.push(...keptFromHistory(json, message, room));
    if (message.subtype !== "tombstone") this.#standing.push(await this.#withAllReactions(stored));
  }

  #taken({ from, before }: Stretch): Found {
    const { room, position, settleMs, now } = this.#options;
    const last = before === END;
    const isDue = (ts: string): boolean => last || compareTimestamps(ts, before) < 0;
    const told = this.#told.filter(({ moment }) => isDue(moment));
    const standing = this.#standing.filter(({ message }) => isDue(message.ts));
    this.#told = this.#told.filter(({ moment }) => !isDue(moment));
    this.#standing = this.#standing.filter(({ message }) => !isDue(message.ts));
    const seen = timestampAt(timeOf(this.#newest) - settleMs);
    // What the gateway posts by itself while this is read need not stand there.
    const end = last ? nextTimestamp(laterOf(this.#newest, position.read)) : before;
    const stretch = { from: laterOf(from, position.begin), before: end, seen };
    return {
      told: told.toSorted((a, b) => compareTimestamps(a.moment, b.moment)),
      state: keptStretch(room, stretch, statesOf(standing, this.#options.self), now()),
    };
  }

  /** Slack names some of the users only where many reacted alike. */
  async #withAllReactions(stored: Stored): Promise<Stored> {
    if (reactionsIn(stored.json).every(({ all }) => all) || this.#asked >= MOST_ASKED) return stored;
    this.#asked += 1;
    const { history, room } = this.#options;
    const whole = await history.look(room, stored.message.ts);
    return whole === null || whole === "gone" ? stored : whole;
  }
}

/** In order, each once: what was sent to the channel too stands there and in its thread. The gateway's own are nobody's. */
function statesOf(standing: readonly Stored[], self: SlackSelf): readonly MessageState[] {
  const states = new Map<string, MessageState>();
  for (const { json, message } of standing) {
    const reactions = reactionsIn(json).map((one) => ({
      ...one,
      users: one.users.filter((user) => user !== self.user),
    }));
    states.set(message.ts, { ts: message.ts, reactions });
  }
  return [...states.values()].toSorted((a, b) => compareTimestamps(a.ts, b.ts));
}

const isWithin = (ts: string, from: string, before: string): boolean =>
  compareTimestamps(ts, from) >= 0 && compareTimestamps(ts, before) < 0;

function earliest(messages: readonly Stored[], otherwise: string): string {
  let first = otherwise;
  for (const { message } of messages) if (compareTimestamps(message.ts, first) < 0) first = message.ts;
  return first;
}
